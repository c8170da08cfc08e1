package bert

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// layer is one Transformer layer with the norm behind each half (Vaswani et al.
// 2017), d dropout:
//
//	a = LayerNorm(d(Attention(x W_Q, x W_K, x W_V) W_O) + x)
//	y = LayerNorm(d(f(a W_1) W_2) + a)
type layer struct {
	cfg               Config
	query, key, value *verso.Linear // "attention.self.query" and so on, (H, H)
	project           *verso.Linear // "attention.output.dense" (H, H)
	attended          *verso.LayerNorm
	widen, narrow     *verso.Linear // "intermediate.dense" (F, H), "output.dense" (H, F)
	done              *verso.LayerNorm
	dropout           verso.Dropout
	activation        verso.Activation
}

func newLayer(ps *verso.Params, c Config) *layer {
	self, out := ps.Scope("attention").Scope("self"), ps.Scope("attention").Scope("output")
	l := &layer{cfg: c, dropout: verso.Dropout{P: c.HiddenDropout}, activation: activations[c.Activation]}
	l.query = newLinear(self.Scope("query"), c, c.Hidden, c.Hidden)
	l.key = newLinear(self.Scope("key"), c, c.Hidden, c.Hidden)
	l.value = newLinear(self.Scope("value"), c, c.Hidden, c.Hidden)
	l.project = newLinear(out.Scope("dense"), c, c.Hidden, c.Hidden)
	l.attended = verso.NewLayerNorm(out.Scope("LayerNorm"), c.LayerNormEps, c.Hidden)
	l.widen = newLinear(ps.Scope("intermediate").Scope("dense"), c, c.Hidden, c.Intermediate)
	l.narrow = newLinear(ps.Scope("output").Scope("dense"), c, c.Intermediate, c.Hidden)
	l.done = verso.NewLayerNorm(ps.Scope("output").Scope("LayerNorm"), c.LayerNormEps, c.Hidden)
	return l
}

// forward computes the layer at the rows of at, which attend to all rows of x.
// The weights are nil unless they are asked for.
func (l *layer) forward(g *verso.Graph, x verso.Sequence, mask *gorgonia.Node, at *Rows, weights bool) (verso.Sequence, *gorgonia.Node) {
	to := x
	if at != nil {
		to = verso.Sequence{Rows: TakeRows(g, x.Rows, at.Numbers), Lengths: at.Lengths} // (m, H)
	}
	q, k, v := l.query.Forward(g, to.Rows), l.key.Forward(g, x.Rows), l.value.Forward(g, x.Rows)
	c := op.AttentionConfig{Heads: l.cfg.Heads, Mask: mask != nil, Dropout: l.cfg.AttentionDropout, Mode: g.Mode()}
	if c.Dropout > 0 {
		c.Random = g.NextRandom()
	}
	a := l.project.Forward(g, attend(g, c, q, k, v, to.Lengths, x.Lengths, mask)) // (m, H)
	a = l.attended.Forward(g, verso.Add(g, dropped(g, l.dropout, a), to.Rows))
	y := l.narrow.Forward(g, l.activation.Forward(g, l.widen.Forward(g, a))) // (m, F) and back
	y = l.done.Forward(g, verso.Add(g, dropped(g, l.dropout, y), a))
	var p *gorgonia.Node
	if weights {
		p = attentionWeights(g, c, q, k, to.Lengths, x.Lengths, mask)
	}
	return verso.Sequence{Rows: y, Lengths: to.Lengths}, p
}

func attend(g *verso.Graph, c op.AttentionConfig, q, k, v, queries, keys, mask *gorgonia.Node) *gorgonia.Node {
	s, err := op.Attention(c)
	if err != nil {
		g.Fail("attention", fmt.Errorf("%w: %w", verso.ErrConfig, err))
		return nil
	}
	in := []*gorgonia.Node{q, k, v, queries, keys}
	if mask != nil {
		in = append(in, mask)
	}
	return g.Apply("attention", s, in...)
}

// attentionWeights computes the weights once more and keeps them: sequence after
// sequence, (A, queries, keys) each.
func attentionWeights(g *verso.Graph, c op.AttentionConfig, q, k, queries, keys, mask *gorgonia.Node) *gorgonia.Node {
	scores, err := op.AttentionScores(c)
	if err != nil {
		g.Fail("attention weights", fmt.Errorf("%w: %w", verso.ErrConfig, err))
		return nil
	}
	softmax, err := op.AttentionSoftmax(c)
	if err != nil {
		g.Fail("attention weights", fmt.Errorf("%w: %w", verso.ErrConfig, err))
		return nil
	}
	in := []*gorgonia.Node{g.Apply("attention scores", scores, q, k, queries, keys), queries, keys}
	if mask != nil {
		in = append(in, mask)
	}
	return g.Apply("attention weights", softmax, in...)
}
