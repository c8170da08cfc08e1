package recurrent

import (
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// lmNetwork is the layers of a [LanguageModel].
type lmNetwork struct {
	table   *verso.Param // "emb.weight" (tokens, dim)
	layer   Layer        // "rnn.…"
	out     verso.Linear // "out.weight" (tokens, hidden), the table where tied, and "out.bias" (tokens)
	dropout float64
}

func newLMNetwork(ps *verso.Params, tokens int, c LMConfig) *lmNetwork {
	n := &lmNetwork{dropout: c.Dropout}
	r := Config{Layers: c.Layers, Bias: true, Dropout: c.Dropout}
	vectors := verso.Normal(0, 1)
	if c.Init > 0 {
		r.Init = verso.Uniform(-c.Init, c.Init)
		vectors = r.Init
	}
	if c.Tied { // its gradient is dense
		n.table = ps.Scope("emb").New("weight", vectors, tokens, c.Dim)
	} else {
		n.table = ps.Scope("emb").NewTable("weight", vectors, tokens, c.Dim)
	}
	n.layer = c.Cell.layer(ps.Scope("rnn"), c.Dim, c.Hidden, r)
	out, first := ps.Scope("out"), r.Init
	if first == nil { // as verso.NewLinear
		b := 1 / math.Sqrt(float64(c.Hidden))
		first = verso.Uniform(-b, b)
	}
	if n.out.Weight = n.table; !c.Tied {
		n.out.Weight = out.New("weight", first, tokens, c.Hidden)
	}
	n.out.Bias = out.New("bias", first, tokens)
	return n
}

// forward reads the tokens from a state and returns the rows that the logits are
// made of, (total, hidden), and the state after them.
func (n *lmNetwork) forward(g *verso.Graph, t verso.Tokens, s State) (verso.Sequence, State) {
	x := verso.Sequence{
		Rows:    g.Apply("embedding", op.Lookup(op.LookupConfig{PadRow: -1, Mode: g.Mode()}), t.IDs, g.Param(n.table)),
		Lengths: t.Lengths,
	}
	x.Rows = drop(g, n.dropout, x.Rows)
	if g.Err() != nil {
		return x, State{}
	}
	return n.layer.Forward(g, x, s)
}

// loss is the cross entropy of the tokens that come after rows (k, hidden).
func (n *lmNetwork) loss(g *verso.Graph, rows, next *gorgonia.Node, r verso.Reduction) *gorgonia.Node {
	c := verso.DefaultCrossEntropyConfig()
	c.Reduction = r
	return verso.LinearCrossEntropy(g, &n.out, drop(g, n.dropout, rows), next, c)
}

// drop is dropout, where there is any.
func drop(g *verso.Graph, p float64, x *gorgonia.Node) *gorgonia.Node {
	if p == 0 {
		return x
	}
	return verso.Dropout{P: p}.Forward(g, x)
}
