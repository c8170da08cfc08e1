package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	rows        = 9
	cols        = 4
	sparseSteps = 60
)

// A table is weights (rows, cols) with two slices of state.
type table[T Float] struct{ w, a, b []T }

func newTable[T Float](fill T) table[T] {
	r := rand.New(rand.NewPCG(5, 5))
	x := table[T]{make([]T, rows*cols), make([]T, rows*cols), make([]T, rows*cols)}
	for i := range x.w {
		x.w[i] = T(r.NormFloat64())
		x.a[i] = fill
	}
	return x
}

func (x table[T]) row(r int) table[T] {
	at := func(s []T) []T { return s[r*cols : (r+1)*cols] }
	return table[T]{at(x.w), at(x.a), at(x.b)}
}

// sparseRun trains one table by dense steps, and one by the rows that have a gradient, after a catch-up over the steps
// missed. In the end all rows catch up, and both tables are returned.
func sparseRun[T Float](fill T, step func(step int, x table[T], g []T), catchUp func(n int, x table[T])) (dense, sparse table[T]) {
	dense, sparse = newTable(fill), newTable(fill)
	r := rand.New(rand.NewPCG(11, 13))
	var seen [rows]int // the last step that the row is up to date with
	for t := 1; t <= sparseSteps; t++ {
		g := make([]T, rows*cols)
		for row := range rows {
			if r.IntN(rows) > row/2 { // later rows are touched less
				continue
			}
			for i := range cols {
				g[row*cols+i] = T(r.NormFloat64())
			}
			catchUp(t-1-seen[row], sparse.row(row))
			step(t, sparse.row(row), g[row*cols:][:cols])
			seen[row] = t
		}
		step(t, dense, g)
	}
	for row := range rows {
		catchUp(sparseSteps-seen[row], sparse.row(row))
	}
	return dense, sparse
}

func nothing[T Float](int, table[T]) {}

func testSparseExact[T Float](t *testing.T) {
	adagrad := AdagradConfig{LRDecay: 0.01, InitialAccumulatorValue: 0.1, Eps: 1e-10}
	require.True(t, adagrad.RowSparse())
	dense, sparse := sparseRun(T(adagrad.InitialAccumulatorValue), func(step int, x table[T], g []T) {
		AdagradStep(&adagrad, 0.1, step, x.w, g, x.a)
	}, nothing)
	assert.Equal(t, dense, sparse, "Adagrad")

	sgd := SGDConfig{}
	require.True(t, sgd.RowSparse())
	dense, sparse = sparseRun(0, func(step int, x table[T], g []T) { SGDStep(&sgd, 0.1, step, x.w, g, nil) }, nothing)
	assert.Equal(t, dense, sparse, "SGD")
}

func TestRowSparseAdagradAndSGDAreExact(t *testing.T) {
	testSparseExact[float64](t)
	testSparseExact[float32](t)
}

// sameTables compares weights and state within a relative tolerance.
func sameTables[T Float](t *testing.T, want, got table[T], tol float64, msg string) {
	t.Helper()
	for i, pair := range [][2][]T{{want.w, got.w}, {want.a, got.a}, {want.b, got.b}} {
		for j, w := range pair[0] {
			if math.Abs(float64(w-pair[1][j])) > tol*math.Max(1e-6, math.Abs(float64(w))) {
				t.Errorf("%s: slice %d, element %d: %v, not %v", msg, i, j, pair[1][j], w)
			}
		}
	}
}

func testCatchUp[T Float](t *testing.T, tol float64) {
	adadelta := AdadeltaConfig{Rho: 0.9, Eps: 1e-6}
	require.True(t, adadelta.RowSparse())
	step := func(_ int, x table[T], g []T) { AdadeltaStep(&adadelta, 1, x.w, g, x.a, x.b) }
	dense, sparse := sparseRun(0, step, func(n int, x table[T]) { AdadeltaCatchUp(&adadelta, n, x.a, x.b) })
	sameTables(t, dense, sparse, tol, "Adadelta")
	_, lazy := sparseRun(0, step, nothing)
	assert.Greater(t, math.Abs(float64(dense.a[len(dense.a)-1]-lazy.a[len(lazy.a)-1])), 1e-3, "catching up matters")

	for _, centered := range []bool{false, true} {
		rmsprop := RMSpropConfig{Alpha: 0.95, Eps: 1e-4, Centered: centered}
		require.True(t, rmsprop.RowSparse())
		dense, sparse := sparseRun(0, func(_ int, x table[T], g []T) {
			RMSpropStep(&rmsprop, 0.01, x.w, g, x.a, x.b, nil)
		}, func(n int, x table[T]) { RMSpropCatchUp(&rmsprop, n, x.a, x.b) })
		sameTables(t, dense, sparse, tol, "RMSprop")
	}
}

func TestCatchUpEqualsDense(t *testing.T) {
	testCatchUp[float64](t, 1e-12)
	testCatchUp[float32](t, 1e-5)
}

// A catch-up of no steps leaves the bits alone, and RMSprop's goes without a gradient average.
func TestCatchUpOfNothing(t *testing.T) {
	v, u := []float32{0.1}, []float32{0.3}
	AdadeltaCatchUp(&AdadeltaConfig{Rho: 0}, 0, v, u)
	RMSpropCatchUp(&RMSpropConfig{Alpha: 0}, 0, v, nil)
	assert.Equal(t, []float32{0.1, 0.3}, []float32{v[0], u[0]})
	RMSpropCatchUp(&RMSpropConfig{Alpha: 0.5}, 2, v, nil)
	assert.Equal(t, []float32{0.1 / 4}, v)
}

func TestRowSparseIsRefused(t *testing.T) {
	for _, c := range []interface{ RowSparse() bool }{
		&SGDConfig{Momentum: 0.9}, &SGDConfig{WeightDecay: 0.1}, &AdamConfig{Beta1: 0.9}, &RMSpropConfig{Momentum: 0.1},
		&RMSpropConfig{WeightDecay: 0.1}, &AdagradConfig{WeightDecay: 0.1}, &AdadeltaConfig{WeightDecay: 0.1},
	} {
		assert.False(t, c.RowSparse(), "%+v", c)
	}
}
