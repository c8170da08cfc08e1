package verso_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/safetensors"
)

func modelFile(t *testing.T, tensors ...safetensors.Tensor) *verso.ModelFile {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, tensors, nil))
	f, err := verso.ReadModelFile(&b)
	require.NoError(t, err)
	return f
}

func numbers32(name string, x []float32, shape ...int) safetensors.Tensor {
	return safetensors.Tensor{Name: name, DType: safetensors.F32, Shape: shape, Values: x}
}

// An encoder of one file goes under a new head.
func TestLoadMatching(t *testing.T) {
	f := modelFile(t,
		numbers32("bert.words", []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 4, 3),
		safetensors.Tensor{Name: "bert.out.bias", DType: safetensors.F64, Shape: []int{2}, Values: []float64{0.5, 0.25}},
		numbers32("head.weight", []float32{1, 2, 3}, 1, 3),
		numbers32("other", []float32{1}, 1),
		safetensors.Tensor{Name: "position_ids", DType: safetensors.I64, Shape: []int{1}, Values: []int64{0}})
	rename := func(name string) (string, bool) {
		return strings.TrimPrefix(name, "bert."), !strings.HasPrefix(name, "head.")
	}
	for _, ps := range []*verso.Params{fileModel(1), verso.NewParams64(1)} {
		if ps.Len() == 0 {
			ps.NewTable("words", verso.Normal(0, 1), 4, 3)
			verso.NewLinear(ps.Scope("out"), 3, 2)
		}
		out, _ := ps.Get("out.weight")
		before := append([]float32{}, out.Float32s()...)
		missing, unexpected, err := f.LoadMatching(ps, rename)
		require.NoError(t, err)
		assert.Equal(t, []string{"out.weight"}, missing)
		assert.Equal(t, []string{"other"}, unexpected)
		assert.Equal(t, before, append([]float32{}, out.Float32s()...))
		words, _ := ps.Get("words")
		bias, _ := ps.Get("out.bias")
		if words.Float64s() != nil {
			assert.Equal(t, 12.0, words.Float64s()[11])
			assert.Equal(t, []float64{0.5, 0.25}, bias.Float64s())
		} else {
			assert.Equal(t, float32(12), words.Float32s()[11])
			assert.Equal(t, []float32{0.5, 0.25}, bias.Float32s())
		}
	}
	scoped := verso.NewParams(1)
	verso.NewLinear(scoped.Scope("a.out"), 3, 2)
	missing, _, err := f.LoadMatching(scoped.Scope("a"), rename)
	require.NoError(t, err)
	assert.Equal(t, []string{"out.weight"}, missing)

	x, shape, err := f.Values("bert.out.bias")
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5, 0.25}, x)
	assert.Equal(t, []int{2}, shape)
	for _, name := range []string{"none", "position_ids"} {
		_, _, err = f.Values(name)
		require.ErrorIs(t, err, verso.ErrFile)
	}
}

func TestLoadMatchingRefuses(t *testing.T) {
	for name, tensors := range map[string][]safetensors.Tensor{
		"shape":         {numbers32("out.bias", []float32{7, 7}, 2), numbers32("words", []float32{1, 2, 3}, 1, 3)},
		"twice":         {numbers32("out.bias", []float32{7, 7}, 2), numbers32("x.out.bias", []float32{1, 2}, 2)},
		"not finite":    {numbers32("out.bias", []float32{7, 7}, 2), numbers32("out.weight", []float32{1, 2, 3, 4, 5, float32(math.NaN())}, 2, 3)},
		"whole numbers": {numbers32("out.weight", make([]float32, 6), 2, 3), {Name: "out.bias", DType: safetensors.I64, Shape: []int{2}, Values: []int64{1, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			ps := fileModel(1)
			_, _, err := modelFile(t, tensors...).LoadMatching(ps, func(s string) (string, bool) { return strings.TrimPrefix(s, "x."), true })
			require.ErrorIs(t, err, verso.ErrFile)
			assert.Equal(t, allValues(fileModel(1)), allValues(ps), "nothing is changed")
		})
	}
}

// PyTorch counts batches beside the weights of a batch norm.
func TestLoadPassesIntegersOver(t *testing.T) {
	ps := verso.NewParams(1)
	verso.NewBatchNorm(ps, 2, verso.DefaultBatchNormConfig())
	f := modelFile(t, numbers32("weight", []float32{1, 2}, 2), numbers32("bias", []float32{3, 4}, 2),
		numbers32("running_mean", []float32{5, 6}, 2), numbers32("running_var", []float32{7, 8}, 2),
		safetensors.Tensor{Name: "num_batches_tracked", DType: safetensors.I64, Shape: []int{}, Values: []int64{9}})
	require.NoError(t, f.LoadInto(ps))
	require.NoError(t, f.Complete(ps))
	assert.Equal(t, [][]float32{{1, 2}, {3, 4}, {5, 6}, {7, 8}}, allValues(ps))
}

// An encoder of one model goes under the head of another.
func ExampleModelFile_LoadMatching() {
	trained := verso.NewParams(1)
	verso.NewLinear(trained.Scope("base.encoder"), 4, 3)
	verso.NewLinear(trained.Scope("base.head"), 3, 2)
	var file bytes.Buffer
	if err := verso.SaveParams(&file, trained, nil); err != nil {
		fmt.Println(err)
		return
	}

	ps := verso.NewParams(2)
	encoder := verso.NewLinear(ps.Scope("encoder"), 4, 3)
	verso.NewLinear(ps.Scope("head"), 3, 5) // for five classes
	f, err := verso.ReadModelFile(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	missing, unexpected, err := f.LoadMatching(ps, func(tensor string) (string, bool) {
		name := strings.TrimPrefix(tensor, "base.")
		return name, !strings.HasPrefix(name, "head.")
	})
	old, _ := trained.Get("base.encoder.weight")
	fmt.Println(missing, unexpected, err, encoder.Weight.Float32s()[0] == old.Float32s()[0])
	// Output: [head.bias head.weight] [] <nil> true
}
