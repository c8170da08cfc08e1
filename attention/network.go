package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/recurrent"
)

// network goes from word numbers to logits:
//
//	x = table[ids]                        (total, dim)
//	h = Encoder(x + positions) or GRU(x)  (total, features)
//	s = Σ_t α_t h_t                       (batch, features)   attention pooling
//	y = W s + b                           (batch, classes)
//
// Parameters: "emb.weight"; "encoder.layers.0.…" of [Encoder] or
// "rnn.weight_ih_l0" and so on; "pool.hidden", "pool.query" of [Pooling]; "fc".
type network struct {
	table   *embedding.Embedding
	encoder *Encoder        // nil with a recurrent reader
	rnn     recurrent.Layer // nil with self-attention
	pool    *Pooling
	dropout float64
	fc      *verso.Linear
}

func newNetwork(ps *verso.Params, c Config, words, classes int) *network {
	n := &network{dropout: c.Dropout}
	e := embedding.DefaultConfig()
	e.Init = verso.Normal(0, wordSpread)
	n.table = embedding.New(ps.Scope("emb"), words, c.Dim, e)
	features := c.Dim
	if c.Reader == Recurrent {
		r := recurrent.DefaultConfig()
		r.Layers, r.Bidirectional = c.Layers, true
		if c.Layers > 1 {
			r.Dropout = c.Dropout
		}
		n.rnn = recurrent.NewGRU(ps.Scope("rnn"), c.Dim, c.Hidden, r)
		features = n.rnn.Features()
	} else {
		t := DefaultTransformerConfig()
		t.Heads, t.FeedForward, t.Layers, t.Dropout = c.Heads, c.FeedForward, c.Layers, c.Dropout
		t.Activation, t.NormFirst, t.FinalNorm = verso.GELU, true, true
		n.encoder = NewEncoder(ps.Scope("encoder"), c.Dim, t)
	}
	n.pool = NewPooling(ps.Scope("pool"), features, c.Pooling)
	n.fc = verso.NewLinear(ps.Scope("fc"), features, classes)
	return n
}

// wordSpread is the standard deviation of word vectors before training: that of
// the sinusoids that a Transformer adds to them, so that neither drowns the other.
// Recurrent nets start well with it too.
const wordSpread = 0.7

// outputs are the nodes of one forward pass.
type outputs struct {
	logits *gorgonia.Node // (batch, classes)
	pooled Weights        // one query a text
	layers []Weights      // of self-attention; nil unless asked for
}

// forward puts the model into a graph; keep says whether the weights of
// self-attention are wanted.
func (n *network) forward(g *verso.Graph, t verso.Tokens, keep bool) outputs {
	var o outputs
	x := n.table.Forward(g, t) // (total, dim)
	if n.encoder != nil {
		x = AddSinusoid(g, x)
	}
	x.Rows = drop(g, n.dropout, x.Rows)
	switch {
	case n.rnn != nil:
		x, _ = n.rnn.Forward(g, x, recurrent.State{})
	case keep:
		x, o.layers = n.encoder.ForwardWeights(g, x, Mask{})
	default:
		x = n.encoder.Forward(g, x, Mask{})
	}
	var s *gorgonia.Node
	s, o.pooled = n.pool.Forward(g, x, Mask{}) // (batch, features)
	o.logits = n.fc.Forward(g, drop(g, n.dropout, s))
	return o
}
