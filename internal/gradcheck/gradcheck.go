// Package gradcheck compares the gradients of operations with central
// differences in float64.
//
// Every check runs in three settings, since each takes another way through the
// kit: inputs whose gradients go into sinks; inputs that are results of other
// operations, used twice, so that Gorgonia adds their gradients; and a graph of
// the caller's own under gorgonia.Grad.
package gradcheck

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Input is one input of the function under test.
type Input struct {
	Shape []int
	Data  []float64 // float inputs
	Ints  []int     // integer inputs
	Const bool      // a float input whose gradient is not checked
}

// Random returns an input with elements of N(0, std²).
func Random(rng *rand.Rand, std float64, shape ...int) Input {
	in := Input{Shape: shape, Data: make([]float64, tensor.Shape(shape).TotalSize())}
	for i := range in.Data {
		in.Data[i] = std * rng.NormFloat64()
	}
	return in
}

// Ints returns an integer vector.
func Ints(x ...int) Input { return Input{Shape: []int{len(x)}, Ints: x} }

// Tolerance bounds |a − n| / max(1, |a|, |n|) for the analytic gradient a and
// the numeric one n.
const Tolerance = 1e-6

// step of the central differences.
const step = 1e-5

// few is the number of elements up to which every one is perturbed; above it,
// as many are drawn, and one random direction is checked as a whole.
const few = 64

// Func builds the function under test from its input nodes. It is called
// several times for a graph, so that every input has several users.
type Func func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node

// Check compares the gradients of f at one point, in all three settings.
func Check(t *testing.T, inputs []Input, f Func, configure ...func(g *verso.Graph)) {
	t.Helper()
	for _, s := range []struct {
		name string
		via  bool
	}{{"sinks", false}, {"fan-out", true}} {
		t.Run(s.name, func(t *testing.T) {
			c := newChecker(t, inputs, f, s.via, configure)
			c.check(t, inputs)
		})
	}
	t.Run("adopted", func(t *testing.T) { checkAdopted(t, inputs, f, configure) })
}

// Dynamic compiles f once and checks its gradients on every batch, fed through
// the same machine.
func Dynamic(t *testing.T, batches [][]Input, f Func, configure ...func(g *verso.Graph)) {
	t.Helper()
	c := newChecker(t, batches[0], f, true, configure)
	for i, b := range batches {
		t.Run(fmt.Sprintf("batch%d", i), func(t *testing.T) { c.check(t, b) })
	}
}

type checker struct {
	m    *verso.Machine
	in   []*gorgonia.Node
	loss *gorgonia.Node
}

func newChecker(t *testing.T, inputs []Input, f Func, via bool, configure []func(*verso.Graph)) *checker {
	t.Helper()
	g := verso.NewGraph(1)
	c := &checker{}
	for _, cf := range configure {
		cf(g)
	}
	used := make([]*gorgonia.Node, len(inputs))
	for i, in := range inputs {
		dt := tensor.Int
		if in.Ints == nil {
			dt = tensor.Float64
		}
		n := g.Input(fmt.Sprintf("in%d", i), dt, in.Shape...)
		c.in, used[i] = append(c.in, n), n
		if in.Ints == nil && !in.Const {
			g.Watch(n)
			if via {
				used[i] = g.Apply("copy", op.Copy(), n)
			}
		}
	}
	c.loss = c.combine(g, used, inputs, f)
	m, err := g.Compile(c.loss)
	require.NoError(t, err)
	c.m = m
	return c
}

// combine builds ⟨f(x), w₀⟩ + ⟨f(x), w₁⟩ + Σ ⟨x, w₂⟩: two instances of f and one
// more user of every input.
func (c *checker) combine(g *verso.Graph, in []*gorgonia.Node, inputs []Input, f Func) *gorgonia.Node {
	var terms gorgonia.Nodes
	for k := range 2 {
		y := f(g, in)
		if y == nil {
			return nil
		}
		terms = append(terms, g.Apply("project", projection(k), y))
	}
	for i, n := range in {
		if inputs[i].Ints == nil && !inputs[i].Const {
			terms = append(terms, g.Apply("project", projection(2), n))
		}
	}
	sum := terms[0]
	for _, n := range terms[1:] {
		sum = gorgonia.Must(gorgonia.Add(sum, n))
	}
	return sum
}

func (c *checker) feed(t *testing.T, inputs []Input) {
	t.Helper()
	for i, in := range inputs {
		gorgonia.WithValue(value(in))(c.in[i])
	}
}

func value(in Input) any {
	if in.Ints != nil {
		return tensor.New(tensor.WithShape(in.Shape...), tensor.WithBacking(in.Ints))
	}
	if len(in.Shape) == 0 {
		return in.Data[0]
	}
	return tensor.New(tensor.WithShape(in.Shape...), tensor.WithBacking(in.Data))
}

// check compares all gradients at one point.
func (c *checker) check(t *testing.T, inputs []Input) {
	t.Helper()
	c.feed(t, inputs)
	rng := rand.New(rand.NewPCG(7, 11))
	eval := func() float64 {
		require.NoError(t, c.m.Run())
		return c.m.Scalar(c.loss)
	}
	for i, in := range inputs {
		if in.Ints != nil || in.Const {
			continue
		}
		eval() // the last run was at a perturbed point
		got := verso.Gradient[float64](c.m, c.in[i])
		require.Len(t, got, len(in.Data), "input %d", i)
		compare(t, rng, i, in.Data, got, eval)
	}
}

// compare perturbs elements of x and one random direction.
func compare(t *testing.T, rng *rand.Rand, input int, x, got []float64, eval func() float64) {
	t.Helper()
	places := rng.Perm(len(x))
	if len(places) > few {
		places = places[:few]
	}
	for _, j := range places {
		old := x[j]
		x[j] = old + step
		up := eval()
		x[j] = old - step
		down := eval()
		x[j] = old
		near(t, fmt.Sprintf("input %d, element %d", input, j), got[j], (up-down)/(2*step))
	}
	if len(x) <= few {
		return
	}
	d, old, want := make([]float64, len(x)), append([]float64{}, x...), 0.0
	norm := 0.0
	for j := range d {
		d[j] = rng.NormFloat64()
		norm += d[j] * d[j]
	}
	for j := range d {
		d[j] /= math.Sqrt(norm)
		want += got[j] * d[j]
	}
	at := func(h float64) float64 {
		for j := range x {
			x[j] = old[j] + h*d[j]
		}
		return eval()
	}
	up, down := at(step), at(-step)
	copy(x, old)
	near(t, fmt.Sprintf("input %d, a random direction", input), want, (up-down)/(2*step))
}

func near(t *testing.T, what string, analytic, numeric float64) {
	t.Helper()
	scale := max(1, math.Abs(analytic), math.Abs(numeric))
	if d := math.Abs(analytic - numeric); !(d <= Tolerance*scale) {
		t.Errorf("%s: gradient %v, central difference %v", what, analytic, numeric)
	}
}

// checkAdopted compares the gradients under gorgonia.Grad in a caller's graph.
func checkAdopted(t *testing.T, inputs []Input, f Func, configure []func(*verso.Graph)) {
	t.Helper()
	expr := gorgonia.NewGraph()
	g := verso.Adopt(expr, 1)
	for _, cf := range configure {
		cf(g)
	}
	c := &checker{}
	var wrt gorgonia.Nodes
	for i, in := range inputs {
		dt := tensor.Int
		if in.Ints == nil {
			dt = tensor.Float64
		}
		n := g.Input(fmt.Sprintf("in%d", i), dt, in.Shape...)
		c.in = append(c.in, n)
		if in.Ints == nil && !in.Const {
			wrt = append(wrt, n)
		}
	}
	c.feed(t, inputs)
	loss := c.combine(g, c.in, inputs, f)
	require.NoError(t, g.Err())
	grads, err := gorgonia.Grad(loss, wrt...)
	require.NoError(t, err)
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	rng := rand.New(rand.NewPCG(7, 11))
	eval := func() float64 {
		vm.Reset()
		require.NoError(t, vm.RunAll())
		return loss.Value().Data().(float64)
	}
	k := 0
	for i, in := range inputs {
		if in.Ints != nil || in.Const {
			continue
		}
		eval()
		got := append([]float64{}, grads[k].Value().Data().([]float64)...)
		require.Len(t, got, len(in.Data), "input %d", i)
		compare(t, rng, i, in.Data, got, eval)
		k++
	}
}

// project is ⟨x, w⟩ with fixed weights w_i = cos(1.7 i + phase), whatever the
// size of x: it makes a scalar of any result.
type project struct {
	phase   int
	weights []float64
}

func projection(phase int) op.Spec {
	return op.Spec{Name: "project", F64: &project{phase: phase}}
}

// weight returns the first n weights, computed once.
func (p *project) weight(n int) []float64 {
	for i := len(p.weights); i < n; i++ {
		p.weights = append(p.weights, math.Cos(1.7*float64(i)+float64(p.phase)))
	}
	return p.weights[:n]
}

func (*project) Shape([]op.Value[float64]) ([]int, error) { return []int{}, nil }

func (p *project) Forward(in []op.Value[float64], y op.Value[float64]) error {
	x := in[0].Data
	y.Data[0] = 0
	for i, w := range p.weight(len(x)) {
		y.Data[0] += w * x[i]
	}
	return nil
}

func (p *project) Backward(in []op.Value[float64], _, dy op.Value[float64], din []op.Grad[float64]) error {
	din[0].AddScaled(dy.Data[0], p.weight(len(in[0].Data)))
	return nil
}
