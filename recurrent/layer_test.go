package recurrent_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
	"github.com/seed6481993f/verso/recurrent"
)

var kinds = []string{"rnn", "rnn relu", "lstm", "gru"}

func normal(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func sum(x []int) (n int) {
	for _, v := range x {
		n += v
	}
	return n
}

// net is a layer in a graph, with a loss of all its results.
type net struct {
	*verso.Machine
	g     *verso.Graph
	x     verso.Sequence
	y     verso.Sequence
	final recurrent.State
}

func newNet(t *testing.T, layer recurrent.Layer, in int) *net {
	t.Helper()
	n := &net{g: verso.NewGraph(1)}
	n.x = n.g.Sequence("x", tensor.Float32, in)
	n.g.Watch(n.x.Rows)
	n.y, n.final = layer.Forward(n.g, n.x, recurrent.State{})
	terms := []*gorgonia.Node{}
	for _, node := range []*gorgonia.Node{n.y.Rows, n.final.H, n.final.C} {
		if node != nil {
			terms = append(terms, n.g.Apply("inner", op.Inner(), node, node))
		}
	}
	var err error
	n.Machine, err = n.g.Compile(verso.Add(n.g, terms...))
	require.NoError(t, err)
	t.Cleanup(func() { n.Close() })
	return n
}

func (n *net) run(t *testing.T, rows []float32, lengths []int) {
	t.Helper()
	require.NoError(t, n.FeedSequence(n.x, slices.Clone(rows), lengths))
	require.NoError(t, n.Run())
}

func TestAloneAsInBatch(t *testing.T) {
	const in, hidden = 33, 70
	few := []int{3, 9, 0, 1, 17, 9}
	many := slices.Repeat([]int{2, 0, 1}, 131) // more at a step than rows whose shares are computed at once
	for i := range 2 * len(kinds) {
		kind, lengths := kinds[i/2], [][]int{few, many}[i%2]
		rows := normal(rand.New(rand.NewPCG(1, 1)), sum(lengths)*in)
		t.Run(fmt.Sprint(kind, " ", len(lengths)), func(t *testing.T) {
			cfg := recurrent.Config{Layers: 2, Bidirectional: true, Bias: true}
			layer := newLayer(verso.NewParams(1), kind, in, hidden, cfg)
			batch, alone := newNet(t, layer, in), newNet(t, layer, in)
			batch.run(t, rows, lengths)
			gradient := verso.Gradient[float32](batch.Machine, batch.x.Rows)
			y, h := batch.Float32s(batch.y.Rows), batch.Float32s(batch.final.H)
			first := 0
			for s, n := range lengths {
				if s > 5 && s < len(lengths)-3 {
					first += n
					continue
				}
				alone.run(t, rows[first*in:(first+n)*in], []int{n})
				if n > 0 {
					require.Equal(t, y[first*2*hidden:(first+n)*2*hidden], alone.Float32s(alone.y.Rows), "rows of sequence %d", s)
					require.Equal(t, gradient[first*in:(first+n)*in], verso.Gradient[float32](alone.Machine, alone.x.Rows), "gradient of sequence %d", s)
				}
				for i := range 4 {
					at := (i*len(lengths) + s) * hidden
					require.Equal(t, h[at:at+hidden], alone.Float32s(alone.final.H)[i*hidden:(i+1)*hidden], "state %d of sequence %d", i, s)
				}
				first += n
			}
		})
	}
}

// Each product of a step has more than 32 million multiplications, which are always
// cut between workers; smaller ones are when others came shortly before.
func TestWorkersDoNotChangeBits(t *testing.T) {
	const in = 16
	lengths := append(slices.Repeat([]int{2}, 64), 3, 1, 0)
	rows := normal(rand.New(rand.NewPCG(1, 2)), sum(lengths)*in)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			hidden := 736 // 64·736² = 35 million
			if kind == "lstm" || kind == "gru" {
				hidden = 416 // 64·416·1248 = 33 million for a GRU
			}
			ps := verso.NewParams(1)
			layer := newLayer(ps, kind, in, hidden, recurrent.Config{Layers: 1, Bias: true})
			one, many := newNet(t, layer, in), newNet(t, layer, in)
			many.g.Mode().Workers = 3
			one.run(t, rows, lengths)
			many.run(t, rows, lengths)
			require.Equal(t, one.Float32s(one.y.Rows), many.Float32s(many.y.Rows))
			require.Equal(t, one.Float32s(one.final.H), many.Float32s(many.final.H))
			a, b := one.Gradients(), many.Gradients()
			require.Len(t, a, len(ps.All()))
			for i := range a {
				require.Equal(t, a[i].F32, b[i].F32, a[i].Param.Name())
			}
		})
	}
}

// TestDropoutBetweenLayers compares a net of two layers with two nets of one and
// dropout between them.
func TestDropoutBetweenLayers(t *testing.T) {
	const in, hidden = 3, 8
	cfg := recurrent.Config{Layers: 2, Bias: true, Dropout: 0.4}
	both := verso.NewParams(1)
	layer := recurrent.NewGRU(both, in, hidden, cfg)
	lower, upper := verso.NewParams(2), verso.NewParams(3)
	one := recurrent.DefaultConfig()
	one.Dropout = 0.4 // does nothing: there is no second layer
	first, second := recurrent.NewGRU(lower, in, hidden, one), recurrent.NewGRU(upper, hidden, hidden, one)
	for i, w := range append(lower.All(), upper.All()...) {
		require.NoError(t, w.Set(both.All()[i].Float32s()))
	}
	rows := normal(rand.New(rand.NewPCG(1, 3)), 7*in)
	run := func(train bool, build func(g *verso.Graph, x verso.Sequence) verso.Sequence) []float32 {
		g := verso.NewGraph(9)
		g.SetTraining(train)
		x := g.Sequence("x", tensor.Float32, in)
		y := build(g, x)
		m, err := g.Compile(nil)
		require.NoError(t, err)
		defer m.Close()
		require.NoError(t, m.FeedSequence(x, rows, []int{5, 2}))
		require.NoError(t, m.Run())
		return slices.Clone(m.Float32s(y.Rows))
	}
	whole := func(g *verso.Graph, x verso.Sequence) verso.Sequence {
		y, _ := layer.Forward(g, x, recurrent.State{})
		return y
	}
	parts := func(g *verso.Graph, x verso.Sequence) verso.Sequence {
		y, _ := first.Forward(g, x, recurrent.State{})
		y.Rows = verso.Dropout{P: 0.4}.Forward(g, y.Rows)
		y, _ = second.Forward(g, y, recurrent.State{})
		return y
	}
	assert.Equal(t, run(true, parts), run(true, whole))
	assert.Equal(t, run(false, parts), run(false, whole))
	assert.NotEqual(t, run(false, whole), run(true, whole))
}

func TestParameters(t *testing.T) {
	ps := verso.NewParams(1)
	layer := recurrent.NewLSTM(ps.Scope("rnn"), 3, 5, recurrent.Config{Layers: 2, Bidirectional: true, Bias: true})
	require.NoError(t, ps.Err())
	var names []string
	for _, p := range ps.All() {
		names = append(names, fmt.Sprint(p.Name(), p.Shape()))
	}
	assert.Equal(t, []string{
		"rnn.weight_ih_l0[20 3]", "rnn.weight_hh_l0[20 5]", "rnn.bias_ih_l0[20]", "rnn.bias_hh_l0[20]",
		"rnn.weight_ih_l0_reverse[20 3]", "rnn.weight_hh_l0_reverse[20 5]", "rnn.bias_ih_l0_reverse[20]", "rnn.bias_hh_l0_reverse[20]",
		"rnn.weight_ih_l1[20 10]", "rnn.weight_hh_l1[20 5]", "rnn.bias_ih_l1[20]", "rnn.bias_hh_l1[20]",
		"rnn.weight_ih_l1_reverse[20 10]", "rnn.weight_hh_l1_reverse[20 5]", "rnn.bias_ih_l1_reverse[20]", "rnn.bias_hh_l1_reverse[20]",
	}, names)
	assert.Equal(t, []int{3, 5, 10, 4}, []int{layer.Inputs(), layer.Hidden(), layer.Features(), layer.States()})
	limit := float32(0.4472136) // 1/√5
	for _, p := range ps.All() {
		x := p.Float32s()
		assert.LessOrEqual(t, slices.Max(x), limit)
		assert.Greater(t, slices.Max(x), limit/2)
		assert.GreaterOrEqual(t, slices.Min(x), -limit)
	}
}

func TestBadConfig(t *testing.T) {
	for _, c := range []recurrent.Config{{Layers: 0}, {Layers: 1, Dropout: 1}, {Layers: 1, Dropout: -0.1}} {
		for _, kind := range kinds {
			ps := verso.NewParams(1)
			layer := newLayer(ps, kind, 2, 3, c)
			require.ErrorIs(t, ps.Err(), verso.ErrConfig)
			g := verso.NewGraph(1)
			layer.Forward(g, g.Sequence("x", tensor.Float32, 2), recurrent.State{})
			assert.Error(t, g.Err())
		}
	}
	ps := verso.NewParams(1)
	recurrent.NewLSTM(ps, 2, 0, recurrent.DefaultConfig())
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
}

func TestBadInput(t *testing.T) {
	ps := verso.NewParams(1)
	lstm, gru := recurrent.NewLSTM(ps.Scope("a"), 2, 3, recurrent.DefaultConfig()), recurrent.NewGRU(ps.Scope("b"), 2, 3, recurrent.DefaultConfig())
	require.NoError(t, ps.Err())
	for name, c := range map[string]struct {
		layer  recurrent.Layer
		width  int
		h, c   []int
		report string
	}{
		"width":      {lstm, 4, nil, nil, "weight_ih wants [12 4]"},
		"hidden":     {lstm, 2, []int{1, 1, 4}, nil, "H of the initial state wants (1, batch, 3), got (1, 1, 4)"},
		"layers":     {gru, 2, []int{2, 1, 3}, nil, "H of the initial state wants (1, batch, 3), got (2, 1, 3)"},
		"axes":       {lstm, 2, nil, []int{1, 3}, "C of the initial state wants (1, batch, 3), got (1, 3)"},
		"GRU with C": {gru, 2, nil, []int{1, 1, 3}, `the initial state of "gru" has no C, got one of (1, 1, 3)`},
	} {
		t.Run(name, func(t *testing.T) {
			g := verso.NewGraph(1)
			var s recurrent.State
			if c.h != nil {
				s.H = g.Input("h", tensor.Float32, c.h...)
			}
			if c.c != nil {
				s.C = g.Input("c", tensor.Float32, c.c...)
			}
			c.layer.Forward(g, g.Sequence("x", tensor.Float32, c.width), s)
			require.ErrorIs(t, g.Err(), verso.ErrShape)
			assert.ErrorContains(t, g.Err(), c.report)
		})
	}

	n := newNet(t, lstm, 2)
	n.run(t, make([]float32, 6), []int{1, 2})
	require.NoError(t, n.FeedInts(n.x.Lengths, []int{1, 3}))
	err := n.Run()
	require.ErrorIs(t, err, verso.ErrShape)
	assert.ErrorContains(t, err, "lstm: shape mismatch: lengths sum to 4, but there are 3 rows")
	require.NoError(t, n.FeedInts(n.x.Lengths, []int{4, -1}))
	require.ErrorIs(t, n.Run(), verso.ErrInput)
	n.run(t, make([]float32, 6), []int{3}) // the machine is as good as before
}

func TestFinal(t *testing.T) {
	for _, c := range []recurrent.Config{{Layers: 1}, {Layers: 3}, {Layers: 2, Bidirectional: true}} {
		layer := recurrent.NewGRU(verso.NewParams(1), 2, 3, c)
		g := verso.NewGraph(1)
		x := g.Sequence("x", tensor.Float32, 2)
		y, s := layer.Forward(g, x, recurrent.State{})
		last := recurrent.Final(g, layer, s)
		m, err := g.Compile(nil)
		require.NoError(t, err)
		require.NoError(t, m.FeedSequence(x, normal(rand.New(rand.NewPCG(1, 4)), 10), []int{3, 2}))
		require.NoError(t, m.Run())
		rows, f := m.Float32s(y.Rows), layer.Features()
		for s, ends := range [][2]int{{0, 2}, {3, 4}} { // first and last row of each sequence
			got := m.Float32s(last)[s*f : (s+1)*f]
			assert.Equal(t, rows[ends[1]*f:ends[1]*f+3], got[:3])
			if c.Bidirectional {
				assert.Equal(t, rows[ends[0]*f+3:ends[0]*f+6], got[3:])
			}
		}
		require.NoError(t, m.Close())
	}
	layer := recurrent.NewGRU(verso.NewParams(1), 2, 3, recurrent.DefaultConfig())
	for want, bad := range map[string]func(g *verso.Graph){
		"a layer and a state of it are wanted": func(g *verso.Graph) { recurrent.Final(g, layer, recurrent.State{}) },
		"got <nil>": func(g *verso.Graph) {
			recurrent.Final(g, nil, recurrent.State{H: g.Input("h", tensor.Float32, 1, 1, 3)})
		},
		"rows of 3 wants states of a part of that width, got (1, 1, 2)": func(g *verso.Graph) {
			recurrent.Final(g, layer, recurrent.State{H: g.Input("h", tensor.Float32, 1, 1, 2)})
		},
	} {
		g := verso.NewGraph(1)
		bad(g)
		require.ErrorIs(t, g.Err(), verso.ErrShape)
		assert.ErrorContains(t, g.Err(), want)
	}
}
