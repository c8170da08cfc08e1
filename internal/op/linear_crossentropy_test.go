package op_test

import (
	"fmt"
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

// linearCrossEntropy has inputs x, W, b where there is one, labels.
func linearCrossEntropy(c op.LinearCrossEntropyConfig) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		s, err := op.LinearCrossEntropy(c)
		if err != nil {
			g.Fail("loss", err)
			return nil
		}
		return g.Apply("loss", s, in...)
	}
}

func TestLinearCrossEntropyGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for _, s := range []struct {
		rows, in, out int
		reduction     op.Reduction
		smoothing     float64
		bias          bool
	}{
		{7, 3, 5, op.ReduceMean, 0, true},
		{7, 3, 5, op.ReduceSum, 0.1, false},
		{6, 4, 3, op.ReduceNone, 0.1, true},
		{1, 1, 2, op.ReduceMean, 0, true},
		{3, 257, 6, op.ReduceMean, 0, true},
		{260, 2, 3, op.ReduceNone, 0, false},
		{4, 3, 224, op.ReduceMean, 0.2, true},  // one tile
		{4, 3, 225, op.ReduceMean, 0.2, true},  // and a word
		{3, 2, 2500, op.ReduceNone, 0.2, true}, // more tiles than groups
		{3, 2, 2016, op.ReduceMean, 0, false},  // nine whole ones
	} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			in := []gradcheck.Input{gradcheck.Random(rng, 1, s.rows, s.in), gradcheck.Random(rng, 1, s.out, s.in)}
			if s.bias {
				in = append(in, gradcheck.Random(rng, 1, s.out))
			}
			in = append(in, labels(rng, s.out, s.rows))
			gradcheck.Check(t, in, linearCrossEntropy(op.LinearCrossEntropyConfig{
				Bias: s.bias, IgnoreIndex: -100, LabelSmoothing: s.smoothing, Reduction: s.reduction,
			}))
		})
	}
	c := op.LinearCrossEntropyConfig{Bias: true, IgnoreIndex: -100, Reduction: op.ReduceMean}
	t.Run("axes", func(t *testing.T) {
		w, b := gradcheck.Random(rng, 1, 5, 4), gradcheck.Random(rng, 1, 5)
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3, 4), w, b, labels(rng, 5, 2, 3)}, linearCrossEntropy(c))
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 4), w, b, gradcheck.Ints(3)}, linearCrossEntropy(c))
	})
	t.Run("dynamic", func(t *testing.T) {
		batches := randomRows(rng, 6)
		w, b := gradcheck.Random(rng, 1, 230, 6), gradcheck.Random(rng, 1, 230)
		for i, n := range tenRows {
			batches[i] = append(batches[i], w, b, labels(rng, 230, n))
		}
		gradcheck.Dynamic(t, batches, linearCrossEntropy(c))
	})
}

// vocabulary draws the inputs of a loss over out words.
func vocabulary(rng *rand.Rand, rows, in, out int) []op.Value[float32] {
	normal := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	label := make([]int, rows)
	for i := range label {
		label[i] = rng.IntN(out)
	}
	return []op.Value[float32]{matrix(in, normal(rows*in)...), matrix(in, normal(out*in)...), vector(normal(out)...), ints[float32](label...)}
}

// Its numbers are those of the two operations, to rounding.
func TestLinearCrossEntropyIsBoth(t *testing.T) {
	for _, smoothing := range []float64{0, 0.1} {
		for _, reduction := range []op.Reduction{op.ReduceMean, op.ReduceNone} {
			in := vocabulary(rand.New(rand.NewPCG(8, 2)), 60, 30, 3000)
			ignored := in[3].Ints[7]
			one := must(op.LinearCrossEntropy(op.LinearCrossEntropyConfig{Bias: true, IgnoreIndex: ignored, LabelSmoothing: smoothing, Reduction: reduction})).F32
			loss := must(op.CrossEntropy(op.CrossEntropyConfig{Axis: -1, IgnoreIndex: ignored, LabelSmoothing: smoothing, Reduction: reduction})).F32
			linear := op.Linear(true, nil).F32
			z := forward(t, linear, in[:3]...)
			want, got := forward(t, loss, z, in[3]), forward(t, one, in...)
			require.Equal(t, want.Shape, got.Shape)
			assert.InEpsilonSlice(t, add(100, want.Data), add(100, got.Data), 1e-6)
			dy := fill(len(got.Data), float32(0.7))
			dz := backward(t, loss, want, dy, z, in[3])[0]
			gradients := backward(t, one, got, dy, in...)
			for i, want := range backward(t, linear, z, dz, in[:3]...) {
				assert.InDeltaSlice(t, want, gradients[i], 2e-5, "input %d", i)
			}
		}
	}
}

func add(a float32, x []float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = a + v
	}
	return y
}

func TestLinearCrossEntropyWorkers(t *testing.T) {
	in := vocabulary(rand.New(rand.NewPCG(8, 3)), 50, 40, 5000)
	c := op.LinearCrossEntropyConfig{Bias: true, IgnoreIndex: -100, LabelSmoothing: 0.1, Mode: &op.Mode{Workers: 1}}
	body := must(op.LinearCrossEntropy(c)).F32
	want := forward(t, body, in...)
	gradients := backward(t, body, want, []float32{1}, in...)
	for _, workers := range []int{0, 2, 3, 9} {
		c.Mode = &op.Mode{Workers: workers}
		body := must(op.LinearCrossEntropy(c)).F32
		got := forward(t, body, in...)
		require.Equal(t, want.Data, got.Data, "%d workers", workers)
		require.Equal(t, gradients, backward(t, body, got, []float32{1}, in...), "%d workers", workers)
	}
}

// A row's loss and gradient do not depend on what else is in the batch.
func TestLinearCrossEntropyAlone(t *testing.T) {
	in := vocabulary(rand.New(rand.NewPCG(8, 4)), 9, 20, 700)
	s := must(op.LinearCrossEntropy(op.LinearCrossEntropyConfig{Bias: true, IgnoreIndex: -100, Reduction: op.ReduceNone}))
	all := forward(t, s.F32, in...)
	dx := backward(t, s.F32, all, fill(9, float32(1)), in...)[0]
	one := []op.Value[float32]{matrix(20, in[0].Data[60:80]...), in[1], in[2], ints[float32](in[3].Ints[3])}
	y := forward(t, s.F32, one...)
	assert.Equal(t, all.Data[3:4], y.Data)
	assert.Equal(t, dx[60:80], backward(t, s.F32, y, []float32{1}, one...)[0])
}

func TestLinearCrossEntropyExtremes(t *testing.T) {
	s := must(op.LinearCrossEntropy(op.LinearCrossEntropyConfig{Bias: true, IgnoreIndex: -100}))
	x, w := matrix(1, 1.0, 1), matrix(1, fill(500, 0.0)...)
	bias := fill(500, math.Inf(-1)) // all words of the second tile, and most of the others, are masked out
	bias[0], bias[10], bias[450] = 1000, 1001, 999
	b := vector(bias...)
	none := ints[float64](-100, -100)
	y := forward(t, s.F64, x, w, b, none)
	assert.Zero(t, y.Data[0], "nothing counts")
	for _, d := range backward(t, s.F64, y, []float64{1}, x, w, b, none)[:3] {
		assert.Equal(t, make([]float64, len(d)), d)
	}
	label := ints[float64](0, -100)
	y = forward(t, s.F64, x, w, b, label)
	assert.InDelta(t, math.Log(1+math.E+1/math.E), y.Data[0], 1e-12)
	db := backward(t, s.F64, y, []float64{1}, x, w, b, label)[2]
	sum := 1 + math.E + 1/math.E
	assert.InDelta(t, 1/sum-1, db[0], 1e-12)
	assert.InDelta(t, math.E/sum, db[10], 1e-12)
	assert.InDelta(t, 1/math.E/sum, db[450], 1e-12)
	assert.Zero(t, db[300])
	bias[300] = math.NaN()
	assert.True(t, math.IsNaN(forward(t, s.F64, x, w, b, label).Data[0]), "a NaN is seen")
}

func TestLinearCrossEntropyRefuses(t *testing.T) {
	s := must(op.LinearCrossEntropy(op.LinearCrossEntropyConfig{Bias: true, IgnoreIndex: -100})).F64
	x, w, b := matrix(2, 1.0, 2, 3, 4), matrix(2, fill(6, 1.0)...), vector(1.0, 2, 3)
	for want, in := range map[string][]op.Value[float64]{
		"label 3 at place 1, there are 3 classes": {x, w, b, ints[float64](0, 3)},
		"rows [2 2] want labels [2], got [3]":     {x, w, b, ints[float64](0, 1, 2)},
		"weight [3 2] wants a bias of 3, got [2]": {x, w, vector(1.0, 2), ints[float64](0, 1)},
		"wants inputs of 2 features, got [4 1]":   {matrix(1, 1.0, 2, 3, 4), w, b, ints[float64](0, 1, 2, 3)},
	} {
		assert.ErrorContains(t, shapeError(s, in...), want)
	}
	for _, bad := range []op.LinearCrossEntropyConfig{{LabelSmoothing: -0.1}, {LabelSmoothing: math.NaN()}, {Reduction: "average"}} {
		_, err := op.LinearCrossEntropy(bad)
		assert.Error(t, err, "%+v", bad)
	}
}
