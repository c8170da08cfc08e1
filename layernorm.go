package verso

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// LayerNorm normalises every row over its last axes, n numbers in all, and
// scales and shifts what comes out:
//
//	y = (x − μ)/√(σ² + ε) ∘ weight + bias,  μ = Σ x/n,  σ² = Σ (x − μ)²/n
//
// Cost: two passes over the elements forward, two backward.
//
// Source: Ba, Kiros & Hinton 2016, Layer normalization, equation 4; ε stands
// under the root as in PyTorch.
type LayerNorm struct {
	Weight *Param // "weight" (sizes…), nil without one
	Bias   *Param // "bias" (sizes…), nil without one
	eps    float64
	sizes  []int
}

// NewLayerNorm adds the parameters "weight", of ones, and "bias", of zeros, both
// of the given sizes: those of the input's last axes. PyTorch's default ε is
// 1e-5, BERT's 1e-12. An ε below 0, or no sizes, are an [ErrConfig].
func NewLayerNorm(ps *Params, eps float64, sizes ...int) *LayerNorm {
	l := NewLayerNormPlain(ps, eps, sizes...)
	l.Weight = ps.New("weight", Ones(), sizes...)
	l.Bias = ps.New("bias", Zeros(), sizes...)
	return l
}

// NewLayerNormPlain normalises alone, without parameters.
func NewLayerNormPlain(ps *Params, eps float64, sizes ...int) *LayerNorm {
	if _, err := op.LayerNorm(op.LayerNormConfig{Sizes: sizes, Eps: eps}); err != nil {
		ps.Fail(fmt.Errorf("%w: %w", ErrConfig, err))
	}
	return &LayerNorm{eps: eps, sizes: slices.Clone(sizes)}
}

// Forward maps x (…, sizes…) to a node of the same shape.
func (l *LayerNorm) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	s, err := op.LayerNorm(op.LayerNormConfig{Sizes: l.sizes, Eps: l.eps, Affine: l.Weight != nil, Mode: g.mode})
	if l.Weight == nil {
		return g.applyConfigured("layer norm", s, err, x)
	}
	return g.applyConfigured("layer norm", s, err, x, g.Param(l.Weight), g.Param(l.Bias))
}
