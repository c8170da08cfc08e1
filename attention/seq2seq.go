package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/recurrent"
)

// Seq2Seq is the encoder-decoder with attention: a recurrent net reads the source
// in both directions, and a second one writes the target and asks at each word
// what the first one has read.
//
//	y = GRU in both directions of the source's word vectors        (Σ ls, 2·hidden)
//	h_0 = tanh(W_init [h_fwd; h_bwd] + b)                          (batch, hidden)
//	h_t, c_t of [RecurrentDecoder] over the target's word vectors e
//	logits_t = W_out [h_t; c_t; e_t] + b                           (Σ lt, words)
//
// Row t of the target's input is the word before the one to be written.
//
// Source: Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly
// learning to align and translate. Unlike there, h_0 is made of the last states of
// both directions, where the paper takes the backward one's; the output layer reads
// h_t and is linear, where the paper's reads h_{t−1} and has maxout units; and the
// unit's reset gate is where [recurrent.GRU] has it. The reader may have more layers.
type Seq2Seq struct {
	Source  *embedding.Embedding // "src.weight"
	Target  *embedding.Embedding // "tgt.weight"
	Encoder *recurrent.GRU       // "enc.…"
	Init    *verso.Linear        // "init.…"
	Decoder *RecurrentDecoder    // "att.…", "dec.…"
	Out     *verso.Linear        // "out.…"
	Dropout float64              // of word vectors, between layers and of the rows that the output layer reads
}

// Seq2SeqConfig holds the sizes of a [Seq2Seq]; all are wanted but for the last two.
type Seq2SeqConfig struct {
	SourceWords, TargetWords int
	Dim                      int     // of word vectors
	Hidden                   int     // of each direction of the encoder, and of the decoder
	Attention                int     // hidden units of the attention
	Layers                   int     // of the encoder; default 1, which is also meant by 0
	Dropout                  float64 // default 0
}

// NewSeq2Seq adds the parameters of an encoder-decoder.
func NewSeq2Seq(ps *verso.Params, c Seq2SeqConfig) *Seq2Seq {
	words := embedding.DefaultConfig()
	words.Init = verso.Normal(0, wordSpread)
	both := recurrent.DefaultConfig()
	if both.Layers, both.Bidirectional = max(1, c.Layers), true; both.Layers > 1 {
		both.Dropout = c.Dropout
	}
	return &Seq2Seq{
		Source:  embedding.New(ps.Scope("src"), c.SourceWords, c.Dim, words),
		Target:  embedding.New(ps.Scope("tgt"), c.TargetWords, c.Dim, words),
		Encoder: recurrent.NewGRU(ps.Scope("enc"), c.Dim, c.Hidden, both),
		Init:    verso.NewLinear(ps.Scope("init"), 2*c.Hidden, c.Hidden),
		Decoder: NewRecurrentDecoder(ps, c.Dim, 2*c.Hidden, c.Hidden, c.Attention),
		Out:     verso.NewLinear(ps.Scope("out"), 3*c.Hidden+c.Dim, c.TargetWords),
		Dropout: c.Dropout,
	}
}

// Encoded is what the decoder begins with and asks.
type Encoded struct {
	Rows      verso.Sequence // y
	Projected verso.Sequence // the keys that y has in the attention
	State     *gorgonia.Node // h_0 (batch, hidden)
}

// Encode reads the sources. A source of length 0 is legal.
func (s *Seq2Seq) Encode(g *verso.Graph, source verso.Tokens) Encoded {
	x := s.Source.Forward(g, source) // (Σ ls, dim)
	x.Rows = drop(g, s.Dropout, x.Rows)
	y, last := s.Encoder.Forward(g, x, recurrent.State{}) // (Σ ls, 2·hidden)
	h := s.Init.Forward(g, recurrent.Final(g, s.Encoder, last))
	return Encoded{Rows: y, Projected: s.Decoder.Attention.Project(g, y), State: verso.Tanh.Forward(g, h)}
}

// Forward returns the logits (Σ lt, words) of the word after each word of the
// target, and where the decoder looked.
func (s *Seq2Seq) Forward(g *verso.Graph, source, target verso.Tokens) (*gorgonia.Node, Weights) {
	rows, looked := s.decode(g, source, target)
	return s.Out.Forward(g, rows), looked
}

// decode returns the rows (Σ lt, 3·hidden + dim) that the logits are made of.
func (s *Seq2Seq) decode(g *verso.Graph, source, target verso.Tokens) (*gorgonia.Node, Weights) {
	e := s.Encode(g, source)
	x := s.Target.Forward(g, target) // (Σ lt, dim)
	words := x.Rows
	x.Rows = drop(g, s.Dropout, words)
	d := s.Decoder.Forward(g, x, e.Projected, e.Rows, e.State)
	rows := verso.Concat(g, 1, d.States.Rows, d.Context.Rows, words) // (Σ lt, 3·hidden + dim)
	return drop(g, s.Dropout, rows), d.Weights
}
