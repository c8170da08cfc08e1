package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Pooling makes one row of each sequence by attention with a single query that
// is learned: a reader that knows what to look for. It stands where a maximum or
// a mean over time would, after a recurrent net for one.
//
//	α = softmax over t of u · tanh(W x_t + b),  y = Σ_t α_t x_t
//
//	x (total, features) → y (batch, features)
//
// An empty sequence gives 0. Cost: 2·total·features·hidden operations.
//
// Source: Yang et al. 2016, Hierarchical attention networks for document
// classification, equations 5 to 7.
type Pooling struct {
	Hidden *verso.Linear // "hidden.weight" (hidden, features), "hidden.bias" (hidden)
	Query  *verso.Linear // "query.weight" (1, hidden): u
}

// NewPooling adds the parameters of a pooling of rows of the given number of
// features, with a layer of hidden units.
func NewPooling(ps *verso.Params, features, hidden int) *Pooling {
	return &Pooling{Hidden: verso.NewLinear(ps.Scope("hidden"), features, hidden), Query: verso.NewLinearNoBias(ps.Scope("query"), hidden, 1)}
}

// Forward returns a row for each sequence, and weights with one query for each.
func (p *Pooling) Forward(g *verso.Graph, x verso.Sequence, mask Mask) (*gorgonia.Node, Weights) {
	scores := p.Query.Forward(g, verso.Tanh.Forward(g, p.Hidden.Forward(g, x.Rows))) // (total, 1)
	one := verso.Sequence{Lengths: g.ApplyInt("attention pooling", ones, x.Lengths)}
	r := attend(g, "attention pooling", op.AttentionConfig{Heads: 1}, scores, one, x, mask)
	return r.Context.Rows, r.Weights
}

// ones gives a 1 for each sequence: its number of queries.
var ones = op.IntSpec{Name: "one query a sequence", F: func(out []int, in ...[]int) ([]int, error) {
	for range in[0] {
		out = append(out, 1)
	}
	return out, nil
}}
