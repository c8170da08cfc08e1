package recurrent

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// State is the states of all layers and directions for each sequence of a batch,
// inside a graph: nodes of shape (layers·directions, batch, hidden), of which
// element layer·directions + direction is that of a layer and direction. A nil
// node stands for 0.
type State struct {
	H *gorgonia.Node // what is shown: h
	C *gorgonia.Node // the memory c of an LSTM, nil for the others
}

// check compares a state with what a network wants.
func (s State) check(n *network) error {
	if s.C != nil && n.kind != kindLSTM {
		return fmt.Errorf("%w: a state of this kind has no C", verso.ErrShape)
	}
	for i, x := range []*gorgonia.Node{s.H, s.C} {
		if x == nil {
			continue
		}
		if d := x.Shape(); len(d) != 3 || d[0] != n.States() || d[2] != n.hidden {
			return fmt.Errorf("%w: %s of the initial state wants (%d, batch, %d), got %v", verso.ErrShape, []string{"H", "C"}[i], n.States(), n.hidden, d)
		}
	}
	return nil
}

// Final returns H of the last layer as one row a sequence, both directions side
// by side: (batch, l.Features()). It is what a classifier reads that wants the
// last state, and what a decoder begins with.
func Final(g *verso.Graph, l Layer, s State) *gorgonia.Node { return final(g, l, s.H) }

// final returns the last layer's part of H or C.
func final(g *verso.Graph, l Layer, x *gorgonia.Node) *gorgonia.Node {
	if g.Err() != nil {
		return nil
	}
	if x == nil || x.Dims() != 3 || l.Features()%x.Shape()[2] != 0 {
		g.Fail("final state", fmt.Errorf("%w: a state of the layer is wanted", verso.ErrShape))
		return nil
	}
	n, directions := x.Shape()[0], l.Features()/x.Shape()[2]
	var parts []*gorgonia.Node
	for i := n - directions; i < n; i++ {
		parts = append(parts, g.Apply("final state", op.Element(i), x))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return verso.Concat(g, 1, parts...)
}
