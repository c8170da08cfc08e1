package attention

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// TransformerConfig holds the options of the Transformer's layers. It is taken
// literally: start from [DefaultTransformerConfig].
type TransformerConfig struct {
	// Heads of every attention; default 8.
	Heads int
	// FeedForward is the number of hidden units of the two linear layers after
	// the attention; default 2048.
	FeedForward int
	// Layers one above the other, of [Encoder] and [Decoder]; default 6.
	Layers int
	// Activation between the two linear layers; default ReLU.
	Activation verso.Activation
	// Dropout is the probability of every dropout: of attention weights, of
	// hidden units, and of what each part adds to the rows; default 0.1.
	Dropout float64
	// NormFirst normalises what goes into each part (Xiong et al. 2020, On layer
	// normalization in the Transformer architecture) instead of the sum that
	// comes out of it; default false, as Vaswani et al.
	NormFirst bool
	// FinalNorm normalises what comes out of the last layer of [Encoder] and
	// [Decoder]; default false. With NormFirst it belongs there.
	FinalNorm bool
	// Eps is under the root of every normalisation; default 1e-5.
	Eps float64
	// Causal lets a row see itself and the rows before it alone: a language model,
	// or a decoder that writes row by row; default false, of a decoder true.
	Causal bool
}

// DefaultTransformerConfig returns the base model of Vaswani et al. 2017, table
// 3, which has rows of 512, with PyTorch's ε.
func DefaultTransformerConfig() TransformerConfig {
	return TransformerConfig{Heads: 8, FeedForward: 2048, Layers: 6, Activation: verso.ReLU, Dropout: 0.1, Eps: 1e-5}
}

// DefaultDecoderConfig is [DefaultTransformerConfig] of a causal [Decoder].
func DefaultDecoderConfig() TransformerConfig {
	c := DefaultTransformerConfig()
	c.Causal = true
	return c
}

func (c TransformerConfig) validate() error {
	switch {
	case c.FeedForward < 1:
		return fmt.Errorf("%w: a Transformer wants at least 1 hidden unit, got %d", verso.ErrConfig, c.FeedForward)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("%w: a Transformer wants a dropout of at least 0 and below 1, got %v", verso.ErrConfig, c.Dropout)
	}
	if _, err := op.Activate(op.Activation(c.Activation), nil); err != nil {
		return fmt.Errorf("%w: %w", verso.ErrConfig, err)
	}
	return nil // the rest is looked at by the parts
}

func (c TransformerConfig) multiHead(causal bool) MultiHeadConfig {
	m := DefaultMultiHeadConfig()
	m.Causal, m.Dropout = causal, c.Dropout
	return m
}

// part is what the Transformer's layers are made of: a function of rows with its
// normalisation, whose result is added to the rows it was given.
//
//	y = norm(x + dropout(f(x)))    or, with NormFirst, y = x + dropout(f(norm(x)))
type part struct {
	norm *verso.LayerNorm
	cfg  TransformerConfig
}

func newPart(ps *verso.Params, name string, embed int, c TransformerConfig) part {
	return part{norm: verso.NewLayerNorm(ps.Scope(name), c.Eps, embed), cfg: c}
}

func (p part) forward(g *verso.Graph, x *gorgonia.Node, f func(x *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	if p.cfg.NormFirst {
		return verso.Add(g, x, drop(g, p.cfg.Dropout, f(p.norm.Forward(g, x))))
	}
	return p.norm.Forward(g, verso.Add(g, x, drop(g, p.cfg.Dropout, f(x))))
}

// drop is dropout, or x itself where nothing falls.
func drop(g *verso.Graph, p float64, x *gorgonia.Node) *gorgonia.Node {
	if p == 0 {
		return x
	}
	return verso.Dropout{P: p}.Forward(g, x)
}

// feedForward is W_2 dropout(f(W_1 x + b_1)) + b_2 on every row.
type feedForward struct {
	linear1, linear2 *verso.Linear
	cfg              TransformerConfig
}

func newFeedForward(ps *verso.Params, embed int, c TransformerConfig) feedForward {
	return feedForward{
		linear1: verso.NewLinear(ps.Scope("linear1"), embed, max(1, c.FeedForward)),
		linear2: verso.NewLinear(ps.Scope("linear2"), max(1, c.FeedForward), embed),
		cfg:     c,
	}
}

func (f feedForward) forward(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
	hidden := f.cfg.Activation.Forward(g, f.linear1.Forward(g, x)) // (total, FeedForward)
	return f.linear2.Forward(g, drop(g, f.cfg.Dropout, hidden))
}

// layers checks how many layers are wanted and builds them under "layers.i".
func layers[L any](ps *verso.Params, c TransformerConfig, build func(ps *verso.Params) L) []L {
	if c.Layers < 1 {
		ps.Fail(fmt.Errorf("%w: a Transformer wants at least 1 layer, got %d", verso.ErrConfig, c.Layers))
	}
	var out []L
	for i := range c.Layers {
		if ps.Err() != nil {
			break // the rest would be thrown away
		}
		out = append(out, build(ps.Scope("layers").Scope(fmt.Sprint(i))))
	}
	return out
}

// finalNorm returns the normalisation "norm" where one is wanted.
func finalNorm(ps *verso.Params, embed int, c TransformerConfig) *verso.LayerNorm {
	if !c.FinalNorm {
		return nil
	}
	return verso.NewLayerNorm(ps.Scope("norm"), c.Eps, embed)
}
