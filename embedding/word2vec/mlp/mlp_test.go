package mlp

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

const n, dim = 9, 5

// example is a step: words in, a target and negatives that differ.
type example struct {
	inputs    []int
	target    int
	negatives []int
}

var examples = []example{{[]int{2}, 4, []int{0, 1, 5}}, {[]int{7}, 7, []int{3}}, {[]int{3, 1, 8, 2}, 0, []int{8, 2, 4, 6, 1}}, {[]int{5, 5, 6}, 1, []int{1, 2}}}

// network returns a network with random weights of both layers, W_h and W_oᵀ as the rows of tables.
func network(t *testing.T) (*verso.Params, *Network, *loglinear.Tables[float64]) {
	ps := verso.NewParams64(1)
	w := New(ps, n, dim)
	require.NoError(t, ps.Err())
	tables, err := loglinear.NewTables[float64](n, n, dim)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	hidden, output := w.Hidden.Weight.Float64s(), w.Output.Weight.Float64s()
	for i := range n {
		for d := range dim {
			hidden[d*n+i], output[i*dim+d] = r.NormFloat64(), r.NormFloat64()
			tables.Input(i)[d], tables.Target(i)[d] = hidden[d*n+i], output[i*dim+d]
		}
	}
	return ps, w, tables
}

// gradients runs negative sampling on an example.
func gradients(t *testing.T, w *Network, x example) (loss float64, hidden, output []float64) {
	g := verso.NewGraph(1)
	inputs := g.Tokens("inputs")
	truth, times := g.Input("truth", tensor.Float64, 1, n), g.Input("times", tensor.Float64, 1, n)
	l := w.NegativeSampling(g, w.Scores(g, inputs), truth, times)
	m, err := g.Compile(l)
	require.NoError(t, err)
	defer func() { require.NoError(t, m.Close()) }()
	a, b, err := Samples[float64](n, []int{x.target}, [][]int{x.negatives})
	require.NoError(t, err)
	require.NoError(t, m.FeedTokens(inputs, [][]int{x.inputs}))
	require.NoError(t, m.Feed(truth, tensor.New(tensor.WithShape(1, n), tensor.WithBacking(a))))
	require.NoError(t, m.Feed(times, tensor.New(tensor.WithShape(1, n), tensor.WithBacking(b))))
	require.NoError(t, m.Run())
	return m.Scalar(l), verso.Gradient[float64](m, g.Param(w.Hidden.Weight)), verso.Gradient[float64](m, g.Param(w.Output.Weight))
}

// A step of the trainers' core goes down the gradient of the network.
func TestGradientsEqualTheCore(t *testing.T) {
	counts := make([]int64, n)
	for i := range counts {
		counts[i] = 1
	}
	noise, err := loglinear.NewNoise(counts, 1)
	require.NoError(t, err)
	for _, x := range examples {
		_, w, tables := network(t)
		loss, hidden, output := gradients(t, w, x)

		l, err := loglinear.NewLearner(tables, loglinear.Objective{Noise: noise, Negatives: 1}, rand.NewPCG(1, 1))
		require.NoError(t, err)
		const rate = 0.25
		l.SetRate(rate)
		l.Loss = new(float64)
		var inputs, negatives []int32
		for _, i := range x.inputs {
			inputs = append(inputs, int32(i))
		}
		for _, i := range x.negatives {
			negatives = append(negatives, int32(i))
		}
		if len(inputs) == 1 {
			l.PairWith(inputs[0], int32(x.target), negatives)
			l.Flush()
		} else {
			l.BagWith(inputs, int32(x.target), negatives, loglinear.MeanGradient)
		}
		require.InDelta(t, loss, *l.Loss, 1e-12)
		before := w.Hidden.Weight.Float64s()
		moved := 0.0
		for i := range n {
			for d := range dim {
				require.InDelta(t, before[d*n+i]-rate*hidden[d*n+i], tables.Input(i)[d], 1e-12)
				require.InDelta(t, w.Output.Weight.Float64s()[i*dim+d]-rate*output[i*dim+d], tables.Target(i)[d], 1e-12)
				moved += math.Abs(hidden[d*n+i])
			}
		}
		require.Greater(t, moved, 0.01)
	}
}

// A tree of hierarchical softmax aside, the softmax over all words is what sampling stands in for; its gradient by hand is (p - 1_t) ⊗ h.
func TestSoftmaxByHand(t *testing.T) {
	_, w, tables := network(t)
	x := example{inputs: []int{3, 1}, target: 4}
	g := verso.NewGraph(1)
	inputs, targets := g.Tokens("inputs"), g.Input("targets", tensor.Int, 1)
	l := w.Softmax(g, w.Scores(g, inputs), targets)
	m, err := g.Compile(l)
	require.NoError(t, err)
	require.NoError(t, m.FeedTokens(inputs, [][]int{x.inputs}))
	require.NoError(t, m.FeedInts(targets, []int{x.target}))
	require.NoError(t, m.Run())

	h := make([]float64, dim)
	for d := range dim {
		h[d] = (tables.Input(3)[d] + tables.Input(1)[d]) / 2
	}
	p, sum := make([]float64, n), 0.0
	for i := range p {
		for d := range dim {
			p[i] += h[d] * tables.Target(i)[d]
		}
		p[i] = math.Exp(p[i])
		sum += p[i]
	}
	require.InDelta(t, -math.Log(p[x.target]/sum), m.Scalar(l), 1e-12)
	output := verso.Gradient[float64](m, g.Param(w.Output.Weight))
	hidden := verso.Gradient[float64](m, g.Param(w.Hidden.Weight))
	dh := make([]float64, dim)
	for i := range n {
		e := p[i] / sum
		if i == x.target {
			e--
		}
		for d := range dim {
			require.InDelta(t, e*h[d], output[i*dim+d], 1e-12)
			dh[d] += e * tables.Target(i)[d]
		}
	}
	for d := range dim {
		require.InDelta(t, dh[d]/2, hidden[d*n+3], 1e-12)
		require.InDelta(t, dh[d]/2, hidden[d*n+1], 1e-12)
		require.Zero(t, hidden[d*n+2])
	}
}

// Many examples in one batch give the sum of their gradients.
func TestBatch(t *testing.T) {
	_, w, _ := network(t)
	var want float64
	sum := make([]float64, n*dim)
	var inputs [][]int
	var targets []int
	var negatives [][]int
	for _, x := range examples {
		loss, hidden, _ := gradients(t, w, x)
		want += loss
		for i, v := range hidden {
			sum[i] += v
		}
		inputs, targets, negatives = append(inputs, x.inputs), append(targets, x.target), append(negatives, x.negatives)
	}
	g := verso.NewGraph(1)
	tokens := g.Tokens("inputs")
	truth, times := g.Input("truth", tensor.Float64, 1, n), g.Input("times", tensor.Float64, 1, n)
	l := w.NegativeSampling(g, w.Scores(g, tokens), truth, times)
	m, err := g.Compile(l)
	require.NoError(t, err)
	a, b, err := Samples[float64](n, targets, negatives)
	require.NoError(t, err)
	feed := func(node *gorgonia.Node, x []float64) {
		require.NoError(t, m.Feed(node, tensor.New(tensor.WithShape(len(targets), n), tensor.WithBacking(x))))
	}
	require.NoError(t, m.FeedTokens(tokens, inputs))
	feed(truth, a)
	feed(times, b)
	require.NoError(t, m.Run())
	require.InDelta(t, want, m.Scalar(l), 1e-12)
	require.InDeltaSlice(t, sum, verso.Gradient[float64](m, g.Param(w.Hidden.Weight)), 1e-12)
}

func TestErrors(t *testing.T) {
	ps := verso.NewParams(1)
	w := New(ps, 0, 3)
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
	g := verso.NewGraph(1)
	w.Scores(g, g.Tokens("inputs")) // goes on, so that a caller may ask for the error at the end
	_, err := w.Vectors(nil)
	require.ErrorIs(t, err, ErrWords)
	for _, bad := range []int{-1, 0, math.MaxInt} {
		_, _, err = Samples[float32](bad, []int{0}, [][]int{nil})
		require.ErrorIs(t, err, verso.ErrShape)
	}
	words := []string{"a"}
	table, err := New(verso.NewParams(1), 1, 3).Vectors(words)
	require.NoError(t, err)
	words[0] = "b"
	require.Equal(t, []string{"a"}, table.Words())
	_, _, err = Samples[float32](3, []int{0}, nil)
	require.ErrorIs(t, err, verso.ErrShape)
	for _, bad := range []int{-1, 3} {
		_, _, err = Samples[float32](3, []int{bad}, [][]int{nil})
		require.ErrorIs(t, err, verso.ErrInput)
		_, _, err = Samples[float32](3, []int{0}, [][]int{{bad}})
		require.ErrorIs(t, err, verso.ErrInput)
	}
	truth, times, err := Samples[float32](3, []int{1}, [][]int{{1, 2, 2}})
	require.NoError(t, err)
	require.Equal(t, []float32{0, 1, 0}, truth)
	require.Equal(t, []float32{0, 1, 2}, times)
}
