package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Dropout sets each element to 0 with probability P, and divides the others by
// 1 − P, while the graph trains ([Graph.SetTraining]); otherwise it changes
// nothing. P is from 0 up to but without 1; anything else is an [ErrConfig].
//
// What falls is a function of the graph's seed, the training step
// ([Graph.SetStep]) and the layer's place in the graph: run the same step again
// and the same elements fall.
//
// Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural
// networks from overfitting.
type Dropout struct{ P float64 }

// Forward returns a node of the shape of x.
func (d Dropout) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	s, err := op.Dropout(d.P, g.NextRandom(), g.mode)
	return g.applyConfigured("dropout", s, err, x)
}
