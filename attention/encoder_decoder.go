package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Transformer is the encoder-decoder of self-attention. With e the word vectors and
// p the signals of [AddSinusoid],
//
//	m = Encoder(e_source + p)                  (Σ ls, dim)
//	logits = W_out Decoder(e_target + p, m) + b     (Σ lt, words)
//
// Row t of the target's input is the word before the one to be written. Norms stand
// before each part and after the last layer (Xiong et al. 2020), so that it learns
// without a warm-up.
//
// Source: Vaswani et al. 2017, Attention is all you need. There, word vectors are
// multiplied by √dim and shared with the output layer; here they begin as large as
// the signals and are their own.
type Transformer struct {
	Source  *embedding.Embedding // "src.weight"
	Target  *embedding.Embedding // "tgt.weight"
	Encoder *Encoder             // "encoder.…"
	Decoder *Decoder             // "decoder.…"
	Out     *verso.Linear        // "out.…"
	Dropout float64              // of the rows that go into the first layers
}

// NewTransformer adds the parameters of an encoder-decoder over word vectors of dim
// numbers. The options Causal, NormFirst and FinalNorm do not count.
func NewTransformer(ps *verso.Params, sourceWords, targetWords, dim int, c TransformerConfig) *Transformer {
	words := embedding.DefaultConfig()
	words.Init = verso.Normal(0, wordSpread)
	c.NormFirst, c.FinalNorm, c.Causal = true, true, false
	causal := c
	causal.Causal = true
	return &Transformer{
		Source:  embedding.New(ps.Scope("src"), sourceWords, dim, words),
		Target:  embedding.New(ps.Scope("tgt"), targetWords, dim, words),
		Encoder: NewEncoder(ps.Scope("encoder"), dim, c),
		Decoder: NewDecoder(ps.Scope("decoder"), dim, causal),
		Out:     verso.NewLinear(ps.Scope("out"), dim, targetWords),
		Dropout: c.Dropout,
	}
}

// Encode reads the sources. A source of length 0 is legal.
func (t *Transformer) Encode(g *verso.Graph, source verso.Tokens) verso.Sequence {
	return t.Encoder.Forward(g, t.rows(g, t.Source, source), Mask{})
}

// Forward returns the logits (Σ lt, words) of the word after each word of the target.
func (t *Transformer) Forward(g *verso.Graph, source, target verso.Tokens) *gorgonia.Node {
	rows, out := t.last(g, source, target)
	return out.Forward(g, rows)
}

// ForwardWeights is [Transformer.Forward] with the weights of each layer of the
// decoder.
func (t *Transformer) ForwardWeights(g *verso.Graph, source, target verso.Tokens) (*gorgonia.Node, []DecoderWeights) {
	y, w := t.Decoder.ForwardWeights(g, t.rows(g, t.Target, target), t.Encode(g, source), Mask{}, Mask{})
	return t.Out.Forward(g, y.Rows), w
}

// rows are word vectors in their places.
func (t *Transformer) rows(g *verso.Graph, table *embedding.Embedding, words verso.Tokens) verso.Sequence {
	x := AddSinusoid(g, table.Forward(g, words)) // (total, dim)
	x.Rows = drop(g, t.Dropout, x.Rows)
	return x
}

func (t *Transformer) last(g *verso.Graph, source, target verso.Tokens) (*gorgonia.Node, *verso.Linear) {
	y := t.Decoder.Forward(g, t.rows(g, t.Target, target), t.Encode(g, source), Mask{}, Mask{})
	return y.Rows, t.Out // (Σ lt, dim)
}

// read makes a writer of a cache over the encoder's rows.
func (t *Transformer) read(g *verso.Graph, source verso.Tokens) func(m *verso.Machine, lengths []int) (Step, *looks, error) {
	memory := t.Encode(g, source)
	return func(m *verso.Machine, lengths []int) (Step, *looks, error) {
		rows, dim, memories := m.Float32s(memory.Rows), t.Target.Weight.Shape()[1], make([][]float32, len(lengths))
		for i, n := range lengths {
			memories[i], rows = rows[:n*dim], rows[n*dim:]
		}
		c, err := t.Decoder.NewCache(memories...)
		if err != nil {
			return nil, nil, err
		}
		table := t.Target.Weight.Float32s()
		step, l := c.words(func(word, place int, row []float32) {
			SinusoidAt(place, row)
			kernel.Add(row, row, table[word*dim:(word+1)*dim])
		}, t.Out)
		return step, l, nil
	}
}
