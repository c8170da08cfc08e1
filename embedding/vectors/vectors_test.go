package vectors

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func table(t testing.TB, words []string, data []float32, dim int) *Vectors {
	t.Helper()
	v, err := New(words, data, dim)
	require.NoError(t, err)
	return v
}

func TestVectors(t *testing.T) {
	v := table(t, []string{"a", "b", "c"}, []float32{1, 2, 3, 4, 5, 6}, 2)
	assert.Equal(t, 3, v.Len())
	assert.Equal(t, 2, v.Dim())
	assert.Equal(t, []string{"a", "b", "c"}, v.Words())
	assert.Equal(t, []float32{1, 2, 3, 4, 5, 6}, v.Data())
	row, ok := v.Row("b")
	assert.True(t, ok)
	assert.Equal(t, []float32{3, 4}, row)
	_ = append(row, 99)
	last, _ := v.Row("c")
	assert.Equal(t, []float32{5, 6}, last, "an append to a row stays out of the next")
	i, ok := v.Index("c")
	assert.True(t, ok)
	assert.Equal(t, 2, i)

	_, ok = v.Row("d")
	assert.False(t, ok)
	i, ok = v.Index("d")
	assert.False(t, ok)
	assert.Equal(t, -1, i)
	word, row, ok := v.At(1)
	assert.True(t, ok)
	assert.Equal(t, "b", word)
	assert.Equal(t, []float32{3, 4}, row)
	for _, bad := range []int{-1, 3} {
		_, _, ok = v.At(bad)
		assert.False(t, ok)
	}
	var words []string
	for w, row := range v.All() {
		words = append(words, w)
		assert.Len(t, row, 2)
		if w == "b" {
			break
		}
	}
	assert.Equal(t, []string{"a", "b"}, words)
}

func TestUnitAndSelect(t *testing.T) {
	v := table(t, []string{"a", "b", "zero"}, []float32{3, 4, 0, -2, 0, 0}, 2)
	row, ok := v.Unit("a")
	assert.True(t, ok)
	assert.InDeltaSlice(t, []float32{.6, .8}, row, 1e-7)
	row, ok = v.Unit("zero")
	assert.True(t, ok)
	assert.Equal(t, []float32{0, 0}, row)
	_, ok = v.Unit("x")
	assert.False(t, ok)

	words := []string{"zero", "a"}
	some, err := v.Select(words)
	require.NoError(t, err)
	words[0] = "changed"
	assert.Equal(t, []string{"zero", "a"}, some.Words())
	assert.Equal(t, []float32{0, 0, 3, 4}, some.Data())
	some.Data()[2] = 9
	assert.Equal(t, float32(3), v.Data()[0], "a copy")
	none, err := v.Select(nil)
	require.NoError(t, err)
	assert.Equal(t, [2]int{0, 2}, [2]int{none.Len(), none.Dim()})
	_, err = v.Select([]string{"a", "x", "y"})
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorContains(t, err, `["x" "y"]`)
	_, err = v.Select([]string{"a", "a"})
	require.ErrorIs(t, err, ErrDuplicate)
	_, err = new(Vectors).Select(nil)
	require.NoError(t, err)
}

func TestFromRows(t *testing.T) {
	rows := [][]float32{{1, 2}, {3, 4}}
	v, err := FromRows([]string{"a", "b"}, rows)
	require.NoError(t, err)
	rows[0][0] = 9
	assert.Equal(t, []float32{1, 2, 3, 4}, v.Data(), "the rows are copied")
}

func TestConstructorErrors(t *testing.T) {
	ab := []string{"a", "b"}
	tests := []struct {
		name string
		make func() (*Vectors, error)
		want error
	}{
		{"no dimension", func() (*Vectors, error) { return New(nil, nil, 0) }, ErrShape},
		{"dimension too large", func() (*Vectors, error) { return New(nil, nil, maxDim+1) }, ErrShape},
		{"too few numbers", func() (*Vectors, error) { return New(ab, make([]float32, 3), 2) }, ErrShape},
		{"too many rows", func() (*Vectors, error) { return New(ab, make([]float32, 6), 2) }, ErrShape},
		{"duplicate", func() (*Vectors, error) { return New([]string{"a", "a"}, make([]float32, 2), 1) }, ErrDuplicate},
		{"no rows", func() (*Vectors, error) { return FromRows(nil, nil) }, ErrShape},
		{"rows differ", func() (*Vectors, error) { return FromRows(ab, [][]float32{{1}, {1, 2}}) }, ErrShape},
		{"rows and words differ", func() (*Vectors, error) { return FromRows(ab, [][]float32{{1}}) }, ErrShape},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.make()
			require.ErrorIs(t, err, test.want)
		})
	}
}

// requireSame compares tables by the bits of their numbers, so that NaN equals itself.
func requireSame(t *testing.T, want, got *Vectors) {
	t.Helper()
	require.Equal(t, want.dim, got.dim)
	require.Equal(t, append([]string{}, want.words...), append([]string{}, got.words...))
	require.Equal(t, want.index, got.index)
	require.Len(t, got.data, len(want.data))
	for i, x := range want.data {
		y := got.data[i]
		if x == x || y == y { // a NaN's payload does not pass through text
			require.Equal(t, math.Float32bits(x), math.Float32bits(y))
		}
	}
}
