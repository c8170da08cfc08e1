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
	if s.C != nil && n.kind != CellLSTM {
		return fmt.Errorf("%w: the initial state of %q has no C, got one of %v", verso.ErrShape, n.kind, s.C.Shape())
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
	if l == nil || x == nil {
		g.Fail("final state", fmt.Errorf("%w: a layer and a state of it are wanted, got %T and %v", verso.ErrShape, l, x))
		return nil
	}
	if x.Dims() != 3 || x.Shape()[2] == 0 || l.Features()%x.Shape()[2] != 0 {
		g.Fail("final state", fmt.Errorf("%w: a layer with rows of %d wants states of a part of that width, got %v", verso.ErrShape, l.Features(), x.Shape()))
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
