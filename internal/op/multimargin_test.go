package op_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func multiMargin(c verso.MultiMarginConfig) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.MultiMargin(g, in[0], in[1], c) }
}

func TestMultiMarginGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 1))
	all := func(c int, shape ...int) gradcheck.Input { // labels that all count
		in := labels(rng, c, shape...)
		for i, l := range in.Ints {
			in.Ints[i] = max(l, 0)
		}
		return in
	}
	for _, p := range []int{1, 2} {
		for _, r := range []verso.Reduction{verso.ReduceMean, verso.ReduceSum, verso.ReduceNone} {
			t.Run(fmt.Sprint(p, r), func(t *testing.T) {
				c := verso.MultiMarginConfig{P: p, Margin: 0.8, Reduction: r}
				gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 257), all(257, 3)}, multiMargin(c))
				gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3, 4), all(4, 2, 3)}, multiMargin(c))
				c.ClassWeights = weights(rng, 5)
				gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 7, 5), all(5, 7)}, multiMargin(c))
				gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 5), gradcheck.Ints(3)}, multiMargin(c))
			})
		}
	}
	t.Run("dynamic", func(t *testing.T) {
		batches := randomRows(rng, 6)
		for i, n := range tenRows {
			batches[i] = append(batches[i], all(6, n))
		}
		gradcheck.Dynamic(t, batches, multiMargin(verso.DefaultMultiMarginConfig()))
	})
}

func TestMultiMarginValues(t *testing.T) {
	x, label := matrix(3, 1.0, 0.5, -2, 0, 0, 1), ints[float64](0, 1)
	c := op.MultiMarginConfig{P: 1, Margin: 1, Reduction: op.ReduceNone}
	assert.InDeltaSlice(t, []float64{0.5 / 3, (1.0 + 2) / 3}, forward(t, must(op.MultiMargin(c)).F64, x, label).Data, 1e-15)
	c.P, c.ClassWeights = 2, []float64{1, 10, 100}
	s := must(op.MultiMargin(c))
	y := forward(t, s.F64, x, label)
	assert.InDeltaSlice(t, []float64{0.25 / 3, 10 * (1.0 + 4) / 3}, y.Data, 1e-14)
	d := backward(t, s.F64, y, []float64{1, 1}, x, label)[0]
	assert.InDeltaSlice(t, []float64{-1.0 / 3, 1.0 / 3, 0, 20.0 / 3, -60.0 / 3, 40.0 / 3}, d, 1e-14)

	kink := matrix(2, 1.0, 0)
	s = must(op.MultiMargin(op.MultiMarginConfig{P: 1, Margin: 1}))
	y = forward(t, s.F64, kink, ints[float64](0))
	assert.Equal(t, []float64{0, 0}, backward(t, s.F64, y, []float64{1}, kink, ints[float64](0))[0], "no gradient at the kink")
}

func TestMultiMarginRefuses(t *testing.T) {
	s := must(op.MultiMargin(op.MultiMarginConfig{P: 1, ClassWeights: []float64{1, 1}})).F64
	x := matrix(2, 1.0, 2, 3, 4)
	err := shapeError(s, x, ints[float64](0, 2))
	assert.ErrorIs(t, err, op.ErrInput)
	assert.ErrorContains(t, err, "label 2 at place 1, there are 2 classes")
	assert.ErrorContains(t, shapeError(s, x, ints[float64](0)), "scores [2 2] want labels [2], got [1]")
	assert.ErrorContains(t, shapeError(s, matrix(3, 1.0, 2, 3), ints[float64](0)), "want 3 class weights, got 2")
	for _, c := range []op.MultiMarginConfig{{P: 3}, {P: 0}, {P: 1, Reduction: "x"}} {
		_, err := op.MultiMargin(c)
		assert.Error(t, err, "%+v", c)
	}
}
