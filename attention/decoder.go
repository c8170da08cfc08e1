package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
)

// DecoderLayer is a layer of the Transformer's decoder: self-attention, attention to the rows that an encoder returned, and two linear layers.
//
//	x = norm1(x + attention(x)),  x = norm2(x + attention(x, memory)),
//	y = norm3(x + W_2 f(W_1 x + b_1) + b_2)
//
//	x (Σ lx, embed), memory (Σ lm, embed) → y (Σ lx, embed)
//
// Parameters: those of [EncoderLayer], "multihead_attn.…" of [MultiHead], and
// "norm3".
//
// Source: Vaswani et al. 2017, Attention is all you need, section 3.1.
type DecoderLayer struct {
	SelfAttention  *MultiHead // "self_attn"
	CrossAttention *MultiHead // "multihead_attn"

	attend, look, feed part
	hidden             feedForward
}

// NewDecoderLayer adds the parameters of a layer over rows of embed numbers. Of
// the options, Layers and FinalNorm do not count. A decoder that writes word by
// word must be causal: [DefaultDecoderConfig].
func NewDecoderLayer(ps *verso.Params, embed int, c TransformerConfig) *DecoderLayer {
	if err := c.validate(); err != nil {
		ps.Fail(err)
	}
	return &DecoderLayer{
		SelfAttention:  NewMultiHead(ps.Scope("self_attn"), embed, c.Heads, c.multiHead(c.Causal)),
		CrossAttention: NewMultiHead(ps.Scope("multihead_attn"), embed, c.Heads, c.multiHead(false)),
		hidden:         newFeedForward(ps, embed, c),
		attend:         newPart(ps, "norm1", embed, c),
		look:           newPart(ps, "norm2", embed, c),
		feed:           newPart(ps, "norm3", embed, c),
	}
}

// DecoderWeights say where the rows of a decoder looked.
type DecoderWeights struct {
	Self   Weights // among themselves
	Memory Weights // at the rows of the encoder
}

// Forward returns a row for each row of x. The masks say what the rows may see of
// one another, and of memory.
func (l *DecoderLayer) Forward(g *verso.Graph, x, memory verso.Sequence, mask, memoryMask Mask) verso.Sequence {
	y, _ := l.forward(g, x, memory, mask, memoryMask, false)
	return y
}

// ForwardWeights is [DecoderLayer.Forward] with the weights of both attentions.
func (l *DecoderLayer) ForwardWeights(g *verso.Graph, x, memory verso.Sequence, mask, memoryMask Mask) (verso.Sequence, DecoderWeights) {
	return l.forward(g, x, memory, mask, memoryMask, true)
}

func (l *DecoderLayer) forward(g *verso.Graph, x, memory verso.Sequence, mask, memoryMask Mask, keep bool) (verso.Sequence, DecoderWeights) {
	var w DecoderWeights
	with := func(rows *gorgonia.Node) verso.Sequence { return verso.Sequence{Rows: rows, Lengths: x.Lengths} }
	rows := l.attend.forward(g, x.Rows, func(rows *gorgonia.Node) *gorgonia.Node {
		s := with(rows)
		s, w.Self = l.SelfAttention.forward(g, s, s, s, mask, keep)
		return s.Rows
	})
	rows = l.look.forward(g, rows, func(rows *gorgonia.Node) *gorgonia.Node {
		s := with(rows)
		s, w.Memory = l.CrossAttention.forward(g, s, memory, memory, memoryMask, keep)
		return s.Rows
	})
	rows = l.feed.forward(g, rows, func(rows *gorgonia.Node) *gorgonia.Node { return l.hidden.forward(g, rows) })
	return with(rows), w
}

// Decoder is a stack of [DecoderLayer], "layers.0" and so on, with a last
// normalisation "norm" where FinalNorm says so.
type Decoder struct {
	Layers []*DecoderLayer
	Norm   *verso.LayerNorm // nil without FinalNorm
}

// NewDecoder adds the parameters of a stack over rows of embed numbers.
func NewDecoder(ps *verso.Params, embed int, c TransformerConfig) *Decoder {
	return &Decoder{
		Layers: layers(ps, c, func(ps *verso.Params) *DecoderLayer { return NewDecoderLayer(ps, embed, c) }),
		Norm:   finalNorm(ps, embed, c),
	}
}

// Forward returns a row for each row of x; masks are those of
// [DecoderLayer.Forward].
func (d *Decoder) Forward(g *verso.Graph, x, memory verso.Sequence, mask, memoryMask Mask) verso.Sequence {
	for _, l := range d.Layers {
		x = l.Forward(g, x, memory, mask, memoryMask)
	}
	return d.end(g, x)
}

// ForwardWeights is [Decoder.Forward] with the weights of each layer.
func (d *Decoder) ForwardWeights(g *verso.Graph, x, memory verso.Sequence, mask, memoryMask Mask) (verso.Sequence, []DecoderWeights) {
	all := make([]DecoderWeights, len(d.Layers))
	for i, l := range d.Layers {
		x, all[i] = l.ForwardWeights(g, x, memory, mask, memoryMask)
	}
	return d.end(g, x), all
}

func (d *Decoder) end(g *verso.Graph, x verso.Sequence) verso.Sequence {
	if d.Norm != nil {
		x.Rows = d.Norm.Forward(g, x.Rows)
	}
	return x
}
