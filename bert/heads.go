package bert

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
)

// Pooler makes one row of each sequence, of its first piece:
//
//	p = tanh(W x_[CLS] + b)      (batch, H)
//
// An empty sequence counts as a row of zeros.
type Pooler struct {
	Dense *verso.Linear // "dense" (H, H)
}

// NewPooler adds the pooler to ps.
func NewPooler(ps *verso.Params, c Config) *Pooler {
	return &Pooler{newLinear(ps.Scope("dense"), c, c.Hidden, c.Hidden)}
}

// Forward reads the first row of each sequence.
func (p *Pooler) Forward(g *verso.Graph, last verso.Sequence) *gorgonia.Node {
	x := verso.TakeRows(g, last.Rows, starts(g, last.Lengths)) // (batch, H)
	return verso.Tanh.Forward(g, p.Dense.Forward(g, x))
}

// MaskedWords is the head that says which word piece stood at a place:
//
//	z = LayerNorm(f(W x + b)) Eᵀ + c      (m, V)
//
// where E is the encoder's table of words itself ("tied"). Give it the masked
// rows alone: z is the largest thing that BERT computes.
type MaskedWords struct {
	dense      *verso.Linear    // "transform.dense" (H, H)
	norm       *verso.LayerNorm // "transform.LayerNorm"
	decoder    *verso.Linear    // the encoder's table (V, H) and "bias" (V)
	activation verso.Activation
}

// NewMaskedWords adds the head to ps.
func NewMaskedWords(ps *verso.Params, e *Encoder) *MaskedWords {
	c := e.cfg
	return &MaskedWords{
		dense:      newLinear(ps.Scope("transform").Scope("dense"), c, c.Hidden, c.Hidden),
		norm:       verso.NewLayerNorm(ps.Scope("transform").Scope("LayerNorm"), c.LayerNormEps, c.Hidden),
		decoder:    &verso.Linear{Weight: e.embeddings.word, Bias: ps.New("bias", verso.Zeros(), c.VocabSize)},
		activation: activations[c.Activation],
	}
}

// Forward returns the logits of rows (m, H).
func (h *MaskedWords) Forward(g *verso.Graph, rows *gorgonia.Node) *gorgonia.Node {
	return h.decoder.Forward(g, h.transform(g, rows))
}

func (h *MaskedWords) transform(g *verso.Graph, rows *gorgonia.Node) *gorgonia.Node {
	return h.norm.Forward(g, h.activation.Forward(g, h.dense.Forward(g, rows)))
}

// NewNextSentence adds the head that says whether the second text of a sequence
// follows the first, a linear map of the pooled rows to (batch, 2): class 0 means
// that it does, as in Devlin's program.
func NewNextSentence(ps *verso.Params, c Config) *verso.Linear { return newLinear(ps, c, c.Hidden, 2) }

// NewClassification adds the head of a classifier, a linear map of the pooled
// rows, or of all rows for a class of each word piece.
func NewClassification(ps *verso.Params, c Config, classes int) *verso.Linear {
	return newLinear(ps, c, c.Hidden, classes)
}

// Loss returns the mean cross entropy of rows (m, H) against the numbers of the
// pieces that stood there (m), without ever holding all logits.
func (h *MaskedWords) Loss(g *verso.Graph, rows, labels *gorgonia.Node) *gorgonia.Node {
	return verso.LinearCrossEntropy(g, h.decoder, h.transform(g, rows), labels, verso.DefaultCrossEntropyConfig())
}
