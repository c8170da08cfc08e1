package recurrent

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Layer is a recurrent net of one or more layers in one or both directions:
// [RNN], [LSTM] or [GRU], whose Weights method gives its parameters.
type Layer interface {
	// Forward returns a row for each row of x, of [Layer].Features numbers, and
	// the states after the last row of each sequence, or after its first in the
	// backward direction. initial holds the states to begin with, 0 where its
	// nodes are nil. A sequence of length 0 keeps its initial state. Errors stay
	// in g.
	Forward(g *verso.Graph, x verso.Sequence, initial State) (verso.Sequence, State)
	// Features is the width of an output row: hidden · directions.
	Features() int
}

// Weights are the parameters of one layer in one direction, with g = 1 for the
// plain net, 3 for a GRU (r, z, n) and 4 for an LSTM (i, f, g, o).
type Weights struct {
	IH     *verso.Param // "weight_ih_l0" (g·hidden, in)
	HH     *verso.Param // "weight_hh_l0" (g·hidden, hidden)
	BiasIH *verso.Param // "bias_ih_l0" (g·hidden), nil without biases
	BiasHH *verso.Param // "bias_hh_l0" (g·hidden), nil without biases
}

// network is what the kinds have in common.
type network struct {
	cfg     Config
	weights []Weights // layer·directions + direction
	kind    CellKind
	in      int
	hidden  int
}

// newNetwork adds the parameters of all layers to ps.
func newNetwork(ps *verso.Params, k CellKind, in, hidden int, c Config) network {
	n := network{cfg: c, kind: k, in: in, hidden: hidden}
	if err := c.validate(); err != nil {
		ps.Fail(fmt.Errorf("%s: %w", k, err))
		return n
	}
	first, g := c.Init, k.gates()
	if first == nil {
		b := 1 / math.Sqrt(float64(max(hidden, 1)))
		first = verso.Uniform(-b, b)
	}
	for layer := range c.Layers {
		if ps.Err() != nil {
			break // the rest would be thrown away
		}
		width := in
		if layer > 0 {
			width = n.Features()
		}
		for direction := range c.directions() {
			suffix := fmt.Sprint("_l", layer) + []string{"", "_reverse"}[direction]
			w := Weights{IH: ps.New("weight_ih"+suffix, first, g*hidden, width), HH: ps.New("weight_hh"+suffix, first, g*hidden, hidden)}
			if c.Bias {
				w.BiasIH, w.BiasHH = ps.New("bias_ih"+suffix, first, g*hidden), ps.New("bias_hh"+suffix, first, g*hidden)
			}
			n.weights = append(n.weights, w)
		}
	}
	return n
}

// Config returns the options.
func (n *network) Config() Config { return n.cfg }

// Weights returns the parameters, of layer and direction at layer·directions +
// direction.
func (n *network) Weights() []Weights { return slices.Clone(n.weights) }

// Features is the width of an output row: hidden · directions.
func (n *network) Features() int { return n.hidden * n.cfg.directions() }

// Inputs is the width of the rows that the layer reads.
func (n *network) Inputs() int { return n.in }

// Hidden is the width of a state.
func (n *network) Hidden() int { return n.hidden }

// States is the number of states, and thus the first size of a [State]:
// layers · directions.
func (n *network) States() int { return len(n.weights) }

// Forward maps x (total, in) to (total, hidden·directions); see [Layer].
func (n *network) Forward(g *verso.Graph, x verso.Sequence, initial State) (verso.Sequence, State) {
	if len(n.weights) == 0 {
		g.Fail(string(n.kind), fmt.Errorf("%w: the layer was not built", verso.ErrConfig))
		return verso.Sequence{}, State{}
	}
	if err := initial.check(n); err != nil {
		g.Fail(string(n.kind), err)
		return verso.Sequence{}, State{}
	}
	directions := n.cfg.directions()
	var hs, cs []*gorgonia.Node
	for layer := range n.cfg.Layers {
		if layer > 0 && n.cfg.Dropout > 0 {
			x.Rows = verso.Dropout{P: n.cfg.Dropout}.Forward(g, x.Rows)
		}
		var rows []*gorgonia.Node
		for direction := range directions {
			out := n.run(g, x, initial, layer*directions+direction, direction == 1)
			if out == nil {
				return verso.Sequence{}, State{}
			}
			rows, hs = append(rows, out[0]), append(hs, out[1])
			if n.kind == CellLSTM {
				cs = append(cs, out[2])
			}
		}
		if x.Rows = rows[0]; directions == 2 {
			x.Rows = verso.Concat(g, 1, rows...)
		}
	}
	final := State{H: g.Apply(string(n.kind), op.Stack(), hs...)}
	if n.kind == CellLSTM {
		final.C = g.Apply(string(n.kind), op.Stack(), cs...)
	}
	return x, final
}

// run puts one layer in one direction into the graph.
func (n *network) run(g *verso.Graph, x verso.Sequence, initial State, at int, reverse bool) []*gorgonia.Node {
	w := n.weights[at]
	in := []*gorgonia.Node{x.Rows, x.Lengths, g.Param(w.IH), g.Param(w.HH)}
	c := op.RecurrentConfig{Bias: w.BiasIH != nil, State: initial.H != nil, Memory: initial.C != nil, Reverse: reverse}
	if c.Bias {
		in = append(in, g.Param(w.BiasIH), g.Param(w.BiasHH))
	}
	for _, s := range []*gorgonia.Node{initial.H, initial.C} {
		if s != nil {
			in = append(in, g.Apply(string(n.kind), op.Element(at), s))
		}
	}
	return g.ApplyResults(string(n.kind), n.kind.spec(c, g.Mode()), in...)
}
