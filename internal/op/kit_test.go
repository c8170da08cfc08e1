package op_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Each test here is named after a trap of Gorgonia that the kit steps around.

// input adds a watched float64 input.
func input(g *verso.Graph, name string, shape ...int) *gorgonia.Node {
	n := g.Input(name, tensor.Float64, shape...)
	g.Watch(n)
	return n
}

func feed(t *testing.T, m *verso.Machine, n *gorgonia.Node, x []float64, shape ...int) {
	t.Helper()
	require.NoError(t, m.Feed(n, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))))
}

func compile(t *testing.T, g *verso.Graph, loss *gorgonia.Node) *verso.Machine {
	t.Helper()
	m, err := g.Compile(loss)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

func run(t *testing.T, m *verso.Machine) {
	t.Helper()
	require.NoError(t, m.Run())
}

// numbers returns n numbers without a pattern.
func numbers(n int, phase float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(float64(i)*1.3 + phase)
	}
	return x
}

// probe is a body whose three steps a test sets.
type probe struct {
	shape    func(in []op.Value[float64]) ([]int, error)
	forward  func(in []op.Value[float64], y op.Value[float64]) error
	backward func(in []op.Value[float64], y, dy op.Value[float64], din []op.Grad[float64]) error
}

func (p *probe) Shape(in []op.Value[float64]) ([]int, error) {
	if p.shape == nil {
		return []int{}, nil
	}
	return p.shape(in)
}

func (p *probe) Forward(in []op.Value[float64], y op.Value[float64]) error {
	if p.forward == nil {
		y.Data[0] = in[0].Data[0]
		return nil
	}
	return p.forward(in, y)
}

func (p *probe) Backward(in []op.Value[float64], y, dy op.Value[float64], din []op.Grad[float64]) error {
	if p.backward == nil {
		return nil
	}
	return p.backward(in, y, dy, din)
}

func (p *probe) spec() op.Spec { return op.Spec{Name: "probe", F64: p} }

// Nodes of equal hash are merged into one: two operations of one kind on one
// input, whatever their options.
func TestTrapMergedByHash(t *testing.T) {
	g := verso.NewGraph(1)
	g.SetTraining(true)
	x := input(g, "x", 1, 300)
	a, b := verso.Dropout{P: 0.5}.Forward(g, x), verso.Dropout{P: 0.5}.Forward(g, x)
	soft, log := verso.Softmax(g, x, -1), verso.LogSoftmax(g, x, -1)
	m := compile(t, g, nil)
	feed(t, m, x, numbers(300, 0), 1, 300)
	run(t, m)
	assert.NotEqual(t, m.Float64s(a), m.Float64s(b))
	assert.InDelta(t, math.Log(m.Float64s(soft)[7]), m.Float64s(log)[7], 1e-12)
}

// Operations run in a goroutine of the machine, where nobody can recover.
func TestTrapPanicInGoroutine(t *testing.T) {
	p := &probe{}
	g := verso.NewGraph(1)
	x := input(g, "x", 1, 2)
	y := g.Apply("probe", p.spec(), x)
	m := compile(t, g, y)
	feed(t, m, x, []float64{1, 2}, 1, 2)
	run(t, m)

	p.forward = func(in []op.Value[float64], y op.Value[float64]) error { y.Data[9] = 1; return nil }
	err := m.Run()
	require.ErrorIs(t, err, op.ErrPanic)
	assert.ErrorContains(t, err, "probe")
	assert.ErrorContains(t, err, "index out of range [9]")

	p.forward = nil
	p.backward = func([]op.Value[float64], op.Value[float64], op.Value[float64], []op.Grad[float64]) error {
		panic("back")
	}
	err = m.Run()
	require.ErrorIs(t, err, op.ErrPanic)
	assert.ErrorContains(t, err, "back")

	p.backward = nil
	p.shape = func([]op.Value[float64]) ([]int, error) { panic("shape") }
	require.ErrorIs(t, m.Run(), op.ErrPanic)

	p.shape = nil
	run(t, m) // the machine lives
	assert.Equal(t, 1.0, m.Scalar(y))
}

// A panic while the graph is built is an error too, which sticks to the graph.
func TestTrapPanicWhileBuilding(t *testing.T) {
	p := &probe{shape: func([]op.Value[float64]) ([]int, error) { panic("no") }}
	g := verso.NewGraph(1)
	assert.Nil(t, g.Apply("probe", p.spec(), input(g, "x", 1, 2)))
	_, err := g.Compile(nil)
	require.ErrorIs(t, err, op.ErrPanic)
}

// The machine wraps an operation's error in one that hides it from errors.Is.
func TestTrapErrorsHidden(t *testing.T) {
	g := verso.NewGraph(1)
	x := input(g, "x", 1, 2)
	labels := g.Input("labels", tensor.Int, 1)
	m := compile(t, g, verso.CrossEntropy(g, x, labels, verso.DefaultCrossEntropyConfig()))
	feed(t, m, x, []float64{1, 2}, 1, 2)
	require.NoError(t, m.FeedInts(labels, []int{2}))
	err := m.Run()
	require.ErrorIs(t, err, op.ErrInput)
	assert.EqualError(t, err, "cross entropy: input out of range: label 2 at place 0, there are 2 classes")
	require.NoError(t, m.FeedInts(labels, []int{0, 1}))
	err = m.Run()
	require.ErrorIs(t, err, op.ErrShape)
	assert.EqualError(t, err, "cross entropy: shape mismatch: logits [1 2] want labels [1], got [2]")
}

// Gorgonia's elementwise operations write into an input that no later node reads.
func TestTrapResultOverwrittenInPlace(t *testing.T) {
	g := verso.NewGraph(1)
	x, w := input(g, "x", 1, 3), input(g, "w", 1, 3)
	y := verso.Tanh.Forward(g, x) // its backward pass reads y
	z := gorgonia.Must(gorgonia.Add(y, verso.Tanh.Forward(g, w)))
	z = gorgonia.Must(gorgonia.Add(z, z))
	loss := g.Apply("inner", op.Inner(), z, z)
	m := compile(t, g, loss)
	a, b := numbers(3, 0), numbers(3, 1)
	feed(t, m, x, a, 1, 3)
	feed(t, m, w, b, 1, 3)
	for range 2 {
		run(t, m)
		want, dx := 0.0, make([]float64, 3)
		for i := range a {
			s := 2 * (math.Tanh(a[i]) + math.Tanh(b[i]))
			want += s * s
			dx[i] = 4 * s * (1 - math.Tanh(a[i])*math.Tanh(a[i]))
		}
		assert.InDelta(t, want, m.Scalar(loss), 1e-12)
		assert.InDeltaSlice(t, dx, verso.Gradient[float64](m, x), 1e-12)
	}
}

// A result that is an alias of an input would let Gorgonia overwrite weights.
func TestTrapResultIsAlias(t *testing.T) {
	ps := verso.NewParams64(1)
	w := ps.New("w", verso.Values([]float64{1, 2, 3}), 1, 3)
	require.NoError(t, ps.Err())
	g := verso.NewGraph(1) // in evaluation mode: dropout and the identity change nothing
	x := input(g, "x", 1, 3)
	one := gorgonia.Must(gorgonia.Add(g.Read(w), x))
	two := gorgonia.Must(gorgonia.Add(verso.Dropout{P: 0.5}.Forward(g, g.Param(w)), x))
	three := gorgonia.Must(gorgonia.Add(verso.Identity.Forward(g, g.Param(w)), x))
	four := gorgonia.Must(gorgonia.Add(verso.Concat(g, 0, g.Param(w)), x))
	m := compile(t, g, nil)
	feed(t, m, x, []float64{10, 10, 10}, 1, 3)
	run(t, m)
	run(t, m)
	assert.Equal(t, []float64{1, 2, 3}, w.Float64s())
	for _, n := range []*gorgonia.Node{one, two, three, four} {
		assert.Equal(t, []float64{11, 12, 13}, m.Float64s(n))
	}
}

// Gorgonia's graphs know one shape; ours serve every batch through one machine.
func TestTrapFixedShapes(t *testing.T) {
	g := verso.NewGraph(1)
	x := input(g, "x", 1, 3)
	y := verso.LogSumExp(g, verso.GELU.Forward(g, x), -1)
	loss := g.Apply("inner", op.Inner(), y, y)
	m := compile(t, g, loss)
	for _, n := range []int{1, 300, 2, 7} {
		feed(t, m, x, numbers(3*n, float64(n)), n, 3)
		run(t, m)
		assert.Len(t, m.Float64s(y), n)
		assert.Len(t, verso.Gradient[float64](m, x), 3*n)
	}
	err := m.Feed(x, tensor.New(tensor.WithShape(2, 4), tensor.WithBacking(numbers(8, 0))))
	require.ErrorIs(t, err, op.ErrShape)
	assert.ErrorContains(t, err, "x wants (1, 3) but for the first size, got (2, 4)")
}

// Inputs of equal name and shape are merged into one.
func TestTrapSameNameInputsMerge(t *testing.T) {
	g := verso.NewGraph(1)
	a, b := input(g, "x", 1, 2), input(g, "x", 1, 2)
	y := verso.Concat(g, 1, a, b)
	m := compile(t, g, nil)
	feed(t, m, a, []float64{1, 2}, 1, 2)
	feed(t, m, b, []float64{3, 4}, 1, 2)
	run(t, m)
	assert.Equal(t, []float64{1, 2, 3, 4}, m.Float64s(y))
	assert.NotEqual(t, a.Name(), b.Name())
}

// Gorgonia's dropout scales the gradient by 1/p in place of 1/(1 − p).
func TestTrapDropoutScale(t *testing.T) {
	for _, p := range []float64{0.1, 0.8} {
		g := verso.NewGraph(1)
		g.SetTraining(true)
		x := input(g, "x", 1, 400)
		y := verso.Dropout{P: p}.Forward(g, x)
		ones := g.Input("ones", tensor.Float64, 1, 400)
		m := compile(t, g, g.Apply("inner", op.Inner(), y, ones))
		feed(t, m, x, fill(400, 1.0), 1, 400)
		feed(t, m, ones, fill(400, 1.0), 1, 400)
		run(t, m)
		d := verso.Gradient[float64](m, x)
		assert.Equal(t, m.Float64s(y), d)
		assert.Contains(t, d, 1/(1-p))
		assert.Contains(t, d, 0.0)
	}
}

// Gorgonia asks for the mode when a machine is made, and its random numbers come
// from the clock.
func TestTrapModeAndClock(t *testing.T) {
	build := func() (*verso.Graph, *verso.Machine, *gorgonia.Node) {
		g := verso.NewGraph(5)
		x := input(g, "x", 1, 100)
		y := verso.Dropout{P: 0.5}.Forward(g, x)
		m := compile(t, g, nil)
		feed(t, m, x, fill(100, 1.0), 1, 100)
		return g, m, y
	}
	g, m, y := build()
	run(t, m)
	assert.Equal(t, fill(100, 1.0), m.Float64s(y), "a graph begins in evaluation mode")
	g.SetTraining(true)
	g.SetStep(3)
	run(t, m)
	first := append([]float64{}, m.Float64s(y)...)
	assert.Contains(t, first, 0.0)
	g.SetStep(4)
	run(t, m)
	assert.NotEqual(t, first, m.Float64s(y))
	g.SetStep(3)
	run(t, m)
	assert.Equal(t, first, m.Float64s(y), "the same step again")

	g2, m2, y2 := build()
	g2.SetTraining(true)
	g2.SetStep(3)
	run(t, m2)
	assert.Equal(t, first, m2.Float64s(y2), "the same seed in another graph")
}

// The gradient of Gorgonia's Concat is wrong where blocks begin at multiples of 256.
func TestTrapConcatAcross256(t *testing.T) {
	g := verso.NewGraph(1)
	a, b, c := input(g, "a", 1, 256), input(g, "b", 1, 256), input(g, "c", 1, 256)
	w := g.Input("w", tensor.Float64, 1, 768)
	m := compile(t, g, g.Apply("inner", op.Inner(), verso.Concat(g, 1, a, b, c), w))
	all := numbers(768, 0)
	for _, n := range []*gorgonia.Node{a, b, c} {
		feed(t, m, n, numbers(256, 2), 1, 256)
	}
	feed(t, m, w, all, 1, 768)
	run(t, m)
	for i, n := range []*gorgonia.Node{a, b, c} {
		assert.Equal(t, all[i*256:(i+1)*256], verso.Gradient[float64](m, n))
	}
}

// A parameter that is used twice gets the sum of its gradients, and at the next
// run not that of the last one too.
func TestTrapParamUsedTwice(t *testing.T) {
	ps := verso.NewParams64(1)
	w := ps.New("w", verso.Values([]float64{2, -3}), 1, 2)
	g := verso.NewGraph(1)
	n := g.Param(w)
	assert.Same(t, n, g.Param(w))
	x := input(g, "x", 1, 2)
	loss := gorgonia.Must(gorgonia.Add(g.Apply("inner", op.Inner(), n, x), g.Apply("inner", op.Inner(), n, n)))
	m := compile(t, g, loss)
	feed(t, m, x, []float64{10, 20}, 1, 2)
	for range 3 {
		run(t, m)
		assert.Equal(t, []float64{10 + 4, 20 - 6}, verso.Gradient[float64](m, n))
		assert.Equal(t, []float64{2, -3}, verso.Gradient[float64](m, x))
	}
}

// Gorgonia turns the softmax of Log(SoftMax(x)) into its logarithm.
func TestTrapLogOfSoftmax(t *testing.T) {
	g := verso.NewGraph(1)
	x := input(g, "x", 1, 3)
	p := verso.Softmax(g, x, -1)
	log := gorgonia.Must(gorgonia.Log(p))
	m := compile(t, g, nil)
	feed(t, m, x, numbers(3, 0), 1, 3)
	run(t, m)
	total := 0.0
	for i, v := range m.Float64s(p) {
		total += v
		assert.InDelta(t, math.Log(v), m.Float64s(log)[i], 1e-12)
	}
	assert.InDelta(t, 1, total, 1e-12)
}

// Gorgonia gives the gradient of a maximum to every element that equals it.
func TestTrapMaximumOfEquals(t *testing.T) {
	g := verso.NewGraph(1)
	s := g.Sequence("x", tensor.Float64, 1)
	g.Watch(s.Rows)
	y := verso.MaxOverTime(g, s)
	m := compile(t, g, g.Apply("inner", op.Inner(), y, y))
	require.NoError(t, m.FeedSequence(s, []float64{1, 3, 3, 3}, []int{4}))
	run(t, m)
	assert.Equal(t, []float64{0, 6, 0, 0}, verso.Gradient[float64](m, s.Rows))
}

// A tensor without elements panics inside Gorgonia's tensors.
func TestTrapEmptyTensor(t *testing.T) {
	g := verso.NewGraph(1)
	s := g.Sequence("x", tensor.Float64, 2)
	g.Watch(s.Rows)
	y := verso.Concat(g, 1, verso.MeanOverTime(g, s), verso.MaxOverTime(g, s), verso.KMaxOverTime(g, s, 2))
	m := compile(t, g, g.Apply("inner", op.Inner(), y, y))
	require.NoError(t, m.FeedSequence(s, []float64{}, []int{0, 0}))
	run(t, m)
	assert.Equal(t, make([]float64, 2*8), m.Float64s(y))
	assert.Equal(t, []float64{0, 0}, verso.Gradient[float64](m, s.Rows))
}

// Gorgonia computes the gradient of data too, unless the operation says no.
func TestTrapGradientOfData(t *testing.T) {
	ps := verso.NewParams64(1)
	w, frozen := ps.New("w", verso.Ones(), 1, 2), ps.New("frozen", verso.Ones(), 1, 2)
	frozen.Freeze(true)
	g := verso.NewGraph(1)
	data := g.Input("x", tensor.Float64, 1, 2)
	var wanted []bool
	p := &probe{backward: func(_ []op.Value[float64], _, _ op.Value[float64], din []op.Grad[float64]) error {
		wanted = wanted[:0]
		for _, d := range din {
			wanted = append(wanted, d.Wanted())
		}
		clear(din[1].Data)
		return nil
	}}
	m := compile(t, g, g.Apply("probe", p.spec(), data, g.Param(w), g.Param(frozen)))
	feed(t, m, data, []float64{1, 2}, 1, 2)
	run(t, m)
	assert.Equal(t, []bool{false, true, false}, wanted)
}

// A machine that is run again without a reset does nothing, silently.
func TestTrapRunWithoutReset(t *testing.T) {
	g := verso.NewGraph(1)
	x := input(g, "x", 1, 1)
	y := verso.ReLU.Forward(g, x)
	m := compile(t, g, nil)
	for _, v := range []float64{1, 2, 3} {
		feed(t, m, x, []float64{v}, 1, 1)
		run(t, m)
		assert.Equal(t, []float64{v}, m.Float64s(y))
	}
}

// A transposed tensor is the same memory in another order.
func TestTrapTransposedInput(t *testing.T) {
	g := verso.NewGraph(1)
	x := input(g, "x", 1, 2)
	y := verso.Identity.Forward(g, x)
	m := compile(t, g, nil)
	d := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{1, 2, 3, 4, 5, 6}))
	require.NoError(t, d.T())
	require.NoError(t, m.Feed(x, d)) // (3, 2)
	run(t, m)
	assert.Equal(t, []float64{1, 4, 2, 5, 3, 6}, m.Float64s(y))
}

// Gorgonia writes to the headers of tensors that graphs share.
func TestTrapSharedWeights(t *testing.T) {
	ps := verso.NewParams64(1)
	l := verso.NewLinear(ps, 3, 4)
	var nodes []*gorgonia.Node
	for range 2 {
		g := verso.NewGraph(1)
		n := g.Param(l.Weight)
		nodes = append(nodes, n)
	}
	a, b := nodes[0].Value().(*tensor.Dense), nodes[1].Value().(*tensor.Dense)
	assert.NotSame(t, a, b)
	l.Weight.Float64s()[5] = 42
	assert.Equal(t, 42.0, a.Data().([]float64)[5])
	assert.Equal(t, 42.0, b.Data().([]float64)[5])
}
