package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// MeanOverTime returns the mean of the rows of each sequence: (total, features)
// → (batch, features). An empty sequence gives 0.
func MeanOverTime(g *Graph, s Sequence) *gorgonia.Node { return g.pool(op.Pool(op.PoolMean), s) }

// SumOverTime returns the sum of the rows of each sequence, 0 for an empty one.
func SumOverTime(g *Graph, s Sequence) *gorgonia.Node { return g.pool(op.Pool(op.PoolSum), s) }

// MaxOverTime returns the largest value of each feature of each sequence, 0 for
// an empty one. Of equal maxima the first gets the gradient.
func MaxOverTime(g *Graph, s Sequence) *gorgonia.Node { return g.pool(op.Pool(op.PoolMax), s) }

// KMaxOverTime keeps the k largest values of each feature of each sequence, in
// the order of time: (total, features) → (batch, k·features). Element
// i·features + j of a row is the i-th of what is kept of feature j, so that a
// row reads as k rows one after another. Where a sequence has fewer than k rows,
// the places behind them are 0. k is at least 1; anything else is an [ErrConfig].
//
// Source: Kalchbrenner, Grefenstette & Blunsom 2014, A convolutional neural
// network for modelling sentences, section 3.2.
func KMaxOverTime(g *Graph, s Sequence, k int) *gorgonia.Node {
	spec, err := op.KMaxPool(k)
	return g.applyConfigured("pooling", spec, err, s.Rows, s.Lengths)
}

func (g *Graph) pool(spec op.Spec, s Sequence) *gorgonia.Node {
	return g.Apply("pooling", spec, s.Rows, s.Lengths)
}
