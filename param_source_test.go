package verso_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// file is a source of weights with a tensor of its own for each fault.
type file struct{ read []string }

func (f *file) Shape(name string) ([]int, bool) {
	switch name {
	case "weight", "nan", "unreadable":
		return []int{2, 2}, true
	case "short":
		return []int{3}, true
	}
	return nil, false
}

func (f *file) Float64s(name string) ([]float64, error) {
	f.read = append(f.read, name)
	switch name {
	case "unreadable":
		return nil, errors.New("the disk is gone")
	case "nan":
		return []float64{1, 2, math.NaN(), 4}, nil
	case "short":
		return []float64{1}, nil
	}
	return []float64{1, 2, 3, 4}, nil
}

func (f *file) Float32s(name string) ([]float32, error) {
	x, err := f.Float64s(name)
	var out []float32
	for _, v := range x {
		out = append(out, float32(v))
	}
	return out, err
}

func TestParamsFromSource(t *testing.T) {
	for _, from := range []func(verso.WeightSource) *verso.Params{verso.ParamsFrom, verso.ParamsFrom64} {
		ps := from(&file{})
		p := ps.New("weight", nil, 2, 2) // the Init is not called
		require.NoError(t, ps.Err())
		require.Equal(t, []int{2, 2}, p.Shape())
		if ps.Dtype() == tensor.Float64 {
			require.Equal(t, []float64{1, 2, 3, 4}, p.Float64s())
		} else {
			require.Equal(t, []float32{1, 2, 3, 4}, p.Float32s())
		}
	}
}

// What a file claims or lacks is an error before memory is taken, and what is built
// after it costs nothing.
func TestParamsFromSourceRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		shape []int
		says  string
	}{
		"absent":     {[]int{1 << 30, 1 << 9}, `tensor "absent" is missing, want shape [1073741824 512]`},
		"weight":     {[]int{1 << 30, 1 << 9}, `tensor "weight": want shape [1073741824 512], the file has [2 2]`},
		"unreadable": {[]int{2, 2}, "the disk is gone"},
		"nan":        {[]int{2, 2}, `tensor "nan": want finite numbers, element 2 is NaN`},
		"short":      {[]int{3}, `tensor "short": want 3 elements, the file has 1`},
	} {
		t.Run(name, func(t *testing.T) {
			f := &file{}
			ps := verso.ParamsFrom(f)
			require.Equal(t, 1, ps.New(name, nil, c.shape...).Len())
			require.ErrorIs(t, ps.Err(), verso.ErrFile)
			require.ErrorContains(t, ps.Err(), c.says)
			read := len(f.read)
			require.Equal(t, 1, ps.New("weight2", nil, 1<<30, 1<<9).Len(), "after an error")
			require.Len(t, f.read, read)
			require.ErrorContains(t, ps.Err(), c.says, "the first error stays")
		})
	}
}

// Sizes that no memory can hold are an error, where make would panic.
func TestParamsRefuseHugeSizes(t *testing.T) {
	for _, shape := range [][]int{{1 << 40, 1 << 40}, {1 << 62, 4}, {1 << 41}} {
		ps := verso.NewParams(1)
		ps.New("weight", verso.Zeros(), shape...)
		require.ErrorIs(t, ps.Err(), verso.ErrShape)
		require.ErrorContains(t, ps.Err(), "wants at most")
	}
}
