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
	dt := tensor.Float32
	for i, n := range inputs {
		if n == nil {
			return nil, fmt.Errorf("%s: input %d is nil", s.Name, i)
		}
		if n.Dtype() == tensor.Float64 {
			dt = tensor.Float64
		}
	}
	if dt == tensor.Float64 || s.F32 == nil {
		return apply(s.Name, s.F64, o, tensor.Float64, inputs)
	}
	return apply(s.Name, s.F32, o, dt, inputs)
}

func apply[T Float](name string, body Body[T], o Options, dt tensor.Dtype, inputs []*gorgonia.Node) (*gorgonia.Node, error) {
	f := &fused[T]{base: newBase(name), body: body, opt: o, dt: dt, in: make([]Value[T], len(inputs)), wantIn: make([]inputType, len(inputs))}
	for i, n := range inputs {
		t := n.Dtype()
		if t != dt && t != tensor.Int {
			return nil, fmt.Errorf("%s: input %d is %v, want %v or int", name, i, t, dt)
		}
		f.wantIn[i] = inputType{typ: n.Type(), dtype: t, shape: n.Shape().Clone()}
		f.in[i] = Value[T]{Shape: n.Shape()}
		if t == tensor.Int {
			f.in[i].Ints = builtInts(n)
		}
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

type inputType struct {
	typ   hm.Type
	dtype tensor.Dtype
	shape tensor.Shape
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
	body   Body[T]
	opt    Options
	dt     tensor.Dtype
	wantIn []inputType

	in  []Value[T]
	out buffer[T]
}

func (f *fused[T]) types(out []int) {
	ts := make([]hm.Type, 0, len(f.wantIn)+1)
	for _, w := range f.wantIn {
		ts = append(ts, w.typ)
	}
	f.arity, f.typ = len(f.wantIn), hm.NewFnType(append(ts, typeOf(f.dt, out))...)
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

// read takes the inputs of this run into f.in.
func (f *fused[T]) read(inputs []gorgonia.Value) error {
	for i := range f.wantIn {
		if err := readValue(inputs[i], &f.in[i]); err != nil {
			return fmt.Errorf("%s: input %d: %w", f.name, i, err)
		}
		if f.opt.FixedShapes && !slices.Equal(f.wantIn[i].shape, f.in[i].Shape) {
			return fmt.Errorf("%s: input %d: %w: this graph was built for %v, got %v", f.name, i, ErrShape, f.wantIn[i].shape, f.in[i].Shape)
		}
	}
	return nil
}

// DiffWRT tells Gorgonia which gradients to ask for.
func (f *fused[T]) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = f.wantIn[i].dtype != tensor.Int && (f.opt.Diff == nil || f.opt.Diff[i])
	}
	return d
}

// SymDiff adds one backward node for all inputs and a node an input that hands
// its gradient on.
func (f *fused[T]) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	diff := f.DiffWRT(len(inputs))
	b := &backward[T]{base: newBase(f.name + ".backward"), f: f, din: make([]Grad[T], len(inputs)), buf: make([]buffer[T], len(inputs)), diff: diff}
	ts := make([]hm.Type, 0, len(inputs)+3)
	for _, w := range f.wantIn {
		ts = append(ts, w.typ)
	}
	ts = append(ts, output.Type(), grad.Type(), f.dt)
	b.arity, b.typ, b.built = len(inputs)+2, hm.NewFnType(ts...), tensor.ScalarShape()
	// The output is a child so that nothing overwrites it before the backward pass.
	bwd, err := gorgonia.ApplyOp(b, append(append(gorgonia.Nodes{}, inputs...), output, grad)...)
	if err != nil {
		return nil, err
	}
	out := make(gorgonia.Nodes, len(inputs))
	for i := range inputs {
		if !diff[i] {
			continue
		}
		p := &pick[T]{base: newBase(fmt.Sprintf("%s.grad%d", f.name, i)), b: b, i: i}
		p.built, p.arity = f.wantIn[i].shape, 1
		if f.sink(i) != nil {
			p.built = tensor.ScalarShape()
		}
		p.typ = hm.NewFnType(f.dt, typeOf(f.dt, p.built))
		if out[i], err = gorgonia.ApplyOp(p, bwd); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f *fused[T]) sink(i int) *Sink[T] {
	if f.opt.Sinks == nil || f.opt.Sinks[i] == nil {
		return nil
	}
	return f.opt.Sinks[i].(*Sink[T])
}

// backward runs the gradient of all inputs; its own result is an empty scalar
// on which the nodes that hand the gradients on depend.
type backward[T Float] struct {
	base
	f    *fused[T]
	diff []bool
	din  []Grad[T]
	buf  []buffer[T]
	done T
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
	for i := range b.din {
		b.din[i] = Grad[T]{}
		if !b.diff[i] {
			continue
		}
		s := b.f.sink(i)
		if s != nil && (s.rows == nil || sparse) {
			b.din[i] = s.grad(len(b.f.in[i].Data))
		} else {
			b.din[i] = Grad[T]{Data: b.buf[i].value(b.f.in[i].Shape).Data}
		}
	}
	if err := b.f.body.Backward(b.f.in, out, dout, b.din); err != nil {
		return nil, fmt.Errorf("%s: %w", b.name, err)
	}
	for i := range b.din {
		if s := b.f.sink(i); b.diff[i] && s != nil && s.rows != nil && !sparse {
			s.rows.addAll(b.din[i].Data)
		}
	}
	return scalar(b.done), nil
}

// pick hands on the gradient of one input, or nothing where it went into a sink.
type pick[T Float] struct {
	base
	b *backward[T]
	i int
}

func (p *pick[T]) Do(...gorgonia.Value) (v gorgonia.Value, err error) {
	defer p.recovered(&err)
	if p.b.f.sink(p.i) != nil {
		return scalar(p.b.done), nil
	}
	return p.b.buf[p.i].gorgonia(), nil
}
