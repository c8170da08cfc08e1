package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// DotConfig holds the options of [ScaledDotProduct]. It is taken literally: start
// from [DefaultDotConfig].
type DotConfig struct {
	// Heads into which the features are cut, each an attention of its own; default
	// 1.
	Heads int
	// Scale is the factor of the scores; default 0: 1/√d for heads of d features.
	Scale float64
	// Causal lets query i of a sequence see its keys 0 … i alone; default false.
	Causal bool
	// Dropout is the probability with which a weight is set to 0 while the graph
	// trains; default 0.
	Dropout float64
}

// DefaultDotConfig returns one head that sees everything, without dropout.
func DefaultDotConfig() DotConfig { return DotConfig{Heads: 1} }

// ScaledDotProduct is attention without parameters, over rows that are projected
// already. For each head
//
//	y = softmax(scale · q kᵀ + bias) v
//
//	q (Σ lq, heads·d), k (Σ lk, heads·d), v (Σ lk, heads·dv) → y (Σ lq, heads·dv)
//
// Head h owns columns h·d … (h+1)·d − 1. The weights are never kept: memory grows
// with the lengths, not with their product. PyTorch's function of this name has the
// same options. Heads that do not divide the features, or options outside their
// range, are the graph's error.
//
// Cost: 2·lq·lk·heads·(d + dv) operations a sequence forward, 2.5 times that
// backward.
//
// Source: Vaswani et al. 2017, Attention is all you need, section 3.2.1.
func ScaledDotProduct(g *verso.Graph, query, key, value verso.Sequence, mask Mask, c DotConfig) verso.Sequence {
	return dot(g, dotName, c.options(g), query, key, value, mask)
}

// ScaledDotProductWeights returns the weights of [ScaledDotProduct], before
// dropout: lq·lk numbers a sequence and head.
func ScaledDotProductWeights(g *verso.Graph, query, key verso.Sequence, mask Mask, c DotConfig) Weights {
	return dotWeights(g, dotName, c.options(g), query, key, mask)
}

const dotName = "scaled dot-product attention"

func (c DotConfig) options(g *verso.Graph) op.AttentionConfig {
	return op.AttentionConfig{Heads: c.Heads, Scale: c.Scale, Causal: c.Causal, Dropout: c.Dropout, Mode: g.Mode()}
}

// dot is the attention of any layer that scores by products.
func dot(g *verso.Graph, layer string, c op.AttentionConfig, query, key, value verso.Sequence, mask Mask) verso.Sequence {
	if c.Dropout > 0 {
		c.Random = g.NextRandom()
	}
	in := mask.with(&c, query.Rows, key.Rows, value.Rows, query.Lengths, key.Lengths)
	return verso.Sequence{Rows: apply(g, layer, in)(op.Attention(c)), Lengths: query.Lengths}
}

// dotWeights are the weights of dot.
func dotWeights(g *verso.Graph, layer string, c op.AttentionConfig, query, key verso.Sequence, mask Mask) Weights {
	in := []*gorgonia.Node{query.Rows, key.Rows, query.Lengths, key.Lengths}
	return softmax(g, layer, c, apply(g, layer, in)(op.AttentionScores(c)), query, key, mask)
}
