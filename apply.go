package verso

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// How layers of this module put operations of internal/op into a graph. Outside of it,
// a layer of a new kind is made of this package's functions and layers, or of
// Gorgonia's own operations, which read parameters by [Graph.Read].

// Mode is what this graph's operations share; for layers of this module.
func (g *Graph) Mode() *op.Mode { return g.mode }

// Apply adds one of this module's operations and returns its result, or nil
// after an error. For layers of this module: others use gorgonia.ApplyOp.
func (g *Graph) Apply(layer string, s op.Spec, inputs ...*gorgonia.Node) *gorgonia.Node {
	if !g.usable(layer, inputs) {
		return nil
	}
	o, need := g.options(inputs, s.Stop)
	s.Name = layer // in the errors of building and of running
	out, err := op.Apply(s, o, inputs...)
	if err != nil {
		g.err = err
		return nil
	}
	g.needs[out] = need
	return out
}

// ApplyResults adds one of this module's operations that have several results
// and returns a node for each, or nil after an error. For layers of this module.
func (g *Graph) ApplyResults(layer string, s op.ResultsSpec, inputs ...*gorgonia.Node) []*gorgonia.Node {
	if !g.usable(layer, inputs) {
		return nil
	}
	o, need := g.options(inputs, nil)
	s.Name = layer
	out, err := op.ApplyResults(s, o, inputs...)
	if err != nil {
		g.err = err
		return nil
	}
	for _, n := range out {
		g.needs[n] = need
	}
	return out
}

// options says how an operation on these inputs stands in the graph, and
// whether anything wants the gradient of its result. No gradient passes through
// the inputs whose numbers stop has.
func (g *Graph) options(inputs []*gorgonia.Node, stop []int) (o op.Options, need bool) {
	o = op.Options{Mode: g.mode, Diff: make([]bool, len(inputs)), Sinks: make([]any, len(inputs)), FixedShapes: g.adopted}
	for i, n := range inputs {
		o.Diff[i] = g.need(n) && !slices.Contains(stop, i)
		o.Sinks[i] = g.sinks[n]
		need = need || o.Diff[i]
	}
	return o, need
}

// ApplyInt adds one of this module's operations on integers, such as that of
// new lengths, and returns its result, or nil after an error. In an adopted
// graph, the lengths that the shapes of later results depend on must have their
// values when layers are put into it.
func (g *Graph) ApplyInt(layer string, s op.IntSpec, inputs ...*gorgonia.Node) *gorgonia.Node {
	if !g.usable(layer, inputs) {
		return nil
	}
	s.Name = layer
	out, err := op.ApplyInt(s, op.Options{Mode: g.mode, FixedShapes: g.adopted}, inputs...)
	if err != nil {
		g.err = err
		return nil
	}
	g.needs[out] = false
	return out
}

// couple notes that a layer makes the loss of an example depend on the rest of
// its batch, which must then not be cut.
func (g *Graph) couple(layer string) {
	if g.coupled == "" {
		g.coupled = layer
	}
}

// usable reports whether an operation can be added to its inputs, and records
// the error if not.
func (g *Graph) usable(layer string, inputs []*gorgonia.Node) bool {
	if g.err != nil {
		return false
	}
	for i, n := range inputs {
		if n == nil {
			g.Fail(layer, fmt.Errorf("%w: input %d is nil", ErrGraph, i))
			return false
		}
		if n.Graph() != g.expr {
			g.Fail(layer, fmt.Errorf("%w: input %d belongs to another graph", ErrGraph, i))
			return false
		}
	}
	return true
}

// need reports whether anything wants the gradient of a node: whether it
// depends on a parameter that learns, or, in an adopted graph, on any input.
func (g *Graph) need(n *gorgonia.Node) bool {
	if v, ok := g.needs[n]; ok {
		return v
	}
	v := g.adopted && n.IsVar()
	for it := g.expr.From(n.ID()); it.Next(); {
		v = g.need(it.Node().(*gorgonia.Node)) || v
	}
	g.needs[n] = v
	return v
}

// applyConfigured adds an operation, unless its configuration was refused.
func (g *Graph) applyConfigured(layer string, s op.Spec, err error, inputs ...*gorgonia.Node) *gorgonia.Node {
	if err != nil {
		g.Fail(layer, fmt.Errorf("%w: %w", ErrConfig, err))
		return nil
	}
	return g.Apply(layer, s, inputs...)
}

// NextRandom numbers the random operations of the graph, in the order in which
// they are put into it: with seed, step and shard the number decides what an
// operation draws. For layers of this module.
func (g *Graph) NextRandom() uint64 {
	g.randoms++
	return g.randoms
}
