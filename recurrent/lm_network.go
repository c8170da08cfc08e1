package recurrent

import (
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// lmNetwork is the layers of a [LanguageModel].
type lmNetwork struct {
	table   *verso.Param // "emb.weight" (tokens, dim)
	layer   Layer        // "rnn.…"
	out     *verso.Param // "out.weight" (tokens, hidden); the table where tied
	bias    *verso.Param // "out.bias" (tokens)
	dropout float64
}

func newLMNetwork(ps *verso.Params, tokens int, c LMConfig) *lmNetwork {
	n := &lmNetwork{dropout: c.Dropout}
	if c.Tied { // its gradient is dense
		n.table = ps.Scope("emb").New("weight", verso.Normal(0, 1), tokens, c.Dim)
	} else {
		n.table = ps.Scope("emb").NewTable("weight", verso.Normal(0, 1), tokens, c.Dim)
	}
	r, rnn := Config{Layers: c.Layers, Bias: true, Dropout: c.Dropout}, ps.Scope("rnn")
	switch c.Cell {
	case CellGRU:
		n.layer = NewGRU(rnn, c.Dim, c.Hidden, r)
	case CellRNN:
		n.layer = NewRNN(rnn, c.Dim, c.Hidden, r)
	default:
		n.layer = NewLSTM(rnn, c.Dim, c.Hidden, r)
	}
	if c.Tied {
		n.out, n.bias = n.table, ps.Scope("out").New("bias", verso.Zeros(), tokens)
	} else {
		l := verso.NewLinear(ps.Scope("out"), c.Hidden, tokens)
		n.out, n.bias = l.Weight, l.Bias
	}
	return n
}

// draw fills all parameters from U(−a, a).
func draw(ps *verso.Params, a float64, seed uint64) {
	for i, p := range ps.All() {
		x := make([]float64, p.Len())
		verso.Uniform(-a, a)(rand.New(rand.NewPCG(seed, uint64(i))), p.Shape(), x)
		if p.Float64s() != nil {
			copy(p.Float64s(), x)
			continue
		}
		for k, v := range x {
			p.Float32s()[k] = float32(v)
		}
	}
}

// forward reads the tokens from a state and returns the rows that the logits are
// made of, (total, hidden), and the state after them.
func (n *lmNetwork) forward(g *verso.Graph, t verso.Tokens, s State) (verso.Sequence, State) {
	x := verso.Sequence{
		Rows:    g.Apply("embedding", op.Lookup(op.LookupConfig{PadRow: -1, Mode: g.Mode()}), t.IDs, g.Param(n.table)),
		Lengths: t.Lengths,
	}
	x.Rows = n.drop(g, x.Rows)
	if g.Err() != nil {
		return x, State{}
	}
	return n.layer.Forward(g, x, s)
}

// logits maps rows (k, hidden) to (k, tokens).
func (n *lmNetwork) logits(g *verso.Graph, rows *gorgonia.Node) *gorgonia.Node {
	return g.Apply("logits", op.Linear(true, g.Mode()), n.drop(g, rows), g.Param(n.out), g.Param(n.bias))
}

func (n *lmNetwork) drop(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
	if n.dropout == 0 {
		return x
	}
	return verso.Dropout{P: n.dropout}.Forward(g, x)
}
