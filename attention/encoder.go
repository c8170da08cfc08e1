package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
)

// EncoderLayer is a layer of the Transformer's encoder: self-attention, then two
// linear layers on every row, each added to its input and normalised.
//
//	x = norm1(x + attention(x)),  y = norm2(x + W_2 f(W_1 x + b_1) + b_2)
//
//	x (total, embed) → y (total, embed)
//
// Parameters: "self_attn.…" of [MultiHead], "linear1.weight" (FeedForward, embed),
// "linear1.bias", "linear2.weight" (embed, FeedForward), "linear2.bias", and
// "norm1", "norm2" with "weight" and "bias" each.
//
// Cost: 8·embed² + 4·embed·FeedForward operations a row, and 4·embed for each
// row that it sees.
//
// Source: Vaswani et al. 2017, Attention is all you need, section 3.1.
type EncoderLayer struct {
	SelfAttention *MultiHead
	attend, feed  part
	hidden        feedForward
}

// NewEncoderLayer adds the parameters of a layer over rows of embed numbers.
// Of the options, Layers and FinalNorm do not count.
func NewEncoderLayer(ps *verso.Params, embed int, c TransformerConfig) *EncoderLayer {
	if err := c.validate(); err != nil {
		ps.Fail(err)
	}
	return &EncoderLayer{
		SelfAttention: NewMultiHead(ps.Scope("self_attn"), embed, c.Heads, c.multiHead(c.Causal)),
		hidden:        newFeedForward(ps, embed, c),
		attend:        newPart(ps, "norm1", embed, c),
		feed:          newPart(ps, "norm2", embed, c),
	}
}

// Forward returns a row for each row of x. The mask says what rows may see of one
// another.
func (l *EncoderLayer) Forward(g *verso.Graph, x verso.Sequence, mask Mask) verso.Sequence {
	y, _ := l.forward(g, x, mask, false)
	return y
}

// ForwardWeights is [EncoderLayer.Forward] with the weights of its attention.
func (l *EncoderLayer) ForwardWeights(g *verso.Graph, x verso.Sequence, mask Mask) (verso.Sequence, Weights) {
	return l.forward(g, x, mask, true)
}

func (l *EncoderLayer) forward(g *verso.Graph, x verso.Sequence, mask Mask, keep bool) (verso.Sequence, Weights) {
	var w Weights
	rows := l.attend.forward(g, x.Rows, func(rows *gorgonia.Node) *gorgonia.Node {
		s := verso.Sequence{Rows: rows, Lengths: x.Lengths}
		s, w = l.SelfAttention.forward(g, s, s, s, mask, keep)
		return s.Rows
	})
	rows = l.feed.forward(g, rows, func(rows *gorgonia.Node) *gorgonia.Node { return l.hidden.forward(g, rows) })
	return verso.Sequence{Rows: rows, Lengths: x.Lengths}, w
}

// Encoder is a stack of [EncoderLayer], "layers.0" and so on, with a last
// normalisation "norm" where FinalNorm says so.
type Encoder struct {
	Layers []*EncoderLayer
	Norm   *verso.LayerNorm // nil without FinalNorm
}

// NewEncoder adds the parameters of a stack over rows of embed numbers.
func NewEncoder(ps *verso.Params, embed int, c TransformerConfig) *Encoder {
	return &Encoder{
		Layers: layers(ps, c, func(ps *verso.Params) *EncoderLayer { return NewEncoderLayer(ps, embed, c) }),
		Norm:   finalNorm(ps, embed, c),
	}
}

// Forward returns a row for each row of x; mask is that of [EncoderLayer.Forward].
func (e *Encoder) Forward(g *verso.Graph, x verso.Sequence, mask Mask) verso.Sequence {
	for _, l := range e.Layers {
		x = l.Forward(g, x, mask)
	}
	return e.end(g, x)
}

// ForwardWeights is [Encoder.Forward] with the weights of each layer.
func (e *Encoder) ForwardWeights(g *verso.Graph, x verso.Sequence, mask Mask) (verso.Sequence, []Weights) {
	all := make([]Weights, len(e.Layers))
	for i, l := range e.Layers {
		x, all[i] = l.ForwardWeights(g, x, mask)
	}
	return e.end(g, x), all
}

func (e *Encoder) end(g *verso.Graph, x verso.Sequence) verso.Sequence {
	if e.Norm != nil {
		x.Rows = e.Norm.Forward(g, x.Rows)
	}
	return x
}
