package conv1d

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
)

// MaxOverTime keeps the largest value of each feature of each sequence, wherever
// it stands:
//
//	y[i, q] = max over t of x_t[q],  x_t the rows of sequence i
//
// (total, features) → (batch, features). An empty sequence gives 0. The gradient
// goes to the row of the maximum alone, to the first of equal ones. It is
// [verso.MaxOverTime].
//
// Source: Collobert et al. 2011, section 3.3.2.
func MaxOverTime(g *verso.Graph, s verso.Sequence) *gorgonia.Node { return verso.MaxOverTime(g, s) }

// KMaxOverTime keeps the k largest values of each feature of each sequence in
// the order of time: (total, features) → (batch, k·features), where element
// i·features + q is the i-th of what is kept of feature q. A sequence of fewer
// than k rows leaves the places behind them 0. It is [verso.KMaxOverTime].
//
// Source: Kalchbrenner, Grefenstette & Blunsom 2014, A convolutional neural
// network for modelling sentences, section 3.2.
func KMaxOverTime(g *verso.Graph, s verso.Sequence, k int) *gorgonia.Node {
	return verso.KMaxOverTime(g, s, k)
}

// AverageOverTime is the mean of the rows of each sequence:
//
//	y[i, q] = 1/n Σ_t x_t[q],  n the length of sequence i
//
// (total, features) → (batch, features). An empty sequence gives 0. It is
// [verso.MeanOverTime].
func AverageOverTime(g *verso.Graph, s verso.Sequence) *gorgonia.Node {
	return verso.MeanOverTime(g, s)
}
