package attention

import (
	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Additive is the attention of Bahdanau, Cho and Bengio: the score of a key is
// what a layer of tanh units makes of it and the query,
//
//	s_j = v · tanh(W_q q + W_k k_j + b)
//
//	query (Σ lq, queries), keys (Σ lk, keys) → context (Σ lq, keys)
//
// The keys are the values. Cost: lq·lk·hidden tanh, and the projections.
//
// Source: Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly
// learning to align and translate, section 3.1 and appendix A.1.2.
type Additive struct {
	Query *verso.Linear // "Wq.weight" (hidden, queries)
	Key   *verso.Linear // "Wk.weight" (hidden, keys), "Wk.bias" (hidden)
	Score *verso.Linear // "v.weight" (1, hidden)
}

// NewAdditive adds the parameters of an attention between rows of the given
// widths, with a layer of hidden units.
func NewAdditive(ps *verso.Params, queries, keys, hidden int) *Additive {
	return &Additive{
		Query: verso.NewLinearNoBias(ps.Scope("Wq"), queries, hidden),
		Key:   verso.NewLinear(ps.Scope("Wk"), keys, hidden),
		Score: verso.NewLinearNoBias(ps.Scope("v"), hidden, 1),
	}
}

// Forward lets each query look at the keys of its sequence.
func (a *Additive) Forward(g *verso.Graph, query, keys verso.Sequence, mask Mask) Result {
	return a.Attend(g, query, a.Project(g, keys), keys, mask)
}

// Project computes W_k k + b, which all queries share: a decoder that asks word by
// word computes it once.
func (a *Additive) Project(g *verso.Graph, keys verso.Sequence) verso.Sequence {
	return verso.Sequence{Rows: a.Key.Forward(g, keys.Rows), Lengths: keys.Lengths}
}

// Attend is [Additive.Forward] with keys that [Additive.Project] returned, and
// values of any width.
func (a *Additive) Attend(g *verso.Graph, query, projected, values verso.Sequence, mask Mask) Result {
	q := a.Query.Forward(g, query.Rows) // (Σ lq, hidden)
	scores := g.Apply("additive attention", op.AdditiveScores(g.Mode()), q, projected.Rows, g.Param(a.Score.Weight), query.Lengths, projected.Lengths)
	return attend(g, "additive attention", op.AttentionConfig{Heads: 1}, scores, query, values, mask)
}
