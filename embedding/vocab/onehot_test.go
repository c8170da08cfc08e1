package vocab

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneHot(t *testing.T) {
	v, err := OneHot(4, 2)
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 0, 1, 0}, v)
	rows, err := OneHotRows(3, []int{2, 0, 2})
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 0, 1, 1, 0, 0, 0, 0, 1}, rows)
	rows, err = OneHotRows(3, nil)
	require.NoError(t, err)
	assert.Empty(t, rows)
	for i := range 5 {
		dense, err := OneHot(5, i)
		require.NoError(t, err)
		sparse, err := SparseOneHot(5, i)
		require.NoError(t, err)
		written, err := sparse.Dense()
		require.NoError(t, err)
		assert.Equal(t, dense, written)
	}
}

// A one-hot vector times a matrix is a row of the matrix: bit for bit in the sparse
// form, also for -0 and beside infinities; and the dense product says the same.
func TestOneHotTimesMatrixIsLookUp(t *testing.T) {
	const n, width = 300, 7
	rng := rand.New(rand.NewPCG(1, 2))
	matrix := make([]float32, n*width)
	for i := range matrix {
		matrix[i] = float32(rng.NormFloat64())
	}
	for id := range n {
		row := matrix[id*width : (id+1)*width]
		dense, err := OneHot(n, id)
		require.NoError(t, err)
		product := make([]float32, width)
		for j := range product {
			for i, x := range dense {
				product[j] += x * matrix[i*width+j]
			}
		}
		require.Equal(t, row, product)
	}
	matrix[0] = float32(math.Inf(1))
	matrix[width] = float32(math.Copysign(0, -1))
	for id := range n {
		sparse, err := SparseOneHot(n, id)
		require.NoError(t, err)
		product, err := sparse.Times(matrix, width)
		require.NoError(t, err)
		for j, x := range matrix[id*width : (id+1)*width] {
			require.Equal(t, math.Float32bits(x), math.Float32bits(product[j]))
		}
	}
}

func TestBagOfWords(t *testing.T) {
	ids := []int{4, 1, 4, 0, 4}
	bag, err := BagOfWords(5, ids)
	require.NoError(t, err)
	assert.Equal(t, SparseVector{N: 5, Index: []int{0, 1, 4}, Value: []float32{1, 1, 3}}, bag)
	assert.Equal(t, []int{4, 1, 4, 0, 4}, ids, "the ids stay as they were")
	dense, err := bag.Dense()
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 1, 0, 0, 3}, dense)
	sum, err := bag.Times([]float32{1, 10, 2, 20, 3, 30, 4, 40, 5, 50}, 2)
	require.NoError(t, err)
	assert.Equal(t, []float32{1 + 2 + 15, 10 + 20 + 150}, sum)

	empty, err := BagOfWords(2, nil)
	require.NoError(t, err)
	sum, err = empty.Times([]float32{1, 2}, 1)
	require.NoError(t, err)
	assert.Equal(t, []float32{0}, sum)
	twice := SparseVector{N: 2, Index: []int{1, 1}, Value: []float32{1, 2}}
	dense, err = twice.Dense()
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 3}, dense)
}

func TestOneHotErrors(t *testing.T) {
	of := func(_ []float32, err error) error { return err }
	sparse := func(_ SparseVector, err error) error { return err }
	bad := SparseVector{N: 2, Index: []int{2}, Value: []float32{1}}
	ragged := SparseVector{N: 2, Index: []int{1}}
	good := SparseVector{N: 2, Index: []int{1}, Value: []float32{1}}
	tests := []struct {
		name string
		err  error
		want error
	}{
		{"id = n", of(OneHot(3, 3)), ErrRange},
		{"negative id", of(OneHotRows(3, []int{0, -1})), ErrRange},
		{"n = 0", of(OneHot(0, 0)), ErrRange},
		{"negative n", of(OneHotRows(-1, nil)), ErrShape},
		{"too large", of(OneHot(math.MaxInt, 0)), ErrShape},
		{"sparse id", sparse(SparseOneHot(3, 3)), ErrRange},
		{"bag id", sparse(BagOfWords(3, []int{0, -1})), ErrRange},
		{"dense of bad place", of(bad.Dense()), ErrRange},
		{"dense of ragged", of(ragged.Dense()), ErrShape},
		{"dense too large", of(SparseVector{N: math.MaxInt}.Dense()), ErrShape},
		{"product of bad place", of(bad.Times(make([]float32, 2), 1)), ErrRange},
		{"product with wrong matrix", of(good.Times(make([]float32, 5), 2)), ErrShape},
		{"product with negative width", of(good.Times(nil, -1)), ErrShape},
		{"product that overflows", of(good.Times(nil, math.MaxInt)), ErrShape},
		{"product of nothing, endless", of(SparseVector{}.Times(nil, math.MaxInt)), ErrShape},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.ErrorIs(t, test.err, test.want) })
	}
}
