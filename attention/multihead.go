package attention

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// MultiHeadConfig holds the options of a [MultiHead]. It is taken literally:
// start from [DefaultMultiHeadConfig].
type MultiHeadConfig struct {
	// KeyDim and ValueDim are the widths of the rows of keys and of values;
	// default 0: that of the queries.
	KeyDim, ValueDim int
	// Bias adds biases to the four projections; default true.
	Bias bool
	// Causal lets query i of a sequence see its keys 0 … i alone; default false.
	Causal bool
	// AddBiasKV adds a learned key and its value to every sequence: where a query
	// finds nothing, it can look there; default false.
	AddBiasKV bool
	// AddZeroAttn adds a key and a value of zeros to every sequence; default false.
	AddZeroAttn bool
	// Dropout is the probability with which a weight is set to 0 while the graph
	// trains; default 0.
	Dropout float64
}

// DefaultMultiHeadConfig returns PyTorch's defaults: biases, everything seen, no
// dropout.
func DefaultMultiHeadConfig() MultiHeadConfig { return MultiHeadConfig{Bias: true} }

// MultiHead is attention in several heads, each over projections of its own of
// width d = embed/heads:
//
//	y = [head_1 … head_n] W_oᵀ + b_o,  head_h = softmax(Q_h K_hᵀ/√d) V_h
//	Q = q W_qᵀ + b_q,  K = k W_kᵀ + b_k,  V = v W_vᵀ + b_v;  head h owns columns h·d … (h+1)·d − 1
//
//	query (Σ lq, embed), key (Σ lk, KeyDim), value (Σ lk, ValueDim) → y (Σ lq, embed)
//
// Cost: 2·embed·(2·lq·embed + lk·(KeyDim + ValueDim)) operations of the
// projections and 4·lq·lk·embed of the attention; memory grows with the lengths,
// not with their product.
//
// Source: Vaswani et al. 2017, Attention is all you need, section 3.2.2.
type MultiHead struct {
	In      *verso.Param  // "in_proj_weight" (3·embed, embed): W_q, W_k, W_v; nil where widths differ
	Q, K, V *verso.Param  // "q_proj_weight" (embed, embed), "k_proj_weight" (embed, KeyDim), "v_proj_weight" (embed, ValueDim), where widths differ
	InBias  *verso.Param  // "in_proj_bias" (3·embed), nil without biases
	BiasK   *verso.Param  // "bias_k" (1, 1, embed), the key of AddBiasKV; else nil
	BiasV   *verso.Param  // "bias_v" (1, 1, embed), its value; else nil
	Out     *verso.Linear // "out_proj.weight" (embed, embed), "out_proj.bias" (embed)

	embed, heads int
	cfg          MultiHeadConfig
}

// NewMultiHead adds the parameters to ps as PyTorch draws them: the projections
// of the inputs from Xavier's uniform distribution, the key and value of AddBiasKV
// from his normal one, biases 0. heads must divide embed; anything else is a [verso.ErrConfig].
func NewMultiHead(ps *verso.Params, embed, heads int, c MultiHeadConfig) *MultiHead {
	a := &MultiHead{embed: embed, heads: heads}
	if !a.splits() {
		ps.Fail(fmt.Errorf("%w: attention wants heads that divide the width, got width %d and %d heads", verso.ErrConfig, embed, heads))
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) || c.KeyDim < 0 || c.ValueDim < 0 {
		ps.Fail(fmt.Errorf("%w: attention wants a dropout of at least 0 and below 1 and widths of 0 or more, got %v, %d and %d", verso.ErrConfig, c.Dropout, c.KeyDim, c.ValueDim))
	}
	if c.KeyDim == 0 {
		c.KeyDim = embed
	}
	if c.ValueDim == 0 {
		c.ValueDim = embed
	}
	a.cfg = c
	if c.KeyDim == embed && c.ValueDim == embed {
		a.In = ps.New("in_proj_weight", verso.XavierUniform(1), 3*embed, embed)
	} else {
		a.Q = ps.New("q_proj_weight", verso.XavierUniform(1), embed, embed)
		a.K = ps.New("k_proj_weight", verso.XavierUniform(1), embed, c.KeyDim)
		a.V = ps.New("v_proj_weight", verso.XavierUniform(1), embed, c.ValueDim)
	}
	out := ps.Scope("out_proj")
	if c.Bias {
		a.InBias = ps.New("in_proj_bias", verso.Zeros(), 3*embed)
	}
	if c.AddBiasKV {
		a.BiasK, a.BiasV = ps.New("bias_k", verso.XavierNormal(1), 1, 1, embed), ps.New("bias_v", verso.XavierNormal(1), 1, 1, embed)
	}
	a.Out = verso.NewLinearNoBias(out, embed, embed)
	if c.Bias {
		a.Out.Bias = out.New("bias", verso.Zeros(), embed)
	}
	return a
}

// splits reports whether the width can be shared out among the heads.
func (a *MultiHead) splits() bool { return a.heads > 0 && a.embed > 0 && a.embed%a.heads == 0 }

// Heads returns the number of heads.
func (a *MultiHead) Heads() int { return a.heads }

// Forward lets each query look at the keys of its sequence; for self-attention
// all three are the same. The mask has no numbers for the keys that AddBiasKV and
// AddZeroAttn add: every query sees those.
func (a *MultiHead) Forward(g *verso.Graph, query, key, value verso.Sequence, mask Mask) verso.Sequence {
	y, _ := a.forward(g, query, key, value, mask, false)
	return y
}

// ForwardWeights is [MultiHead.Forward] with the weights of each head, before
// dropout: lq·lk numbers a sequence and head are kept then. The weights of added
// keys come before all others, of AddBiasKV first; PyTorch has them last.
func (a *MultiHead) ForwardWeights(g *verso.Graph, query, key, value verso.Sequence, mask Mask) (verso.Sequence, Weights) {
	return a.forward(g, query, key, value, mask, true)
}

const layerName = "multi-head attention"

func (a *MultiHead) forward(g *verso.Graph, query, key, value verso.Sequence, mask Mask, keep bool) (y verso.Sequence, w Weights) {
	c := op.AttentionConfig{Heads: a.heads, Causal: a.cfg.Causal, Dropout: a.cfg.Dropout, Mode: g.Mode()}
	query.Rows = a.project(g, 0, a.Q, a.embed, query.Rows)
	key.Rows = a.project(g, 1, a.K, a.cfg.KeyDim, key.Rows)
	value.Rows = a.project(g, 2, a.V, a.cfg.ValueDim, value.Rows)
	if a.cfg.AddZeroAttn {
		key, value = ahead(g, key, nil), ahead(g, value, nil) // (Σ (lk + 1), embed)
		c.Ahead++
	}
	if a.BiasK != nil {
		key, value = ahead(g, key, a.BiasK), ahead(g, value, a.BiasV)
		c.Ahead++
	}
	if keep {
		w = dotWeights(g, layerName, c, query, key, mask)
	}
	y = dot(g, layerName, c, query, key, value, mask) // (Σ lq, embed)
	y.Rows = a.Out.Forward(g, y.Rows)
	return y, w
}

// ahead puts a row before those of every sequence: p, or zeros without it.
func ahead(g *verso.Graph, s verso.Sequence, p *verso.Param) verso.Sequence {
	in := []*gorgonia.Node{s.Rows, s.Lengths}
	if p != nil {
		in = append(in, g.Param(p))
	}
	return verso.Sequence{
		Rows:    g.Apply(layerName, op.RowAhead(p != nil), in...),
		Lengths: g.ApplyInt(layerName, op.LengthsAhead, s.Lengths),
	}
}

// project is projection i of the three: a part of the joint weight, or own.
func (a *MultiHead) project(g *verso.Graph, i int, own *verso.Param, width int, x *gorgonia.Node) *gorgonia.Node {
	b := op.Block{ToRow: a.embed, ToCol: width, Bias: i * a.embed}
	if own == nil {
		own, b.FromRow, b.ToRow = a.In, i*a.embed, (i+1)*a.embed
	}
	in := []*gorgonia.Node{x, g.Param(own)}
	if a.InBias != nil {
		in = append(in, g.Param(a.InBias))
	}
	return g.Apply(layerName, op.LinearBlock(b, a.InBias != nil, g.Mode()), in...)
}
