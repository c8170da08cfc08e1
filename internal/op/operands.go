package op

import (
	"fmt"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// operands are the inputs of a node: as they were when the graph was built, and
// as they are in this run.
type operands[T Float] struct {
	of     string // the operation's name, for errors
	opt    Options
	wantIn []inputType
	in     []Value[T]
}

type inputType struct {
	typ   hm.Type
	dtype tensor.Dtype
	shape tensor.Shape
}

// describe takes down the inputs while the graph is built.
func (o *operands[T]) describe(name string, opt Options, dt tensor.Dtype, inputs []*gorgonia.Node) error {
	o.of, o.opt, o.in, o.wantIn = name, opt, make([]Value[T], len(inputs)), make([]inputType, len(inputs))
	for i, n := range inputs {
		t := n.Dtype()
		if t != dt && t != tensor.Int {
			return fmt.Errorf("%s: input %d is %v, want %v or int", name, i, t, dt)
		}
		o.wantIn[i] = inputType{typ: n.Type(), dtype: t, shape: n.Shape().Clone()}
		o.in[i] = Value[T]{Shape: n.Shape()}
		if t == tensor.Int {
			o.in[i].Ints = builtInts(n)
		}
	}
	return nil
}

// operandTypes are the types of the inputs and those given after them.
func (o *operands[T]) operandTypes(more ...hm.Type) []hm.Type {
	ts := make([]hm.Type, 0, len(o.wantIn)+len(more))
	for _, w := range o.wantIn {
		ts = append(ts, w.typ)
	}
	return append(ts, more...)
}

// read takes the inputs of this run.
func (o *operands[T]) read(inputs []gorgonia.Value) error {
	for i := range o.wantIn {
		if err := readValue(inputs[i], &o.in[i]); err != nil {
			return fmt.Errorf("%s: input %d: %w", o.of, i, err)
		}
		if o.opt.FixedShapes && !slices.Equal(o.wantIn[i].shape, o.in[i].Shape) {
			return fmt.Errorf("%s: input %d: %w: this graph was built for %v, got %v", o.of, i, ErrShape, o.wantIn[i].shape, o.in[i].Shape)
		}
	}
	return nil
}

// DiffWRT tells Gorgonia which gradients to ask for.
func (o *operands[T]) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = o.wantIn[i].dtype != tensor.Int && (o.opt.Diff == nil || o.opt.Diff[i])
	}
	return d
}

// sink returns where the gradient of input i is collected, nil for a node of its own.
func (o *operands[T]) sink(i int) *Sink[T] {
	if o.opt.Sinks == nil || o.opt.Sinks[i] == nil {
		return nil
	}
	return o.opt.Sinks[i].(*Sink[T])
}

// gradients are what a backward pass writes: one for each input that wants it.
type gradients[T Float] struct {
	of   *operands[T]
	diff []bool
	din  []Grad[T]
	buf  []buffer[T] // of inputs without a sink
}

func newGradients[T Float](o *operands[T], n int) gradients[T] {
	return gradients[T]{of: o, diff: o.DiffWRT(n), din: make([]Grad[T], n), buf: make([]buffer[T], n)}
}

// open makes the memory of this run ready. sparse says that the operation
// writes the gradient of a table row by row.
func (g *gradients[T]) open(sparse bool) {
	for i := range g.din {
		g.din[i] = Grad[T]{}
		if !g.diff[i] {
			continue
		}
		if s := g.of.sink(i); s != nil && (s.rows == nil || sparse) {
			g.din[i] = s.grad(len(g.of.in[i].Data))
		} else {
			g.din[i] = Grad[T]{Data: g.buf[i].value(g.of.in[i].Shape).Data}
		}
	}
}

// close adds dense gradients of tables to their rows.
func (g *gradients[T]) close(sparse bool) {
	for i := range g.din {
		if s := g.of.sink(i); g.diff[i] && s != nil && s.rows != nil && !sparse {
			s.rows.addAll(g.din[i].Data)
		}
	}
}

// pick adds a node for each gradient that is wanted; they depend on the node of
// the backward pass.
func (g *gradients[T]) pick(name string, dt tensor.Dtype, bwd *gorgonia.Node) (gorgonia.Nodes, error) {
	out := make(gorgonia.Nodes, len(g.din))
	for i, wanted := range g.diff {
		if !wanted {
			continue
		}
		p := &pick[T]{base: newBase(fmt.Sprintf("%s.grad%d", name, i)), g: g, i: i}
		p.built, p.arity = g.of.wantIn[i].shape, 1
		if g.of.sink(i) != nil {
			p.built = tensor.ScalarShape()
		}
		p.typ = hm.NewFnType(dt, typeOf(dt, p.built))
		var err error
		if out[i], err = gorgonia.ApplyOp(p, bwd); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pick hands on the gradient of one input, or nothing where it went into a sink.
type pick[T Float] struct {
	base
	g *gradients[T]
	i int
}

func (p *pick[T]) Do(...gorgonia.Value) (v gorgonia.Value, err error) {
	defer p.recovered(&err)
	if p.g.of.sink(p.i) != nil {
		return scalar(T(0)), nil
	}
	return p.g.buf[p.i].gorgonia(), nil
}
