package bert

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func smallConfig() Config {
	return Config{
		VocabSize: 300, Hidden: 12, Layers: 2, Heads: 3, Intermediate: 20, Positions: 40, Types: 2, Activation: "gelu",
		InitializerRange: 0.3, LayerNormEps: 1e-12,
	}
}

// machineOf compiles a graph whose loss is ⟨rows, cotangent⟩.
func machineOf(t *testing.T, g *verso.Graph, rows *gorgonia.Node, width int) (*verso.Machine, *gorgonia.Node) {
	t.Helper()
	cotangent := g.Input("cotangent", tensor.Float64, 1, width)
	m, err := g.Compile(g.Apply("inner", op.Inner(), rows, cotangent))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m, cotangent
}

func feedRandom(t *testing.T, m *verso.Machine, n *gorgonia.Node, rows, width int) []float64 {
	t.Helper()
	x := gradcheck.Random(rand.New(rand.NewPCG(5, 6)), 1, rows, width).Data
	require.NoError(t, m.Feed(n, tensor.New(tensor.WithShape(rows, width), tensor.WithBacking(x))))
	return x
}

// The last layer at some rows has the numbers of the whole layer there, and the
// gradients of a loss that reads those rows alone.
func TestForwardAtEqualsForward(t *testing.T) {
	c := smallConfig()
	ids := [][]int{{1, 2, 3, 4, 5}, {}, {6}, {7, 8, 290, 10, 11, 12, 13}}
	wanted := [][]int{{0, 3}, {}, {}, {0, 1, 6}}
	numbers := []int{0, 3, 6, 7, 12} // the same, counted through the batch
	types := [][]int{{0, 0, 0, 1, 1}, {}, {0}, make([]int, 7)}

	ps := verso.NewParams64(1)
	e := NewEncoder(ps, c)
	require.NoError(t, ps.Err())
	whole := verso.NewGraph(1)
	in := NewInput(whole, "text")
	at := whole.Input("at", tensor.Int, 1)
	y := verso.TakeRows(whole, e.Forward(whole, in).Last.Rows, at)
	m, cotangent := machineOf(t, whole, y, c.Hidden)
	require.NoError(t, in.Feed(m, ids, types))
	require.NoError(t, m.FeedInts(at, numbers))
	feedRandom(t, m, cotangent, len(numbers), c.Hidden)
	require.NoError(t, m.Run())

	part := verso.NewGraph(1)
	inPart := NewInput(part, "text")
	rows := rowsInput(part, "rows")
	z := e.ForwardAt(part, inPart, rows).Last.Rows
	mPart, cotangentPart := machineOf(t, part, z, c.Hidden)
	require.NoError(t, inPart.Feed(mPart, ids, types))
	require.NoError(t, feedRows(mPart, rows, ids, wanted))
	feedRandom(t, mPart, cotangentPart, len(numbers), c.Hidden)
	require.NoError(t, mPart.Run())

	require.InDeltaSlice(t, m.Float64s(y), mPart.Float64s(z), 1e-12)
	for _, p := range ps.All() {
		require.InDeltaSlice(t, verso.Gradient[float64](m, whole.Param(p)), verso.Gradient[float64](mPart, part.Param(p)), 1e-11, p.Name())
	}
}

// A batch without padding equals the padded batch with its mask: rows and
// gradients. A mask of 0 in the middle hides a piece as if its key were not there.
func TestRaggedEqualsPadded(t *testing.T) {
	c := smallConfig()
	ps := verso.NewParams64(1)
	e := NewEncoder(ps, c)
	ragged := [][]int{{1, 2, 3}, {4, 5, 6, 7, 8}}
	padded := [][]int{{1, 2, 3, 0, 0}, {4, 5, 6, 7, 8}}
	mask := []int{1, 1, 1, 0, 0, 1, 1, 1, 1, 1}

	g := verso.NewGraph(1)
	in := NewInput(g, "text")
	y := e.Forward(g, in).Last.Rows
	m, cotangent := machineOf(t, g, y, c.Hidden)
	require.NoError(t, in.Feed(m, ragged, [][]int{{0, 0, 1}, {0, 0, 0, 0, 0}}))
	x := feedRandom(t, m, cotangent, 8, c.Hidden)
	require.NoError(t, m.Run())

	p := verso.NewGraph(1)
	inP := NewInput(p, "text")
	inP.Mask = p.Input("mask", tensor.Int, 1)
	z := e.Forward(p, inP).Last.Rows
	mP, cotangentP := machineOf(t, p, z, c.Hidden)
	require.NoError(t, inP.Feed(mP, padded, [][]int{{0, 0, 1, 0, 0}, {0, 0, 0, 0, 0}}))
	require.NoError(t, mP.FeedInts(inP.Mask, mask))
	h := c.Hidden
	wide := make([]float64, 10*h)
	copy(wide, x[:3*h])
	copy(wide[5*h:], x[3*h:])
	require.NoError(t, mP.Feed(cotangentP, tensor.New(tensor.WithShape(10, h), tensor.WithBacking(wide))))
	require.NoError(t, mP.Run())

	got := mP.Float64s(z)
	require.InDeltaSlice(t, m.Float64s(y)[:3*h], got[:3*h], 1e-12)
	require.InDeltaSlice(t, m.Float64s(y)[3*h:], got[5*h:], 1e-12)
	for _, w := range ps.All() {
		require.InDeltaSlice(t, verso.Gradient[float64](m, g.Param(w)), verso.Gradient[float64](mP, p.Param(w)), 1e-11, w.Name())
	}
}

// The numeric gradient of a whole encoder with its pooler, over a table of more than 256 pieces.
func TestEncoderGradient(t *testing.T) {
	c := smallConfig()
	ps := verso.NewParams64(3)
	e, pooler := NewEncoder(ps, c), NewPooler(ps.Scope("pooler"), c)
	require.NoError(t, ps.Err())
	g := verso.NewGraph(1)
	in := NewInput(g, "text")
	m, cotangent := machineOf(t, g, pooler.Forward(g, e.ForwardFirst(g, in).Last), c.Hidden)
	require.NoError(t, in.Feed(m, [][]int{{299, 7, 256}, {}, {7, 8, 9, 10}}, [][]int{{0, 1, 1}, {}, {0, 0, 0, 0}}))
	feedRandom(t, m, cotangent, 3, c.Hidden)
	var loss *gorgonia.Node
	for _, n := range g.Expr().AllNodes() {
		if n.IsScalar() && n.Op() != nil && n.Op().String() == "inner" {
			loss = n
		}
	}
	require.NotNil(t, loss)
	run := func() float64 {
		require.NoError(t, m.Run())
		return m.Scalar(loss)
	}
	run()
	r := rand.New(rand.NewPCG(8, 9))
	for _, p := range ps.All() {
		exact := verso.Gradient[float64](m, g.Param(p))
		x := p.Float64s()
		direction, want := make([]float64, len(x)), 0.0
		for i := range direction {
			direction[i] = r.NormFloat64()
			want += direction[i] * exact[i]
		}
		const step = 1e-5
		shift := func(by float64) float64 {
			for i, d := range direction {
				x[i] += by * d
			}
			return run()
		}
		up := shift(step)
		down := shift(-2 * step)
		shift(step)
		require.InDelta(t, want, (up-down)/(2*step), 1e-6*max(1, want, -want), p.Name())
	}
}

// An input without types has the first one everywhere.
func TestInputWithoutTypes(t *testing.T) {
	ps := verso.NewParams(1)
	e := NewEncoder(ps, smallConfig())
	g := verso.NewGraph(1)
	in, plain := NewInput(g, "text"), Input{Tokens: g.Tokens("plain")}
	y, z := e.Forward(g, in).Last.Rows, e.Forward(g, plain).Last.Rows
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	ids := [][]int{{1, 2}, {}, {3}}
	require.NoError(t, in.Feed(m, ids, [][]int{{0, 0}, {}, {0}}))
	require.NoError(t, plain.Feed(m, ids, nil))
	require.NoError(t, m.Run())
	require.Equal(t, m.Float32s(y), m.Float32s(z))
	require.ErrorIs(t, plain.Feed(m, ids, [][]int{{0, 0}, {}, {0}}), verso.ErrData)
}

// Rows that are asked for must lie in the sequence that asks, in their order.
func TestForwardAtErrors(t *testing.T) {
	ps := verso.NewParams(1)
	e := NewEncoder(ps, smallConfig())
	g := verso.NewGraph(1)
	in, at := NewInput(g, "text"), rowsInput(g, "rows")
	e.ForwardAt(g, in, at)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, in.Feed(m, [][]int{{1, 2}, {3, 4}}, [][]int{{0, 0}, {0, 0}}))
	for _, c := range []struct {
		numbers, lengths []int
		want             string // nothing: it runs
	}{
		{[]int{0, 1, 3}, []int{2, 1}, ""},
		{[]int{-1}, []int{0, 0}, ""},
		{[]int{2}, []int{1, 0}, "row 2 of sequence 0, want one from 0 to below 2"},
		{[]int{1, 0}, []int{2, 0}, "row 0 of sequence 0, want one from 2 to below 2"},
		{[]int{-1}, []int{1, 0}, "row -1 of sequence 0"},
		{[]int{1, 1}, []int{1, 1}, "row 1 of sequence 1, want one from 2 to below 4"},
		{[]int{0}, []int{1, 1}, "1 rows, sequence 1 wants more"},
		{[]int{0, 2}, []int{1, 0}, "2 rows, the sequences want 1"},
		{[]int{0}, []int{1}, "rows of 1 sequences, there are 2"},
	} {
		require.NoError(t, m.FeedInts(at.Numbers, c.numbers))
		require.NoError(t, m.FeedInts(at.Lengths, c.lengths))
		err := m.Run()
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, verso.ErrInput)
		require.ErrorContains(t, err, c.want)
	}
}

func TestEncoderErrors(t *testing.T) {
	ps := verso.NewParams(1)
	e := NewEncoder(ps, smallConfig())
	g := verso.NewGraph(1)
	in := NewInput(g, "text")
	e.Forward(g, in)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	long := make([]int, 41)
	require.NoError(t, in.Feed(m, [][]int{long}, [][]int{long}))
	err = m.Run()
	require.ErrorIs(t, err, verso.ErrInput)
	require.ErrorContains(t, err, "41 pieces, the model has 40 positions")
	require.NoError(t, in.Feed(m, [][]int{{300}}, [][]int{{0}}))
	require.ErrorIs(t, m.Run(), verso.ErrInput)
	require.NoError(t, in.Feed(m, [][]int{{1}}, [][]int{{2}}))
	require.ErrorContains(t, m.Run(), "the table has 2 rows")
	for want, types := range map[string][][]int{
		"sequence 0: want 1 types, got 3": {{0, 0, 0}, {1}}, "want types of 2 sequences, got 1": {{0}}, "want types of 2 sequences, got 0": nil,
	} {
		err := in.Feed(m, [][]int{{1}, {2, 3, 4}}, types)
		require.ErrorIs(t, err, verso.ErrData)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, in.Feed(m, [][]int{{}, {}}, [][]int{{}, {}}))
	require.NoError(t, m.Run(), "a batch of nothing")

	for _, change := range []func(*Config){
		func(c *Config) { c.Layers = 0 }, func(c *Config) { c.Activation = "swish" }, func(c *Config) { c.HiddenDropout = 1 },
		func(c *Config) { c.LayerNormEps = -1 }, func(c *Config) { c.Heads = 7 },
	} {
		c := smallConfig()
		change(&c)
		ps := verso.NewParams(1)
		NewEncoder(ps, c)
		require.ErrorIs(t, ps.Err(), verso.ErrConfig)
	}
}

// In a graph of the caller's, among Gorgonia's own operations and under
// gorgonia.Grad, an encoder has the numbers and gradients of a graph of Verso's.
func TestEncoderInAnAdoptedGraph(t *testing.T) {
	c := smallConfig()
	ps := verso.NewParams64(3)
	e, pooler := NewEncoder(ps, c), NewPooler(ps.Scope("pooler"), c)
	require.NoError(t, ps.Err())
	ids, types := [][]int{{299, 7, 256}, {}, {7, 8, 9, 10}}, [][]int{{0, 1, 1}, {}, {0, 0, 0, 0}}

	own := verso.NewGraph(1)
	in := NewInput(own, "text")
	m, cotangent := machineOf(t, own, pooler.Forward(own, e.ForwardFirst(own, in).Last), c.Hidden)
	require.NoError(t, in.Feed(m, ids, types))
	x := feedRandom(t, m, cotangent, 3, c.Hidden)
	require.NoError(t, m.Run())

	expr := gorgonia.NewGraph()
	g := verso.Adopt(expr, 1)
	ints := func(name string, v []int) *gorgonia.Node {
		return gorgonia.NewVector(expr, tensor.Int, gorgonia.WithName(name), gorgonia.WithShape(len(v)), gorgonia.WithValue(tensor.New(tensor.WithBacking(v))))
	}
	flat, lengths, err := verso.Flatten(ids)
	require.NoError(t, err)
	kinds, _, err := verso.Flatten(types)
	require.NoError(t, err)
	inG := Input{Tokens: verso.Tokens{IDs: ints("ids", flat), Lengths: ints("lengths", lengths)}, Types: ints("types", kinds)}
	p := pooler.Forward(g, e.ForwardFirst(g, inG).Last)
	require.NoError(t, g.Err())
	factor := gorgonia.NewMatrix(expr, tensor.Float64, gorgonia.WithName("factor"), gorgonia.WithShape(3, c.Hidden),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3, c.Hidden), tensor.WithBacking(x))))
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(p, factor))))
	var wrt gorgonia.Nodes
	for _, w := range ps.All() {
		wrt = append(wrt, g.Param(w))
	}
	grads, err := gorgonia.Grad(loss, wrt...)
	require.NoError(t, err)
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	require.NoError(t, vm.RunAll())
	for i, w := range ps.All() {
		require.InDeltaSlice(t, verso.Gradient[float64](m, own.Param(w)), grads[i].Value().Data(), 1e-12, w.Name())
	}
}
