package op_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func TestSinusoidalPositionsValues(t *testing.T) {
	b := must(op.SinusoidalPositions(4)).F64
	y := forward(t, b, matrix(4, fill(12, 1.0)...), ints[float64](1, 0, 2))
	want := []float64{0, 1, 0, 1, 0, 1, 0, 1, math.Sin(1), math.Cos(1), math.Sin(0.01), math.Cos(0.01)}
	for i := range want {
		assert.InDelta(t, 1+want[i], y.Data[i], 1e-15)
	}
	_, err := op.SinusoidalPositions(0)
	assert.ErrorContains(t, err, "at least 1 feature, got 0")
	assert.ErrorContains(t, shapeError(b, matrix(2, 1.0, 2), ints[float64](1)), "want rows of 4 features, got [1 2]")
	assert.ErrorContains(t, shapeError(b, matrix(4, fill(4, 1.0)...), ints[float64](2)), "lengths sum to 2")
}

func TestSinusoidalPositionsGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 5))
	in := []gradcheck.Input{gradcheck.Random(rng, 1, 260, 5), gradcheck.Ints(257, 0, 3)}
	gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return g.Apply("positions", must(op.SinusoidalPositions(5)), in...)
	})
}

func TestLearnedPositions(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 6))
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return g.Apply("positions", op.LearnedPositions(), in...)
	}
	for _, lengths := range [][]int{{2, 0, 3}, {0}, {257}} {
		in := []gradcheck.Input{gradcheck.Random(rng, 1, max(1, sum(lengths)), 3), gradcheck.Ints(lengths...), gradcheck.Random(rng, 1, 260, 3)}
		gradcheck.Check(t, in, f)
	}
	table := matrix(1, 10.0, 20, 30)
	y := forward(t, op.LearnedPositions().F64, matrix(1, 1.0, 2, 3, 4), ints[float64](1, 3), table)
	assert.Equal(t, []float64{11, 12, 23, 34}, y.Data)
	err := shapeError(op.LearnedPositions().F64, matrix(1, 1.0, 2, 3, 4), ints[float64](4), table)
	assert.ErrorIs(t, err, op.ErrInput)
	assert.ErrorContains(t, err, "sequence 0 wants at most 3 rows, got 4")
	assert.ErrorContains(t, shapeError(op.LearnedPositions().F64, matrix(2, 1.0, 2), ints[float64](1), table), "rows of 1 features, got [1 2]")
	assert.ErrorContains(t, shapeError(op.LearnedPositions().F64, matrix(1, 1.0, 2), vector(2.0), table), "lengths wants integers, got floats [1]")
	assert.ErrorContains(t, shapeError(must(op.SinusoidalPositions(1)).F64, matrix(1, 1.0, 2), vector(2.0)), "lengths wants integers, got floats [1]")
}

// A table in a row-sparse sink gets the touched rows alone.
func TestLearnedPositionsSparse(t *testing.T) {
	ps := verso.NewParams64(1)
	table := ps.NewTable("weight", verso.Zeros(), 9, 2)
	g := verso.NewGraph(1)
	x := g.Sequence("x", ps.Dtype(), 2)
	loss := g.Apply("sum", op.Inner(), g.Apply("positions", op.LearnedPositions(), x.Rows, x.Lengths, g.Param(table)), g.Apply("copy", op.Copy(), x.Rows))
	m, err := g.Compile(loss)
	assert.NoError(t, err)
	assert.NoError(t, m.FeedSequence(x, []float64{1, 2, 3, 4, 5, 6}, []int{1, 2}))
	assert.NoError(t, m.Run())
	want := make([]float64, 18)
	copy(want, []float64{1 + 3, 2 + 4, 5, 6})
	assert.Equal(t, want, verso.Gradient[float64](m, g.Param(table)))
}
