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

func crossEntropy(c verso.CrossEntropyConfig) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return verso.CrossEntropy(g, in[0], in[1], c)
	}
}

// labels draws n labels below c, every fifth one the ignored −100.
func labels(rng *rand.Rand, c int, shape ...int) gradcheck.Input {
	in := gradcheck.Random(rng, 1, shape...)
	in.Ints = make([]int, len(in.Data))
	for i := range in.Ints {
		in.Ints[i] = rng.IntN(c)
		if i%5 == 3 {
			in.Ints[i] = -100
		}
	}
	return gradcheck.Input{Shape: shape, Ints: in.Ints}
}

// weights draws n weights from 0.5 to 1.5.
func weights(rng *rand.Rand, n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 0.5 + rng.Float64()
	}
	return w
}

// probabilities draws n lines of c probabilities.
func probabilities(rng *rand.Rand, n, c int) gradcheck.Input {
	in := gradcheck.Random(rng, 1, n, c)
	for i := range n {
		sum := 0.0
		for j := range c {
			in.Data[i*c+j] = rng.Float64()
			sum += in.Data[i*c+j]
		}
		for j := range c {
			in.Data[i*c+j] /= sum
		}
	}
	return in
}

func TestCrossEntropyGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for _, reduction := range []verso.Reduction{verso.ReduceMean, verso.ReduceSum, verso.ReduceNone} {
		for _, smoothing := range []float64{0, 0.1} {
			for _, weighted := range []bool{false, true} {
				c := verso.DefaultCrossEntropyConfig()
				c.Reduction, c.LabelSmoothing = reduction, smoothing
				t.Run(fmt.Sprint(reduction, smoothing, weighted), func(t *testing.T) {
					sizes := [][]int{{7, 5}, {1, 2}}
					if reduction == verso.ReduceMean {
						sizes = append(sizes, []int{3, 257})
					}
					for _, s := range sizes {
						if weighted {
							c.ClassWeights = weights(rng, s[1])
						}
						gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 2, s...), labels(rng, s[1], s[0])}, crossEntropy(c))
						gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 2, s...), probabilities(rng, s[0], s[1])}, crossEntropy(c))
					}
				})
			}
		}
	}
	c := verso.DefaultCrossEntropyConfig()
	c.LabelSmoothing = 0.2
	t.Run("axes", func(t *testing.T) {
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3, 4), labels(rng, 4, 2, 3)}, crossEntropy(c))
		c.Axis = 1
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3, 4), labels(rng, 3, 2, 4)}, crossEntropy(c))
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3, 4), gradcheck.Random(rng, 1, 2, 3, 4)}, crossEntropy(c))
		c.Axis = 0
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 5), gradcheck.Ints(3)}, crossEntropy(c))
	})
	t.Run("dynamic", func(t *testing.T) {
		c := verso.DefaultCrossEntropyConfig()
		batches := randomRows(rng, 6)
		for i, n := range tenRows {
			batches[i] = append(batches[i], labels(rng, 6, n))
		}
		gradcheck.Dynamic(t, batches, crossEntropy(c))
	})
}

// naive is the loss of one example, straight from the formula.
func naive(x, a []float64) float64 {
	sum, loss := 0.0, 0.0
	for _, v := range x {
		sum += math.Exp(v)
	}
	for j, v := range x {
		loss -= a[j] * math.Log(math.Exp(v)/sum)
	}
	return loss
}

func TestCrossEntropyValues(t *testing.T) {
	x := matrix(3, 0.5, -1, 2, 1, 1, -0.5, 0, 3, 1)
	w := []float64{2, 0.5, 1}
	c := op.CrossEntropyConfig{Axis: -1, IgnoreIndex: 9, Reduction: op.ReduceNone}
	rows := [][]float64{x.Data[:3], x.Data[3:6], x.Data[6:]}

	y := forward(t, must(op.CrossEntropy(c)).F64, x, ints[float64](2, 9, 0))
	assert.InDeltaSlice(t, []float64{naive(rows[0], []float64{0, 0, 1}), 0, naive(rows[2], []float64{1, 0, 0})}, y.Data, 1e-14)

	c.ClassWeights, c.LabelSmoothing = w, 0.3
	y = forward(t, must(op.CrossEntropy(c)).F64, x, ints[float64](2, 9, 0))
	want := []float64{
		naive(rows[0], []float64{0.1 * 2, 0.1 * 0.5, 0.7 + 0.1}), 0,
		naive(rows[2], []float64{0.7*2 + 0.1*2, 0.1 * 0.5, 0.1}),
	}
	assert.InDeltaSlice(t, want, y.Data, 1e-14)

	c.Reduction = op.ReduceMean
	y = forward(t, must(op.CrossEntropy(c)).F64, x, ints[float64](2, 9, 0))
	assert.InDelta(t, (want[0]+want[2])/3, y.Data[0], 1e-14, "the mean divides by the weights 1 and 2")

	c.Probabilities = true
	p := matrix(3, 0.2, 0.3, 0.5, 1, 0, 0, 0.1, 0.1, 0.8)
	y = forward(t, must(op.CrossEntropy(c)).F64, x, p)
	sum := 0.0
	for i, row := range rows {
		var a []float64
		for j, w := range w {
			a = append(a, (0.7*p.Data[i*3+j]+0.1)*w)
		}
		sum += naive(row, a)
	}
	assert.InDelta(t, sum/3, y.Data[0], 1e-14, "the mean over probabilities divides by the number of examples")
}

func TestCrossEntropyExtremes(t *testing.T) {
	c := op.CrossEntropyConfig{Axis: -1, IgnoreIndex: -100}
	s := must(op.CrossEntropy(c))
	x, none := matrix(2, 1.0, 2, 3, 4), ints[float64](-100, -100)
	y := forward(t, s.F64, x, none)
	assert.Zero(t, y.Data[0], "nothing counts")
	assert.Equal(t, make([]float64, 4), backward(t, s.F64, y, []float64{1}, x, none)[0])

	far := forward(t, s.F32, matrix(2, float32(10000), 10001, -10000, -9999), ints[float32](0, 0))
	assert.InDelta(t, math.Log(1+math.E), far.Data[0], 1e-6, "large offsets")

	inf := math.Inf(1)
	masked := matrix(3, 1, -inf, 1)
	y64 := forward(t, s.F64, masked, ints[float64](0))
	assert.InDelta(t, math.Log(2), y64.Data[0], 1e-15, "a masked class")
	assert.InDeltaSlice(t, []float64{-0.5, 0, 0.5}, backward(t, s.F64, y64, []float64{1}, masked, ints[float64](0))[0], 1e-15)
	c.Probabilities = true
	y64 = forward(t, must(op.CrossEntropy(c)).F64, masked, matrix(3, 1.0, 0, 0))
	assert.InDelta(t, math.Log(2), y64.Data[0], 1e-15, "a masked class of probability 0")
}

func TestCrossEntropyWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	x := make([]float32, 40*3000)
	var label []int
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for range 40 {
		label = append(label, rng.IntN(3000))
	}
	c := op.CrossEntropyConfig{Axis: -1, IgnoreIndex: label[3], LabelSmoothing: 0.1}
	one := must(op.CrossEntropy(c))
	c.Mode = &op.Mode{Workers: 3}
	three := must(op.CrossEntropy(c))
	in := []op.Value[float32]{matrix(3000, x...), ints[float32](label...)}
	a, b := forward(t, one.F32, in...), forward(t, three.F32, in...)
	require.Equal(t, a.Data, b.Data)
	dy := []float32{1}
	require.Equal(t, backward(t, one.F32, a, dy, in...), backward(t, three.F32, b, dy, in...))
}

func TestCrossEntropyRefuses(t *testing.T) {
	c := op.CrossEntropyConfig{Axis: -1, IgnoreIndex: -100}
	s := must(op.CrossEntropy(c)).F64
	x := matrix(3, 1.0, 2, 3, 4, 5, 6)
	for _, label := range []int{3, -1} {
		err := shapeError(s, x, ints[float64](0, label))
		assert.ErrorIs(t, err, op.ErrInput)
		assert.ErrorContains(t, err, fmt.Sprintf("label %d at place 1, there are 3 classes", label))
	}
	err := shapeError(s, x, ints[float64](0, 1, 2))
	assert.ErrorIs(t, err, op.ErrShape)
	assert.ErrorContains(t, err, "logits [2 3] want labels [2], got [3]")
	c.ClassWeights = []float64{1, 2}
	assert.ErrorContains(t, shapeError(must(op.CrossEntropy(c)).F64, x, ints[float64](0, 1)), "want 3 class weights, got 2")
	c.ClassWeights, c.Probabilities = nil, true
	assert.ErrorContains(t, shapeError(must(op.CrossEntropy(c)).F64, x, matrix(2, 1.0, 2)), "probabilities of the same shape, got [1 2]")
	for _, bad := range []op.CrossEntropyConfig{{LabelSmoothing: -0.1}, {LabelSmoothing: 1.1}, {LabelSmoothing: math.NaN()}, {Reduction: "average"}} {
		_, err := op.CrossEntropy(bad)
		assert.Error(t, err, "%+v", bad)
	}
}

func TestNormaliser(t *testing.T) {
	c := op.CrossEntropyConfig{IgnoreIndex: 1}
	assert.Equal(t, 3.0, op.Normaliser(c, []int{0, 1, 2, 2, 1}))
	c.ClassWeights = []float64{0.5, 7, 2}
	assert.Equal(t, 4.5, op.Normaliser(c, []int{0, 1, 2, 2, 1}))
}
