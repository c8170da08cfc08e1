package attention

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Score names one of the three scores of [Luong].
type Score string

// Luong's scores.
const (
	Dot     Score = "dot"     // q · k, of equal widths
	General Score = "general" // q · (W_a k)
	Concat  Score = "concat"  // v_a · tanh(W_a [q; k])
)

// Luong is the global attention of Luong, Pham and Manning. With the context c of
// a query q it also returns the attentional vector
//
//	h̃ = tanh(W_c [c; q])
//
//	query (Σ lq, queries), keys (Σ lk, keys) → h̃ (Σ lq, queries), c (Σ lq, keys)
//
// The keys are the values. Cost, per query and key: 2·queries operations of dot
// and general, and as many tanh as the query is wide of concat.
//
// Source: Luong, Pham & Manning 2015, Effective approaches to attention-based
// neural machine translation, section 3.1, equations 5 to 8.
type Luong struct {
	Wa *verso.Param // "Wa.weight": (queries, keys) of general, (queries, queries+keys) of concat, nil of dot
	Va *verso.Param // "va.weight" (1, queries) of concat, else nil
	Wc *verso.Param // "Wc.weight" (queries, keys+queries)

	score         Score
	queries, keys int
}

// NewLuong adds the parameters of an attention between rows of the given widths.
// An unknown score, or dot over rows of different widths, is a [verso.ErrConfig].
func NewLuong(ps *verso.Params, score Score, queries, keys int) *Luong {
	a := &Luong{score: score, queries: queries, keys: keys}
	matrix := func(name string, in, out int) *verso.Param {
		return verso.NewLinearNoBias(ps.Scope(name), in, out).Weight
	}
	switch {
	case score == Dot && queries != keys:
		ps.Fail(fmt.Errorf("%w: dot attention wants queries and keys of one width, got %d and %d", verso.ErrConfig, queries, keys))
	case score == Dot:
	case score == General:
		a.Wa = matrix("Wa", keys, queries)
	case score == Concat:
		a.Wa, a.Va = matrix("Wa", queries+keys, queries), matrix("va", queries, 1)
	default:
		ps.Fail(fmt.Errorf("%w: attention wants score %q, %q or %q, got %q", verso.ErrConfig, Dot, General, Concat, score))
	}
	a.Wc = matrix("Wc", keys+queries, queries)
	return a
}

// Forward lets each query look at the keys of its sequence and returns the
// attentional vectors besides.
func (a *Luong) Forward(g *verso.Graph, query, keys verso.Sequence, mask Mask) (verso.Sequence, Result) {
	const layer = "luong attention"
	r := attend(g, layer, op.AttentionConfig{Heads: 1}, a.scores(g, layer, query, keys), query, keys, mask)
	both := verso.Concat(g, 1, r.Context.Rows, query.Rows) // (Σ lq, keys+queries)
	h := verso.Tanh.Forward(g, g.Apply(layer, op.Linear(false, g.Mode()), both, g.Param(a.Wc)))
	return verso.Sequence{Rows: h, Lengths: query.Lengths}, r
}

func (a *Luong) scores(g *verso.Graph, layer string, query, keys verso.Sequence) *gorgonia.Node {
	k := keys.Rows
	switch a.score {
	case Concat: // W_a [q; k] is the sum of two products
		w := g.Param(a.Wa)
		q := g.Apply(layer, op.LinearBlock(op.Block{ToRow: a.queries, ToCol: a.queries}, false, g.Mode()), query.Rows, w)
		k = g.Apply(layer, op.LinearBlock(op.Block{ToRow: a.queries, FromCol: a.queries, ToCol: a.queries + a.keys}, false, g.Mode()), k, w)
		return g.Apply(layer, op.AdditiveScores(g.Mode()), q, k, g.Param(a.Va), query.Lengths, keys.Lengths)
	case General:
		k = g.Apply(layer, op.Linear(false, g.Mode()), k, g.Param(a.Wa)) // (Σ lk, queries)
	}
	in := []*gorgonia.Node{query.Rows, k, query.Lengths, keys.Lengths}
	return apply(g, layer, in)(op.AttentionScores(op.AttentionConfig{Heads: 1, Scale: 1, Mode: g.Mode()}))
}
