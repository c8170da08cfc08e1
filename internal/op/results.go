package op

import (
	"fmt"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Results is the arithmetic of an operation with several results, as [Body] is
// that of one with a single result: a recurrent layer returns its rows and its
// final states.
type Results[T Float] interface {
	// Shapes checks the inputs and returns the shape of each result, as
	// [Body].Shape does. Their number is always the same.
	Shapes(in []Value[T]) ([][]int, error)
	// Forward writes the whole of every result.
	Forward(in, out []Value[T]) error
	// Backward writes the gradients that are wanted. dout[i].Data is nil where
	// the loss does not depend on result i.
	Backward(in, out, dout []Value[T], din []Grad[T]) error
}

// ResultsSpec is an operation with several results in both precisions.
type ResultsSpec struct {
	Name string
	F32  Results[float32]
	F64  Results[float64]
}

// ApplyResults adds the operation to the graph of its inputs and returns a node
// for each result.
//
// Gorgonia's operations have one result. So the operation's own node is an empty
// scalar, and a node for each result depends on it. On the way back the gradient
// of each result becomes a child of the one backward node; what Gorgonia adds up
// between them are empty scalars.
func ApplyResults(s ResultsSpec, o Options, inputs ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	dt, err := precision(s.Name, inputs)
	if err != nil {
		return nil, err
	}
	if dt == tensor.Float64 {
		return applyResults(s.Name, s.F64, o, dt, inputs)
	}
	return applyResults(s.Name, s.F32, o, dt, inputs)
}

func applyResults[T Float](name string, body Results[T], o Options, dt tensor.Dtype, inputs []*gorgonia.Node) ([]*gorgonia.Node, error) {
	f := &several[T]{base: newBase(name), body: body, dt: dt}
	if err := f.describe(name, o, dt, inputs); err != nil {
		return nil, err
	}
	shapes, err := f.shapes()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.arity, f.base.built, f.typ = len(inputs), tensor.ScalarShape(), hm.NewFnType(f.operandTypes(dt)...)
	f.buf, f.out, f.grads = make([]buffer[T], len(shapes)), make([]Value[T], len(shapes)), make(gorgonia.Nodes, len(shapes))
	done, err := gorgonia.ApplyOp(f, inputs...)
	if err != nil {
		return nil, err
	}
	for i, shape := range shapes {
		r := &result[T]{base: newBase(fmt.Sprintf("%s.result%d", name, i)), f: f, i: i}
		r.arity, r.built, r.typ = 1, tensor.Shape(shape).Clone(), hm.NewFnType(dt, typeOf(dt, shape))
		n, err := gorgonia.ApplyOp(r, done)
		if err != nil {
			return nil, err
		}
		f.results = append(f.results, n)
	}
	return slices.Clone(f.results), nil
}

// several is the forward node of an operation with several results.
type several[T Float] struct {
	base
	operands[T]
	body Results[T]
	dt   tensor.Dtype
	out  []Value[T]
	buf  []buffer[T]

	results gorgonia.Nodes
	grads   gorgonia.Nodes // of the results that the loss depends on, else nil
}

func (f *several[T]) shapes() (s [][]int, err error) {
	defer f.recovered(&err)
	return f.body.Shapes(f.in)
}

// Do runs the forward pass.
func (f *several[T]) Do(inputs ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer f.recovered(&err)
	if err := f.read(inputs); err != nil {
		return nil, err
	}
	shapes, err := f.body.Shapes(f.in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	for i, shape := range shapes {
		if built := f.results[i].Shape(); f.opt.FixedShapes && !slices.Equal(built, shape) {
			return nil, fmt.Errorf("%s: %w: this graph was built for a result %v, got %v", f.name, ErrShape, built, shape)
		}
		f.out[i] = f.buf[i].value(shape)
	}
	if err := f.body.Forward(f.in, f.out); err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return scalar(T(0)), nil
}

// SymDiff adds one backward node and a node an input that hands its gradient on.
// Gorgonia comes here after it has been at all results that the loss depends on.
func (f *several[T]) SymDiff(inputs gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	b := &severalBackward[T]{base: newBase(f.name + ".backward"), f: f, gradients: newGradients(&f.operands, len(inputs))}
	b.dout, b.has = make([]Value[T], len(f.results)), make([]bool, len(f.results))
	var more []hm.Type
	children := append(gorgonia.Nodes{}, inputs...)
	add := func(n *gorgonia.Node) { more, children = append(more, n.Type()), append(children, n) }
	for _, n := range f.results { // so that nothing overwrites them before the backward pass
		add(n)
	}
	for i, n := range f.grads {
		if b.has[i] = n != nil; n != nil {
			add(n)
		}
	}
	add(grad)
	b.arity, b.built, b.typ = len(children), tensor.ScalarShape(), hm.NewFnType(f.operandTypes(append(more, f.dt)...)...)
	bwd, err := gorgonia.ApplyOp(b, children...)
	if err != nil {
		return nil, err
	}
	return b.pick(f.name, f.dt, bwd)
}

// result hands one result on.
type result[T Float] struct {
	base
	f *several[T]
	i int
}

func (r *result[T]) Do(...gorgonia.Value) (v gorgonia.Value, err error) {
	defer r.recovered(&err)
	return r.f.buf[r.i].gorgonia(), nil
}

// DiffWRT asks for the way on where any input of the operation wants a gradient.
func (r *result[T]) DiffWRT(int) []bool {
	return []bool{slices.Contains(r.f.DiffWRT(len(r.f.wantIn)), true)}
}

// SymDiff keeps the gradient's node for the backward node and sends an empty
// scalar on.
func (r *result[T]) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	r.f.grads[r.i] = grad
	a := &arrival[T]{base: newBase(r.name + ".arrival")}
	a.arity, a.built, a.typ = 1, tensor.ScalarShape(), hm.NewFnType(grad.Type(), r.f.dt)
	n, err := gorgonia.ApplyOp(a, grad)
	return gorgonia.Nodes{n}, err
}

// arrival is the empty scalar that stands for a result's gradient.
type arrival[T Float] struct{ base }

func (a *arrival[T]) Do(...gorgonia.Value) (gorgonia.Value, error) { return scalar(T(0)), nil }

// severalBackward runs the gradient of all inputs, as backward does.
type severalBackward[T Float] struct {
	base
	gradients[T]
	f    *several[T]
	has  []bool
	dout []Value[T]
}

func (b *severalBackward[T]) Do(inputs ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer b.recovered(&err)
	f, n := b.f, len(b.din)
	if err := f.read(inputs[:n]); err != nil {
		return nil, err
	}
	for i := range f.out {
		if err := readValue(inputs[n+i], &f.out[i]); err != nil {
			return nil, fmt.Errorf("%s: result %d: %w", b.name, i, err)
		}
	}
	given := inputs[n+len(f.out):]
	for i, has := range b.has {
		b.dout[i] = Value[T]{Shape: f.out[i].Shape}
		if !has {
			continue
		}
		if err := readValue(given[0], &b.dout[i]); err != nil {
			return nil, fmt.Errorf("%s: gradient of result %d: %w", b.name, i, err)
		}
		if len(b.dout[i].Data) != len(f.out[i].Data) {
			return nil, fmt.Errorf("%s: %w: gradient %v of a result %v", b.name, ErrShape, b.dout[i].Shape, f.out[i].Shape)
		}
		given = given[1:]
	}
	_, sparse := any(f.body).(RowSparse)
	b.open(sparse)
	if err := f.body.Backward(f.in, f.out, b.dout, b.din); err != nil {
		return nil, fmt.Errorf("%s: %w", b.name, err)
	}
	b.close(sparse)
	return scalar(T(0)), nil
}
