package op_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func TestRegressionGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for _, r := range []verso.Reduction{verso.ReduceMean, verso.ReduceSum, verso.ReduceNone} {
		c := verso.MSEConfig{Reduction: r}
		for name, f := range map[string]gradcheck.Func{
			"mse": func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.MSE(g, in[0], in[1], c) },
			"l1":  func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.L1(g, in[0], in[1], c) },
			"smooth": func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return verso.SmoothL1(g, in[0], in[1], 0.7, c)
			},
			"huber": func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.Huber(g, in[0], in[1], 1.3, c) },
		} {
			t.Run(fmt.Sprint(name, r), func(t *testing.T) {
				gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 257), gradcheck.Random(rng, 1, 3, 257)}, f)
				gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 5), constant(gradcheck.Random(rng, 1, 5))}, f)
				if r == verso.ReduceMean {
					gradcheck.Dynamic(t, randomRows(rng, 3, 3), f)
				}
			})
		}
	}
}

func TestRegressionValues(t *testing.T) {
	x, target := vector(0.0, 0.5, -0.5, 2, -2), vector(0.0, 0, 0, 0, 0)
	for _, c := range []struct {
		cfg  op.RegressionConfig
		y, d []float64
	}{
		{op.RegressionConfig{Distance: op.Squared}, []float64{0, 0.25, 0.25, 4, 4}, []float64{0, 1, -1, 4, -4}},
		{op.RegressionConfig{Distance: op.Absolute}, []float64{0, 0.5, 0.5, 2, 2}, []float64{0, 1, -1, 1, -1}},
		{op.RegressionConfig{Distance: op.SmoothL1, Beta: 1}, []float64{0, 0.125, 0.125, 1.5, 1.5}, []float64{0, 0.5, -0.5, 1, -1}},
		{op.RegressionConfig{Distance: op.SmoothL1}, []float64{0, 0.5, 0.5, 2, 2}, []float64{0, 1, -1, 1, -1}},
		{op.RegressionConfig{Distance: op.Huber, Beta: 0.5}, []float64{0, 0.125, 0.125, 0.875, 0.875}, []float64{0, 0.5, -0.5, 0.5, -0.5}},
	} {
		c.cfg.Reduction = op.ReduceNone
		s := must(op.Regression(c.cfg))
		y := forward(t, s.F64, x, target)
		assert.InDeltaSlice(t, c.y, y.Data, 1e-15, "%+v", c.cfg)
		assert.InDeltaSlice(t, c.d, backward(t, s.F64, y, fill(5, 1.0), x, target)[0], 1e-15, "%+v", c.cfg)
		c.cfg.Reduction = op.ReduceMean
		mean := 0.0
		for _, v := range c.y {
			mean += v / 5
		}
		assert.InDelta(t, mean, forward(t, must(op.Regression(c.cfg)).F64, x, target).Data[0], 1e-15)
	}
}

func TestRegressionRefuses(t *testing.T) {
	s := must(op.Regression(op.RegressionConfig{Distance: op.Squared})).F64
	err := shapeError(s, matrix(2, 1.0, 2), vector(1.0, 2))
	assert.ErrorIs(t, err, op.ErrShape)
	assert.ErrorContains(t, err, "[1 2] wants a target of the same shape, got [2]")
	for _, c := range []op.RegressionConfig{
		{Distance: "cosine"}, {Distance: op.SmoothL1, Beta: -1}, {Distance: op.Huber}, {Distance: op.Huber, Beta: math.NaN()}, {Distance: op.Squared, Reduction: "x"},
	} {
		_, err := op.Regression(c)
		assert.Error(t, err, "%+v", c)
	}
}
