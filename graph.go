package verso

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso/internal/op"
)

// Graph is a thin wrapper over a *gorgonia.ExprGraph. It keeps what layers
// share while they are put into it: the mode (train or evaluate), the seed of
// everything random, the nodes of the parameters, and the first error.
//
// Forward methods of layers take a Graph and nodes and return nodes; none
// returns an error. The first error sticks to the graph with the layer's name
// and the shapes wanted and given, every later call does nothing, and
// [Graph.Compile] returns it.
//
// There are two kinds. A graph of [NewGraph] is Verso's own: gradients of
// parameters go straight into Verso's buffers, row by row for tables, and one
// compiled graph serves every batch size and every length. A graph of [Adopt]
// belongs to the caller: every node is an ordinary one with a dense gradient
// under gorgonia.Grad, beside any of Gorgonia's operations, and shapes are
// fixed when it is built.
//
// A Graph and what is compiled from it are for one goroutine at a time.
// Parameters may be shared by any number of graphs that only read them.
type Graph struct {
	expr    *gorgonia.ExprGraph
	adopted bool
	mode    *op.Mode
	params  map[*Param]*gorgonia.Node
	order   []*Param
	sinks   map[*gorgonia.Node]any // *op.Sink of a parameter's node
	watched []*gorgonia.Node
	needs   map[*gorgonia.Node]bool
	randoms uint64         // random operations so far
	loss    *gorgonia.Node // that the graph is differentiated by, nil before
	coupled string         // the layer that makes an example's loss depend on its batch, "" for none
	err     error
}

// NewGraph returns an empty graph of Verso's own, in evaluation mode.
func NewGraph(seed uint64) *Graph { return newGraph(gorgonia.NewGraph(), seed, false) }

// Adopt wraps a graph of the caller's, in evaluation mode.
func Adopt(g *gorgonia.ExprGraph, seed uint64) *Graph { return newGraph(g, seed, true) }

func newGraph(g *gorgonia.ExprGraph, seed uint64, adopted bool) *Graph {
	return &Graph{
		expr: g, adopted: adopted, mode: &op.Mode{Seed: seed},
		params: map[*Param]*gorgonia.Node{}, sinks: map[*gorgonia.Node]any{},
		needs: map[*gorgonia.Node]bool{},
	}
}

// Expr returns Gorgonia's graph.
func (g *Graph) Expr() *gorgonia.ExprGraph { return g.expr }

// SetTraining switches between training (dropout acts) and evaluation. It may
// be called at any time; it holds from the next run on.
func (g *Graph) SetTraining(train bool) { g.mode.Train = train }

// Training reports the mode.
func (g *Graph) Training() bool { return g.mode.Train }

// SetStep sets the training step. Random operations draw from a stream that is
// a function of seed, step and their place in the graph alone: running a step
// again gives the same numbers, and a resumed training goes on with the same.
func (g *Graph) SetStep(step uint64) { g.mode.Step = step }

// Err returns the first error of building, nil if there was none.
func (g *Graph) Err() error { return g.err }

// Fail records the first error of building, with the name of the layer it came from.
func (g *Graph) Fail(layer string, err error) {
	if g.err == nil && err != nil {
		g.err = fmt.Errorf("%s: %w", layer, err)
	}
}

// Input adds a node that is fed before each run. The shape says the number of
// axes and the sizes that layers check (features); sizes that change from run
// to run may be given as 1. Integer inputs have type tensor.Int.
func (g *Graph) Input(name string, dt tensor.Dtype, shape ...int) *gorgonia.Node {
	if len(shape) == 0 {
		return gorgonia.NewScalar(g.expr, dt, gorgonia.WithName(g.unique(name)))
	}
	n := gorgonia.NewTensor(g.expr, dt, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(g.unique(name)))
	g.needs[n] = g.adopted
	return n
}

// unique makes a name that no other input of the graph has, whoever made it:
// Gorgonia merges inputs of equal name and shape into one, and the second one's
// value is lost.
func (g *Graph) unique(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(g.expr.AllNodes(), func(n *gorgonia.Node) bool { return n.IsVar() && n.Name() == name })
	}
	free := name
	for k := 2; taken(free); k++ {
		free = fmt.Sprintf("%s.%d", name, k)
	}
	return free
}

// Param returns the parameter's node in this graph, always the same.
func (g *Graph) Param(p *Param) *gorgonia.Node {
	if n, ok := g.params[p]; ok {
		return n
	}
	// A header of its own over the shared elements: Gorgonia writes to headers.
	var v *tensor.Dense
	if p.Dtype() == tensor.Float64 {
		v = tensor.New(tensor.WithShape(p.value.Shape()...), tensor.WithBacking(p.Float64s()))
	} else {
		v = tensor.New(tensor.WithShape(p.value.Shape()...), tensor.WithBacking(p.Float32s()))
	}
	n := gorgonia.NewTensor(g.expr, p.Dtype(), p.value.Dims(), gorgonia.WithShape(p.value.Shape()...),
		gorgonia.WithName(g.unique(p.name)), gorgonia.WithValue(v))
	g.params[p], g.order = n, append(g.order, p)
	g.needs[n] = !p.frozen
	if !g.adopted && !p.frozen {
		g.sinks[n] = newSink(p)
	}
	return n
}

// Read returns a parameter as an ordinary node, for Gorgonia's own operations:
// used directly by them, in a graph of Verso's own, its gradient would be lost,
// and [Graph.Compile] refuses.
func (g *Graph) Read(p *Param) *gorgonia.Node { return g.Apply("read", op.Copy(), g.Param(p)) }

// Watch keeps the gradient of an input, so that [Gradient] can read it after a
// run: saliency, or checks. Call it before the input is used.
func (g *Graph) Watch(n *gorgonia.Node) {
	if g.adopted || !n.IsVar() {
		return
	}
	g.needs[n] = true
	if n.Dtype() == tensor.Float64 {
		g.sinks[n] = op.NewSink[float64]()
	} else {
		g.sinks[n] = op.NewSink[float32]()
	}
	g.watched = append(g.watched, n)
}

func newSink(p *Param) any {
	rows := p.value.Shape()[0]
	switch {
	case p.Dtype() == tensor.Float64 && p.table:
		return op.NewRowSink[float64](rows, p.Len()/rows)
	case p.Dtype() == tensor.Float64:
		return op.NewSink[float64]()
	case p.table:
		return op.NewRowSink[float32](rows, p.Len()/rows)
	}
	return op.NewSink[float32]()
}
