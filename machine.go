package verso

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso/internal/op"
)

// Machine is a compiled [Graph]: feed it, run it, read it. It is for one
// goroutine at a time; for many, build a graph for each over the same parameters.
//
// A run costs 16 to 39 µs beside its arithmetic, and a handful of allocations.
type Machine struct {
	graph  *Graph
	vm     gorgonia.VM
	sinks  []resetter // of everything that gets a gradient
	params []*Param   // those that get one
}

// Compile makes a graph of Verso's own ready to run. With a loss (a scalar
// node) each run also computes the gradients of all parameters that are not
// frozen and on which the loss depends; without one, pass nil. Compile returns
// the first error of building.
//
// A graph is differentiated once: compiling it again, by whatever loss or none, is an
// [ErrGraph] then. Add losses up, or build a graph for each.
func (g *Graph) Compile(loss *gorgonia.Node) (*Machine, error) {
	if g.err != nil {
		return nil, g.err
	}
	if g.adopted {
		return nil, fmt.Errorf("%w: an adopted graph is differentiated and run by its owner, with gorgonia.Grad and gorgonia.NewTapeMachine", ErrGraph)
	}
	if g.loss != nil { // Gorgonia would take the gradients that there are for those of the new loss
		return nil, fmt.Errorf("%w: it is differentiated by %v already: build a graph for each loss", ErrGraph, g.loss.Name())
	}
	m := &Machine{graph: g}
	if loss != nil {
		if err := m.differentiate(loss); err != nil {
			return nil, err
		}
	}
	g.loss = loss
	prog, loc, err := gorgonia.Compile(g.expr)
	if err != nil {
		return nil, fmt.Errorf("compiling: %w", err)
	}
	m.vm = gorgonia.NewTapeMachine(g.expr, gorgonia.WithPrecompiled(prog, loc))
	return m, nil
}

// differentiate adds the gradients of everything that learns or is watched and
// that the loss depends on.
func (m *Machine) differentiate(loss *gorgonia.Node) error {
	g := m.graph
	leaves := slices.Clone(g.watched)
	for _, p := range g.order {
		leaves = append(leaves, g.params[p])
	}
	reached := map[int64]bool{}
	reach(g.expr, loss, reached)
	var wrt gorgonia.Nodes
	for _, n := range leaves {
		if g.sinks[n] == nil || !reached[n.ID()] {
			continue
		}
		for it := g.expr.To(n.ID()); it.Next(); {
			if user := it.Node().(*gorgonia.Node); !op.Own(user) {
				return fmt.Errorf("%w: %s goes into Gorgonia's own %v, where its gradient would be lost: use Graph.Read", ErrGraph, n.Name(), user.Op())
			}
		}
		wrt = append(wrt, n)
		m.sinks = append(m.sinks, g.sinks[n].(resetter))
	}
	for _, p := range g.order {
		if n := g.params[p]; g.sinks[n] != nil && reached[n.ID()] {
			m.params = append(m.params, p)
		}
	}
	if len(wrt) == 0 {
		return fmt.Errorf("%w: the loss depends on no parameter that learns", ErrGraph)
	}
	// gorgonia.Grad would begin with a node that all graphs of the program share and
	// that is written to: a race between goroutines that compile at the same time.
	one := gorgonia.NewConstant(float32(1))
	if loss.Dtype() == tensor.Float64 {
		one = gorgonia.NewConstant(float64(1))
	}
	if _, err := gorgonia.Backpropagate(gorgonia.Nodes{loss}, gorgonia.Nodes{g.expr.AddNode(one)}, wrt); err != nil {
		return fmt.Errorf("differentiating: %w", err)
	}
	return nil
}

type resetter interface{ Reset() }

// reach marks the nodes that a gradient of n comes to.
func reach(g *gorgonia.ExprGraph, n *gorgonia.Node, seen map[int64]bool) {
	if seen[n.ID()] {
		return
	}
	seen[n.ID()] = true
	inputs := g.From(n.ID())
	var passes []bool
	if d, ok := n.Op().(gorgonia.SDOp); ok {
		passes = d.DiffWRT(inputs.Len())
	}
	for i := 0; inputs.Next(); i++ {
		if passes == nil || passes[i] {
			reach(g, inputs.Node().(*gorgonia.Node), seen)
		}
	}
}

// Graph returns the graph that was compiled.
func (m *Machine) Graph() *Graph { return m.graph }

// Feed binds a tensor to an input for the next run. The number of axes and the
// type must be the input's, and the sizes of all axes but the first.
func (m *Machine) Feed(n *gorgonia.Node, v *tensor.Dense) error {
	want := n.Shape()
	if v.Dtype() != n.Dtype() || v.Dims() != len(want) {
		return fmt.Errorf("%w: input %s wants %d axes of %v, got %v of %v", ErrShape, n.Name(), len(want), n.Dtype(), v.Shape(), v.Dtype())
	}
	for i := 1; i < len(want); i++ {
		if want[i] != v.Shape()[i] {
			return fmt.Errorf("%w: input %s wants %v but for the first size, got %v", ErrShape, n.Name(), want, v.Shape())
		}
	}
	gorgonia.WithValue(v)(n) // unlike Let, it lets sizes change
	return nil
}

// FeedInts binds a vector of integers: ids, labels or lengths. It keeps x.
func (m *Machine) FeedInts(n *gorgonia.Node, x []int) error {
	if len(x) == 0 {
		return fmt.Errorf("%w: input %s wants at least one integer", ErrData, n.Name())
	}
	return m.Feed(n, tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x)))
}

// FeedTokens binds a ragged batch of ids, which may be all empty but not no
// sequence at all.
func (m *Machine) FeedTokens(t Tokens, batch [][]int) error {
	ids, lengths, err := Flatten(batch)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		ids = append(ids, 0)
	}
	if err := m.FeedInts(t.IDs, ids); err != nil {
		return err
	}
	return m.FeedInts(t.Lengths, lengths)
}

// FeedSequence binds a ragged batch of vectors: rows holds them row by row,
// float32 or float64 as the input is.
func (m *Machine) FeedSequence(s Sequence, rows any, lengths []int) error {
	width, total := s.Features(), 0
	for _, n := range lengths {
		total += n
	}
	count := 0
	switch x := rows.(type) {
	case []float32:
		if count = len(x); count == 0 {
			rows = make([]float32, width)
		}
	case []float64:
		if count = len(x); count == 0 {
			rows = make([]float64, width)
		}
	default:
		return fmt.Errorf("%w: input %s takes []float32 or []float64, got %T", ErrShape, s.Rows.Name(), rows)
	}
	if count != total*width {
		return fmt.Errorf("%w: input %s wants %d rows of %d, got %d numbers", ErrShape, s.Rows.Name(), total, width, count)
	}
	if err := m.Feed(s.Rows, tensor.New(tensor.WithShape(max(total, 1), width), tensor.WithBacking(rows))); err != nil {
		return err
	}
	return m.FeedInts(s.Lengths, lengths)
}

// Run computes everything from the inputs that were fed last.
func (m *Machine) Run() error {
	for _, s := range m.sinks {
		s.Reset()
	}
	m.vm.Reset()
	if err := m.vm.RunAll(); err != nil {
		return cause(err)
	}
	return nil
}

// cause strips what Gorgonia wraps around an operation's own error, which names
// the operation and the shapes already. One of the wrappers hides what is in it
// from errors.Is.
func cause(err error) error {
	inner := err
	for {
		switch e := any(inner).(type) {
		case interface{ Cause() error }:
			inner = e.Cause()
		case interface{ Err() error }:
			inner = e.Err()
		default:
			if own, ok := errors.AsType[*op.Error](inner); ok {
				return own
			}
			return err
		}
	}
}

// Float32s returns a float32 node's elements after a run, valid until the next one.
func (m *Machine) Float32s(n *gorgonia.Node) []float32 { return nodeElements[float32](n) }

// Float64s returns a float64 node's elements after a run, valid until the next one.
func (m *Machine) Float64s(n *gorgonia.Node) []float64 { return nodeElements[float64](n) }

func nodeElements[T float32 | float64](n *gorgonia.Node) []T {
	switch v := n.Value().(type) {
	case nil:
		return nil
	case *tensor.Dense:
		switch d := v.Data().(type) {
		case []T:
			return d
		case T:
			return []T{d}
		}
	case gorgonia.Scalar:
		if x, ok := v.Data().(T); ok {
			return []T{x}
		}
	}
	return nil
}

// Scalar returns the value of a scalar node after a run, such as a loss.
func (m *Machine) Scalar(n *gorgonia.Node) float64 {
	if x := nodeElements[float32](n); len(x) == 1 {
		return float64(x[0])
	}
	if x := nodeElements[float64](n); len(x) == 1 {
		return x[0]
	}
	return 0
}

// Gradient returns, after a run with a loss, the gradient of a parameter's node
// or of a watched input as a dense copy; nil where there is none.
func Gradient[T float32 | float64](m *Machine, n *gorgonia.Node) []T {
	s, _ := m.graph.sinks[n].(*op.Sink[T])
	if s == nil {
		return nil
	}
	out := make([]T, n.Shape().TotalSize())
	if r := s.Rows(); r != nil {
		for k, i := range r.Index {
			copy(out[i*r.Width:], r.Data[k*r.Width:(k+1)*r.Width])
		}
		return out
	}
	if d := s.Dense(); d != nil {
		return append(out[:0], d...)
	}
	return out
}

// Close releases the machine.
func (m *Machine) Close() error { return m.vm.Close() }
