package op

import (
	"fmt"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// IntSpec is an operation on integer vectors with an integer vector for a
// result, such as the lengths of what a strided convolution returns. It has no
// gradient.
type IntSpec struct {
	Name string
	// F computes the result, in the memory of out where that is large enough.
	// The result has at least one element.
	F func(out []int, in ...[]int) ([]int, error)
}

// ApplyInt adds the operation to the graph of its inputs and returns the node
// of its result. Where the inputs have values already, while the graph is
// built, operations further on see the result's values too.
func ApplyInt(s IntSpec, o Options, inputs ...*gorgonia.Node) (*gorgonia.Node, error) {
	f := &intNode{base: newBase(s.Name), f: s.F, fixed: o.FixedShapes, in: make([][]int, len(inputs))}
	f.arity, f.built = len(inputs), tensor.Shape{1}
	ts := make([]hm.Type, 0, len(inputs)+1)
	known := true
	for i, n := range inputs {
		if n == nil {
			return nil, fmt.Errorf("%s: input %d is nil", s.Name, i)
		}
		if n.Dtype() != tensor.Int || n.Dims() != 1 {
			return nil, fmt.Errorf("%s: %w: input %d wants a vector of int, got %v of %v", s.Name, ErrShape, i, n.Shape(), n.Dtype())
		}
		ts = append(ts, n.Type())
		f.in[i] = builtInts(n)
		known = known && f.in[i] != nil
	}
	if len(inputs) > 0 {
		f.built = inputs[0].Shape().Clone()
	}
	if known {
		if err := f.run(); err != nil {
			return nil, err
		}
		f.known = slices.Clone(f.out)
		f.built = tensor.Shape{len(f.known)}
	}
	f.typ = hm.NewFnType(append(ts, typeOf(tensor.Int, f.built))...)
	return gorgonia.ApplyOp(f, inputs...)
}

// builtInts returns an integer node's values as far as they are known while the
// graph is built, nil where they are not.
func builtInts(n *gorgonia.Node) []int {
	if f, ok := n.Op().(*intNode); ok {
		return f.known
	}
	if v, ok := n.Value().(tensor.Tensor); ok {
		x, _ := v.Data().([]int)
		return x
	}
	return nil
}

type intNode struct {
	base
	f     func(out []int, in ...[]int) ([]int, error)
	fixed bool
	known []int // the result at building time

	in    [][]int
	out   []int
	dense *tensor.Dense // header over out
}

func (f *intNode) run() (err error) {
	defer f.recovered(&err)
	out, err := f.f(f.out[:0], f.in...)
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	if len(out) == 0 {
		return fmt.Errorf("%s: %w: the result is empty", f.name, ErrShape)
	}
	if len(out) != len(f.out) || &out[0] != &f.out[0] {
		f.dense = nil
	}
	f.out = out
	return nil
}

// Do computes the result.
func (f *intNode) Do(inputs ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer f.recovered(&err)
	for i, in := range inputs {
		var x Value[float32]
		if err := readValue(in, &x); err != nil {
			return nil, fmt.Errorf("%s: input %d: %w", f.name, i, err)
		}
		f.in[i] = x.Ints
	}
	if err := f.run(); err != nil {
		return nil, err
	}
	if f.fixed && len(f.out) != f.built[0] {
		return nil, fmt.Errorf("%s: %w: this graph was built for a result %v, got %d", f.name, ErrShape, f.built, len(f.out))
	}
	if f.dense == nil {
		f.dense = tensor.New(tensor.WithShape(len(f.out)), tensor.WithBacking(f.out))
	}
	return f.dense, nil
}

// DiffWRT says that no gradient passes.
func (f *intNode) DiffWRT(n int) []bool { return make([]bool, n) }

// SymDiff returns no gradient for any input.
func (f *intNode) SymDiff(inputs gorgonia.Nodes, _, _ *gorgonia.Node) (gorgonia.Nodes, error) {
	return make(gorgonia.Nodes, len(inputs)), nil
}
