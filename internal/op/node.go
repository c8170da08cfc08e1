package op

import (
	"fmt"
	"hash"
	"hash/fnv"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Options say how an operation stands in its graph.
type Options struct {
	Mode *Mode
	// Diff says for each input whether its gradient is wanted by anybody.
	Diff []bool
	// Sinks holds, for inputs that are parameters of Verso's own graphs, a
	// *Sink[float32] or *Sink[float64]; nil for all others.
	Sinks []any
	// FixedShapes makes another shape than that of building time an error:
	// needed beside Gorgonia's own operations, which bake shapes in.
	FixedShapes bool
}

// Apply adds the operation to the graph of its inputs and returns the node of
// its result.
func Apply(s Spec, o Options, inputs ...*gorgonia.Node) (*gorgonia.Node, error) {
	dt, err := precision(s.Name, inputs)
	if err != nil {
		return nil, err
	}
	if dt == tensor.Float64 || s.F32 == nil {
		return apply(s.Name, s.F64, o, tensor.Float64, inputs)
	}
	return apply(s.Name, s.F32, o, dt, inputs)
}

// precision returns that of an operation: of its inputs, float32 where all are integers.
func precision(name string, inputs []*gorgonia.Node) (tensor.Dtype, error) {
	dt := tensor.Float32
	for i, n := range inputs {
		if n == nil {
			return dt, fmt.Errorf("%s: input %d is nil", name, i)
		}
		if n.Dtype() == tensor.Float64 {
			dt = tensor.Float64
		}
	}
	return dt, nil
}

func apply[T Float](name string, body Body[T], o Options, dt tensor.Dtype, inputs []*gorgonia.Node) (*gorgonia.Node, error) {
	f := &fused[T]{base: newBase(name), body: body, dt: dt}
	if err := f.describe(name, o, dt, inputs); err != nil {
		return nil, err
	}
	shape, err := f.shape()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.built = tensor.Shape(shape).Clone()
	f.types(shape)
	return gorgonia.ApplyOp(f, inputs...)
}

// Own reports whether a node is the result of one of this package's operations.
func Own(n *gorgonia.Node) bool {
	_, ok := n.Op().(interface{ own() })
	return ok
}

// base is the part of Gorgonia's Op interface that is the same for all nodes.
type base struct {
	id    int64
	name  string
	typ   hm.Type
	arity int
	built tensor.Shape
}

var lastID atomic.Int64

func newBase(name string) base { return base{id: lastID.Add(1), name: name} }

func (b *base) own()                 {}
func (b *base) Arity() int           { return b.arity }
func (b *base) Type() hm.Type        { return b.typ }
func (b *base) ReturnsPtr() bool     { return false }
func (b *base) CallsExtern() bool    { return false }
func (b *base) OverwritesInput() int { return -1 }
func (b *base) String() string       { return b.name }

func (b *base) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return b.built.Clone(), nil }

// WriteHash writes a number of its own: Gorgonia drops a node whose hash equals another's.
func (b *base) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s#%d", b.name, b.id) }

func (b *base) Hashcode() uint32 {
	h := fnv.New32a()
	b.WriteHash(h)
	return h.Sum32()
}

// Error is an operation's own error, so that it is found under what Gorgonia
// wraps around it. Its message names the operation.
type Error struct{ err error }

func (e *Error) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.err }

// recovered marks the error of a call as the operation's own, and turns a panic
// into one: it would end the process otherwise.
func (b *base) recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s: %w: %v\n%s", b.name, ErrPanic, r, debug.Stack())
	}
	if *err != nil {
		*err = &Error{*err}
	}
}

// typeOf is the type of a value of the given shape in Gorgonia's type system.
func typeOf(dt tensor.Dtype, shape []int) hm.Type {
	if len(shape) == 0 {
		return dt
	}
	return gorgonia.TensorType{Dims: len(shape), Of: dt}
}

// fused is the forward node of an operation.
type fused[T Float] struct {
	base
	operands[T]
	body Body[T]
	dt   tensor.Dtype
	out  buffer[T]
}

func (f *fused[T]) types(out []int) {
	f.arity, f.typ = len(f.wantIn), hm.NewFnType(f.operandTypes(typeOf(f.dt, out))...)
}

func (f *fused[T]) shape() (s []int, err error) {
	defer f.recovered(&err)
	return f.body.Shape(f.in)
}

// Do runs the forward pass.
func (f *fused[T]) Do(inputs ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer f.recovered(&err)
	if err := f.read(inputs); err != nil {
		return nil, err
	}
	shape, err := f.body.Shape(f.in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	if f.opt.FixedShapes && !slices.Equal(f.built, shape) {
		return nil, fmt.Errorf("%s: %w: this graph was built for a result %v, got %v", f.name, ErrShape, f.built, shape)
	}
	out := f.out.value(shape)
	if err := f.body.Forward(f.in, out); err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return f.out.gorgonia(), nil
}

// SymDiff adds one backward node for all inputs and a node an input that hands
// its gradient on.
func (f *fused[T]) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	b := &backward[T]{base: newBase(f.name + ".backward"), f: f, gradients: newGradients(&f.operands, len(inputs))}
	b.arity, b.built = len(inputs)+2, tensor.ScalarShape()
	b.typ = hm.NewFnType(f.operandTypes(output.Type(), grad.Type(), f.dt)...)
	// The output is a child so that nothing overwrites it before the backward pass.
	bwd, err := gorgonia.ApplyOp(b, append(append(gorgonia.Nodes{}, inputs...), output, grad)...)
	if err != nil {
		return nil, err
	}
	return b.pick(f.name, f.dt, bwd)
}

// backward runs the gradient of all inputs; its own result is an empty scalar
// on which the nodes that hand the gradients on depend.
type backward[T Float] struct {
	base
	gradients[T]
	f *fused[T]
}

func (b *backward[T]) Do(inputs ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer b.recovered(&err)
	n := len(b.din)
	var out, dout Value[T]
	if err := b.f.read(inputs[:n]); err != nil {
		return nil, err
	}
	if err := readValue(inputs[n], &out); err != nil {
		return nil, fmt.Errorf("%s: output: %w", b.name, err)
	}
	if err := readValue(inputs[n+1], &dout); err != nil {
		return nil, fmt.Errorf("%s: gradient: %w", b.name, err)
	}
	if len(dout.Data) != len(out.Data) {
		return nil, fmt.Errorf("%s: %w: gradient %v of an output %v", b.name, ErrShape, dout.Shape, out.Shape)
	}
	_, sparse := any(b.f.body).(RowSparse)
	b.open(sparse)
	if err := b.f.body.Backward(b.f.in, out, dout, b.din); err != nil {
		return nil, fmt.Errorf("%s: %w", b.name, err)
	}
	b.close(sparse)
	return scalar(T(0)), nil
}
