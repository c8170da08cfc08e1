package verso_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

func dense(x []float64, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// wave returns n numbers without a pattern.
func wave(n int, phase float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(1.3*float64(i) + phase)
	}
	return x
}

// mixed is a plain Gorgonia program with layers of ours in it:
// mean((tanh(linear(x)) ∘ gate) · v)², with the gate from a softmax of ours.
type mixed struct {
	expr *gorgonia.ExprGraph
	vm   gorgonia.VM
	x, v *gorgonia.Node
	loss *gorgonia.Node
	own  []*verso.Param
	wrt  gorgonia.Nodes
}

func newMixed(t *testing.T, batch int) *mixed {
	t.Helper()
	ps := verso.NewParams64(3)
	a, b := verso.NewLinear(ps.Scope("a"), 3, 4), verso.NewLinear(ps.Scope("b"), 4, 4)
	require.NoError(t, ps.Err())

	p := &mixed{expr: gorgonia.NewGraph(), own: ps.All()}
	p.x = gorgonia.NewMatrix(p.expr, tensor.Float64, gorgonia.WithShape(batch, 3), gorgonia.WithName("x"), gorgonia.WithValue(dense(wave(batch*3, 0), batch, 3)))
	p.v = gorgonia.NewMatrix(p.expr, tensor.Float64, gorgonia.WithShape(4, 2), gorgonia.WithName("v"), gorgonia.WithValue(dense(wave(8, 1), 4, 2)))

	g := verso.Adopt(p.expr, 1)
	hidden := gorgonia.Must(gorgonia.Tanh(a.Forward(g, p.x))) // (batch, 4)
	gate := verso.Softmax(g, b.Forward(g, verso.GELU.Forward(g, hidden)), -1)
	gated := gorgonia.Must(gorgonia.HadamardProd(hidden, gate))
	y := gorgonia.Must(gorgonia.Mul(gated, p.v)) // (batch, 2)
	target := gorgonia.Must(gorgonia.Neg(y))
	p.loss = gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(y, verso.SiLU.Forward(g, target)))))))
	require.NoError(t, g.Err())

	p.wrt = gorgonia.Nodes{p.x, p.v}
	for _, q := range p.own {
		p.wrt = append(p.wrt, g.Param(q))
	}
	return p
}

func (p *mixed) run(t *testing.T) float64 {
	t.Helper()
	p.vm.Reset()
	require.NoError(t, p.vm.RunAll())
	return p.loss.Value().Data().(float64)
}

func TestLayersInGorgoniaProgram(t *testing.T) {
	for _, batch := range []int{2, 300} {
		p := newMixed(t, batch)
		grads, err := gorgonia.Grad(p.loss, p.wrt...)
		require.NoError(t, err)
		p.vm = gorgonia.NewTapeMachine(p.expr)
		defer p.vm.Close()
		p.run(t)
		var analytic [][]float64
		for _, d := range grads {
			analytic = append(analytic, append([]float64{}, d.Value().Data().([]float64)...))
		}
		const step = 1e-5
		for i, n := range p.wrt {
			x := n.Value().Data().([]float64)
			require.Len(t, analytic[i], len(x))
			for j := 0; j < len(x); j += 1 + len(x)/20 {
				old := x[j]
				x[j] = old + step
				up := p.run(t)
				x[j] = old - step
				down := p.run(t)
				x[j] = old
				assert.InDelta(t, (up-down)/(2*step), analytic[i][j], 1e-7, "%s, element %d", n.Name(), j)
			}
		}
	}
}

// A solver of Gorgonia's trains the parameters of our layers.
func TestLayersUnderGorgoniaSolver(t *testing.T) {
	p := newMixed(t, 5)
	learn := p.wrt[2:]
	_, err := gorgonia.Grad(p.loss, learn...)
	require.NoError(t, err)
	p.vm = gorgonia.NewTapeMachine(p.expr, gorgonia.BindDualValues(learn...))
	defer p.vm.Close()
	solver := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.1))
	before := append([]float64{}, p.own[0].Float64s()...)
	first := p.run(t)
	for range 30 {
		require.NoError(t, solver.Step(gorgonia.NodesToValueGrads(learn)))
		p.run(t)
	}
	assert.Less(t, p.run(t), first/2)
	assert.NotEqual(t, before, p.own[0].Float64s(), "the model's own memory learns")
}

// Gorgonia's own operations would go on with the old shape, silently wrong.
func TestAdoptedGraphKeepsItsShapes(t *testing.T) {
	expr := gorgonia.NewGraph()
	g := verso.Adopt(expr, 1)
	x := g.Input("x", tensor.Float64, 2, 3)
	verso.Tanh.Forward(g, x)
	require.NoError(t, g.Err())
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	gorgonia.WithValue(dense(wave(6, 0), 2, 3))(x)
	require.NoError(t, vm.RunAll())
	vm.Reset()
	gorgonia.WithValue(dense(wave(12, 0), 4, 3))(x)
	require.ErrorContains(t, vm.RunAll(), "this graph was built for (2, 3), got [4 3]")

	_, err := g.Compile(nil)
	require.ErrorIs(t, err, verso.ErrGraph)
}

func TestFirstErrorSticks(t *testing.T) {
	ps := verso.NewParams(1)
	l := verso.NewLinear(ps, 3, 2)
	g := verso.NewGraph(1)
	x := g.Input("x", tensor.Float32, 1, 5)
	y := l.Forward(g, x)
	assert.Nil(t, y)
	first := g.Err()
	require.ErrorIs(t, first, verso.ErrShape)
	assert.ErrorContains(t, first, "weight [2 3] wants inputs of 3 features, got [1 5]")

	// Everything after it does nothing, whatever it is given.
	y = verso.ReLU.Forward(g, y)
	y = verso.Dropout{P: 7}.Forward(g, y)
	s := verso.Sequence{Rows: y, Lengths: nil}
	for _, n := range []*gorgonia.Node{
		y, verso.Softmax(g, y, -1), verso.LogSoftmax(g, y, 0), verso.LogSumExp(g, y, 0), verso.Concat(g, 0, y, nil),
		verso.MaxOverTime(g, s), verso.MeanOverTime(g, s), verso.SumOverTime(g, s), verso.KMaxOverTime(g, s, 0),
		verso.CrossEntropy(g, y, nil, verso.DefaultCrossEntropyConfig()), verso.BCEWithLogits(g, y, nil, verso.DefaultBCEConfig()),
		verso.MSE(g, y, nil, verso.DefaultMSEConfig()), verso.MultiMargin(g, y, nil, verso.DefaultMultiMarginConfig()),
	} {
		assert.Nil(t, n)
	}
	assert.Equal(t, first, g.Err())
	_, err := g.Compile(nil)
	assert.Equal(t, first, err)
}

func TestNodesOfAnotherGraph(t *testing.T) {
	g, other := verso.NewGraph(1), verso.NewGraph(1)
	assert.Nil(t, verso.Concat(g, 0, g.Input("x", tensor.Float32, 1, 2), other.Input("x", tensor.Float32, 1, 2)))
	require.ErrorIs(t, g.Err(), verso.ErrGraph)
	assert.ErrorContains(t, g.Err(), "input 1 belongs to another graph")

	g = verso.NewGraph(1)
	assert.Nil(t, verso.ReLU.Forward(g, nil))
	require.ErrorIs(t, g.Err(), verso.ErrGraph)
	assert.ErrorContains(t, g.Err(), "input 0 is nil")

	g = verso.NewGraph(1)
	verso.Concat(g, 0, g.Input("x", tensor.Float32, 1, 2), g.Input("y", tensor.Float64, 1, 2))
	require.ErrorContains(t, g.Err(), "input 0 is float32, want float64")
}

func TestDuplicateParams(t *testing.T) {
	ps := verso.NewParams(1)
	verso.NewLinear(ps.Scope("a"), 2, 2)
	require.NoError(t, ps.Err())
	verso.NewLinear(ps.Scope("a"), 2, 2)
	require.ErrorIs(t, ps.Err(), verso.ErrDuplicateParam)
	assert.ErrorContains(t, ps.Err(), `"a.weight"`)
	assert.Len(t, ps.All(), 2)

	ps = verso.NewParams(1)
	verso.NewLinear(ps, 0, 2)
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
}

func TestFrozenParams(t *testing.T) {
	ps := verso.NewParams64(1)
	l := verso.NewLinear(ps, 3, 2)
	build := func() (*verso.Graph, *verso.Machine, error) {
		g := verso.NewGraph(1)
		x := g.Input("x", tensor.Float64, 1, 3)
		y := l.Forward(g, x)
		m, err := g.Compile(g.Apply("inner", op.Inner(), y, y))
		if err == nil {
			require.NoError(t, m.Feed(x, dense(wave(3, 0), 1, 3)))
			require.NoError(t, m.Run())
		}
		return g, m, err
	}
	l.Weight.Freeze(true)
	g, m, err := build()
	require.NoError(t, err)
	assert.Nil(t, verso.Gradient[float64](m, g.Param(l.Weight)))
	assert.NotZero(t, verso.Gradient[float64](m, g.Param(l.Bias))[0])

	l.Bias.Freeze(true)
	_, _, err = build()
	require.ErrorIs(t, err, verso.ErrGraph)
	assert.ErrorContains(t, err, "no parameter that learns")

	l.Weight.Freeze(false)
	g, m, err = build()
	require.NoError(t, err)
	assert.NotZero(t, verso.Gradient[float64](m, g.Param(l.Weight))[1])
	assert.Nil(t, verso.Gradient[float64](m, g.Param(l.Bias)))
}

// Gorgonia's own operations read parameters through Read; used directly, the
// gradient would be lost, and Compile says so.
func TestReadOfParam(t *testing.T) {
	ps := verso.NewParams64(1)
	w := ps.New("w", verso.Values(wave(4, 0)), 2, 2)
	build := func(node func(g *verso.Graph) *gorgonia.Node) (*verso.Graph, *verso.Machine, error) {
		g := verso.NewGraph(1)
		y := gorgonia.Must(gorgonia.Tanh(node(g)))
		m, err := g.Compile(g.Apply("inner", op.Inner(), y, y))
		return g, m, err
	}
	g, m, err := build(func(g *verso.Graph) *gorgonia.Node { return g.Read(w) })
	require.NoError(t, err)
	require.NoError(t, m.Run())
	for i, v := range w.Float64s() {
		y := math.Tanh(v)
		assert.InDelta(t, 2*y*(1-y*y), verso.Gradient[float64](m, g.Param(w))[i], 1e-12)
	}

	_, _, err = build(func(g *verso.Graph) *gorgonia.Node { return g.Param(w) })
	require.ErrorIs(t, err, verso.ErrGraph)
	assert.ErrorContains(t, err, "w goes into Gorgonia's own")
	assert.ErrorContains(t, err, "Graph.Read")

	w.Freeze(true)
	_, _, err = build(func(g *verso.Graph) *gorgonia.Node {
		x := g.Input("x", tensor.Float64, 2, 2)
		g.Watch(x)
		return gorgonia.Must(gorgonia.Add(g.Param(w), verso.Identity.Forward(g, x)))
	})
	require.NoError(t, err, "of a frozen parameter there is no gradient to lose")
}

// A layer of Verso's among Gorgonia's own operations.
func ExampleAdopt() {
	expr := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(expr, tensor.Float64, gorgonia.WithShape(2, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{1, 2, 3, 4, 5, 6}))))
	g := verso.Adopt(expr, 1)
	norm := verso.NewLayerNorm(verso.NewParams64(1), 1e-5, 3)
	y := norm.Forward(g, gorgonia.Must(gorgonia.Square(x)))
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Cube(y))))
	if err := g.Err(); err != nil {
		fmt.Println(err)
		return
	}
	grads, err := gorgonia.Grad(loss, g.Param(norm.Bias))
	if err != nil {
		fmt.Println(err)
		return
	}
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(grads[0].Shape()) // Σ of 3 y² over the batch
	// Output: (3)
}
