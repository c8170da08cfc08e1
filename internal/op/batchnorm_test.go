package op_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// batchNormFunc has the running statistics of the mode's own inputs, which
// training writes to without reading.
func batchNormFunc(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
	return g.Apply("bn", must(op.BatchNorm(op.BatchNormConfig{Eps: 1e-3, Momentum: 0.1, Mode: g.Mode()})), in...)
}

func batchNormInputs(rng *rand.Rand, rows, features int) []gradcheck.Input {
	variance := constant(gradcheck.Random(rng, 1, features))
	for i, v := range variance.Data {
		variance.Data[i] = 0.5 + v*v
	}
	return []gradcheck.Input{
		gradcheck.Random(rng, 1, rows, features), gradcheck.Random(rng, 1, features), gradcheck.Random(rng, 1, features),
		constant(gradcheck.Random(rng, 1, features)), variance,
	}
}

func TestBatchNormGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	train := func(g *verso.Graph) { g.SetTraining(true) }
	for _, size := range [][2]int{{2, 1}, {5, 3}, {4, 257}, {300, 2}} {
		gradcheck.Check(t, batchNormInputs(rng, size[0], size[1]), batchNormFunc)
		gradcheck.Check(t, batchNormInputs(rng, size[0], size[1]), batchNormFunc, train)
	}
	var batches [][]gradcheck.Input
	for _, n := range []int{4, 2, 9, 257, 3} {
		batches = append(batches, batchNormInputs(rng, n, 3))
	}
	gradcheck.Dynamic(t, batches, batchNormFunc, train)
	gradcheck.Dynamic(t, batches, batchNormFunc)
}

func TestBatchNormStatistics(t *testing.T) {
	mode := &op.Mode{Train: true}
	b := must(op.BatchNorm(op.BatchNormConfig{Eps: 1e-5, Momentum: 0.25, Mode: mode})).F64
	mean, variance := vector(10.0), vector(4.0)
	in := []op.Value[float64]{matrix(1, 1.0, 3), vector(2.0), vector(0.5), mean, variance}
	y := forward(t, b, in...)
	s := 2 / math.Sqrt(1+1e-5)
	assert.InDeltaSlice(t, []float64{0.5 - s, 0.5 + s}, y.Data, 1e-12)
	assert.InDelta(t, 0.75*10+0.25*2, mean.Data[0], 1e-12)
	assert.InDelta(t, 0.75*4+0.25*2, variance.Data[0], 1e-12, "the unbiased variance of 1 and 3 is 2")

	mode.Train = false
	y = forward(t, b, in...)
	assert.InDelta(t, 2*(1-8.0)/math.Sqrt(3.5+1e-5)+0.5, y.Data[0], 1e-12)
	assert.Equal(t, []float64{8}, mean.Data, "evaluation only reads")

	mode.Train = true
	one := []op.Value[float64]{matrix(1, 1.0), vector(2.0), vector(0.5), mean, variance}
	shape, err := b.Shape(one)
	require.NoError(t, err)
	err = b.Forward(one, op.Value[float64]{Shape: shape, Data: make([]float64, 1)})
	require.ErrorIs(t, err, op.ErrShape)
	assert.ErrorContains(t, err, "at least 2 rows, got 1")
}
