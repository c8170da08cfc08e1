package op_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

var poolings = map[string]func(g *verso.Graph, s verso.Sequence) *gorgonia.Node{
	"mean": verso.MeanOverTime, "sum": verso.SumOverTime, "max": verso.MaxOverTime,
	"3-max": func(g *verso.Graph, s verso.Sequence) *gorgonia.Node { return verso.KMaxOverTime(g, s, 3) },
}

// ragged returns a batch of random rows with the given lengths.
func ragged(rng *rand.Rand, features int, lengths ...int) []gradcheck.Input {
	total := 0
	for _, n := range lengths {
		total += n
	}
	return []gradcheck.Input{gradcheck.Random(rng, 1, max(total, 1), features), gradcheck.Ints(lengths...)}
}

func TestPoolGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for name, pool := range poolings {
		f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return pool(g, verso.Sequence{Rows: in[0], Lengths: in[1]})
		}
		t.Run(name, func(t *testing.T) {
			gradcheck.Check(t, ragged(rng, 3, 4, 0, 1, 7, 2), f)
			gradcheck.Check(t, ragged(rng, 257, 3, 1, 0), f)
			gradcheck.Check(t, ragged(rng, 2, 300, 5), f)
			gradcheck.Check(t, ragged(rng, 3, 0, 0), f)
			t.Run("dynamic", func(t *testing.T) {
				gradcheck.Dynamic(t, [][]gradcheck.Input{
					ragged(rng, 3, 4), ragged(rng, 3, 1, 2), ragged(rng, 3, 0), ragged(rng, 3, 0, 0, 5), ragged(rng, 3, 270, 1),
					ragged(rng, 3, 6, 6, 6), ragged(rng, 3, 0, 0), ragged(rng, 3, 2), ragged(rng, 3, 1, 1, 1, 1, 1, 1, 1), ragged(rng, 3, 4),
				}, f)
			})
		})
	}
}

func TestPoolValues(t *testing.T) {
	x := matrix(2,
		1.0, 10,
		4, 5,
		4, 6,
		// an empty sequence
		-3, -4)
	lengths := ints[float64](3, 0, 1)
	assert.Equal(t, []float64{3, 7, 0, 0, -3, -4}, forward(t, op.Pool(op.PoolMean).F64, x, lengths).Data)
	assert.Equal(t, []float64{9, 21, 0, 0, -3, -4}, forward(t, op.Pool(op.PoolSum).F64, x, lengths).Data)

	maximum := op.Pool(op.PoolMax).F64
	y := forward(t, maximum, x, lengths)
	assert.Equal(t, []float64{4, 10, 0, 0, -3, -4}, y.Data)
	d := backward(t, maximum, y, []float64{1, 2, 3, 4, 5, 6}, x, lengths)[0]
	assert.Equal(t, []float64{0, 2, 1, 0, 0, 0, 5, 6}, d, "the first of two equal maxima wins")

	two := must(op.KMaxPool(2)).F64
	y = forward(t, two, x, lengths)
	assert.Equal(t, []int{3, 4}, y.Shape)
	assert.Equal(t, []float64{4, 10, 4, 6, 0, 0, 0, 0, -3, -4, 0, 0}, y.Data, "in the order of time")
	d = backward(t, two, y, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, x, lengths)[0]
	assert.Equal(t, []float64{0, 2, 1, 0, 3, 4, 9, 10}, d)

	one := must(op.KMaxPool(1)).F64
	y = forward(t, one, x, lengths)
	assert.Equal(t, []float64{0, 2, 1, 0, 0, 0, 5, 6}, backward(t, one, y, []float64{1, 2, 3, 4, 5, 6}, x, lengths)[0], "k = 1 is max pooling")

}

// A NaN is not hidden, wherever it stands.
func TestPoolShowsNaN(t *testing.T) {
	for at := range 3 {
		x := []float64{1, 5, 2}
		x[at] = math.NaN()
		for _, s := range []op.Spec{op.Pool(op.PoolMax), must(op.KMaxPool(1)), must(op.KMaxPool(2))} {
			y := forward(t, s.F64, matrix(1, x...), ints[float64](3))
			assert.True(t, slices.ContainsFunc(y.Data, math.IsNaN), "%s of %v: %v", s.Name, x, y.Data)
		}
	}
}

func TestPoolRefuses(t *testing.T) {
	x := matrix(2, 1.0, 2, 3, 4)
	for _, s := range []op.Spec{op.Pool(op.PoolMean), op.Pool(op.PoolMax), must(op.KMaxPool(2))} {
		err := shapeError(s.F64, x, ints[float64](1, 2))
		assert.ErrorIs(t, err, op.ErrShape)
		assert.ErrorContains(t, err, "lengths sum to 3, but there are 2 rows")
		assert.ErrorIs(t, shapeError(s.F64, x, ints[float64](3, -1)), op.ErrInput)
		assert.ErrorIs(t, shapeError(s.F64, x, ints[float64](math.MaxInt, math.MaxInt, 4)), op.ErrShape, "sums that overflow to 2")
		assert.ErrorContains(t, shapeError(s.F64, vector(1.0), ints[float64](1)), "the rows: want 2 axes, got shape [1]")
	}
	_, err := op.KMaxPool(0)
	require.ErrorContains(t, err, "at least 1, got 0")
}
