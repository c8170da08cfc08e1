package bert

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
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
// The weights are empty unless they are asked for.
func (l *layer) forward(g *verso.Graph, x verso.Sequence, mask *gorgonia.Node, at *Rows, weights bool) (verso.Sequence, attention.Weights) {
	to := x
	if at != nil {
		to = verso.Sequence{Rows: verso.TakeRows(g, x.Rows, at.Numbers), Lengths: at.Lengths} // (m, H)
	}
	rows := func(linear *verso.Linear, s verso.Sequence) verso.Sequence {
		return verso.Sequence{Rows: linear.Forward(g, s.Rows), Lengths: s.Lengths}
	}
	q, k, v := rows(l.query, to), rows(l.key, x), rows(l.value, x)
	seen, c := attention.Mask{Keys: mask}, attention.DotConfig{Heads: l.cfg.Heads, Dropout: l.cfg.AttentionDropout}
	a := l.project.Forward(g, attention.ScaledDotProduct(g, q, k, v, seen, c).Rows) // (m, H)
	a = l.attended.Forward(g, verso.Add(g, dropped(g, l.dropout, a), to.Rows))
	y := l.narrow.Forward(g, l.activation.Forward(g, l.widen.Forward(g, a))) // (m, F) and back
	y = l.done.Forward(g, verso.Add(g, dropped(g, l.dropout, y), a))
	var p attention.Weights
	if weights {
		p = attention.ScaledDotProductWeights(g, q, k, seen, c)
	}
	return verso.Sequence{Rows: y, Lengths: to.Lengths}, p
}
