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

// bce takes the weights, where there are three inputs, as the third.
func bce(c verso.BCEConfig) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		if len(in) == 3 {
			c.Weight = in[2]
		}
		return verso.BCEWithLogits(g, in[0], in[1], c)
	}
}

func constant(in gradcheck.Input) gradcheck.Input {
	in.Const = true
	return in
}

func TestBCEWithLogitsGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for _, r := range []verso.Reduction{verso.ReduceMean, verso.ReduceSum, verso.ReduceNone} {
		t.Run(string(r), func(t *testing.T) {
			c := verso.BCEConfig{Reduction: r}
			gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 2, 3, 257), probabilities(rng, 3, 257)}, bce(c))
			gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 2, 5), gradcheck.Random(rng, 1, 5)}, bce(c))
			c.PosWeight = weights(rng, 3)
			gradcheck.Check(t, []gradcheck.Input{
				gradcheck.Random(rng, 2, 2, 4, 3), gradcheck.Random(rng, 1, 2, 4, 3), constant(gradcheck.Random(rng, 1, 4, 1)),
			}, bce(c))
		})
	}
	t.Run("dynamic", func(t *testing.T) { gradcheck.Dynamic(t, randomRows(rng, 3, 3), bce(verso.DefaultBCEConfig())) })
}

func TestBCEWithLogitsValues(t *testing.T) {
	x, target := matrix(2, 0.5, -2, 3, 1), matrix(2, 1.0, 0, 0.25, 1)
	w, q := matrix(1, 2.0, 0.5), []float64{3, 1}
	s := must(op.BCEWithLogits(op.BCEConfig{PosWeight: q, Weighted: true, Reduction: op.ReduceNone}))
	var want []float64
	for i, v := range x.Data {
		p, y := sigmoid(v), target.Data[i]
		want = append(want, -w.Data[i/2]*(q[i%2]*y*math.Log(p)+(1-y)*math.Log(1-p)))
	}
	assert.InDeltaSlice(t, want, forward(t, s.F64, x, target, w).Data, 1e-14)

	// Every shape of weights that fits (2, 2, 2), against weights written out.
	cube := op.Value[float64]{Shape: []int{2, 2, 2}, Data: []float64{1, 2, 3, 4, 5, 6, 7, 8}}
	half := op.Value[float64]{Shape: cube.Shape, Data: fill(8, 0.5)}
	s = must(op.BCEWithLogits(op.BCEConfig{Weighted: true, Reduction: op.ReduceNone}))
	whole := forward(t, s.F64, cube, half, op.Value[float64]{Shape: cube.Shape, Data: fill(8, 1.0)})
	for _, c := range []struct {
		shape   []int
		w, each []float64
	}{
		{[]int{}, []float64{3}, fill(8, 3.0)},
		{[]int{1}, []float64{3}, fill(8, 3.0)},
		{[]int{2}, []float64{1, 2}, []float64{1, 2, 1, 2, 1, 2, 1, 2}},
		{[]int{2, 1}, []float64{1, 2}, []float64{1, 1, 2, 2, 1, 1, 2, 2}},
		{[]int{1, 2, 2}, []float64{1, 2, 3, 4}, []float64{1, 2, 3, 4, 1, 2, 3, 4}},
		{[]int{2, 1, 2}, []float64{1, 2, 3, 4}, []float64{1, 2, 1, 2, 3, 4, 3, 4}},
		{[]int{2, 1, 1}, []float64{1, 2}, []float64{1, 1, 1, 1, 2, 2, 2, 2}},
	} {
		got := forward(t, s.F64, cube, half, op.Value[float64]{Shape: c.shape, Data: c.w})
		for i, w := range c.each {
			assert.InDelta(t, w*whole.Data[i], got.Data[i], 1e-13, "weights %v, element %d", c.shape, i)
		}
	}

	far := vector(float32(-1000), 1000, -1000, 1000)
	y := forward(t, must(op.BCEWithLogits(op.BCEConfig{Reduction: op.ReduceNone})).F32, far, vector(float32(0), 1, 1, 0))
	assert.Equal(t, []float32{0, 0, 1000, 1000}, y.Data)
}

func TestBCEWithLogitsRefuses(t *testing.T) {
	s := must(op.BCEWithLogits(op.BCEConfig{PosWeight: []float64{1, 2}})).F64
	x := matrix(3, 1.0, 2, 3, 4, 5, 6)
	err := shapeError(s, x, matrix(2, x.Data...))
	assert.ErrorIs(t, err, op.ErrShape)
	assert.ErrorContains(t, err, "logits [2 3] want targets of the same shape, got [3 2]")
	assert.ErrorContains(t, shapeError(s, x, x), "want 1 or 3 weights of positive targets, got 2")
	s = must(op.BCEWithLogits(op.BCEConfig{Weighted: true})).F64
	for _, w := range [][]int{{2}, {3, 3}, {1, 2, 3}} {
		n := 1
		for _, d := range w {
			n *= d
		}
		assert.ErrorContains(t, shapeError(s, x, x, op.Value[float64]{Shape: w, Data: make([]float64, n)}), fmt.Sprint("got ", w))
	}
	_, err = op.BCEWithLogits(op.BCEConfig{Reduction: "total"})
	assert.ErrorContains(t, err, `"total"`)
}
