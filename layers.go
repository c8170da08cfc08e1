package verso

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Linear is an affine map of the last axis, y = x Wᵀ + b.
type Linear struct {
	Weight *Param // "weight" (out, in)
	Bias   *Param // "bias" (out), nil without one
}

// NewLinear adds the parameters "weight" and "bias" to ps, both drawn from
// U(−1/√in, 1/√in) as PyTorch's Linear does.
func NewLinear(ps *Params, in, out int) *Linear {
	b := 1 / math.Sqrt(float64(max(in, 1)))
	l := NewLinearNoBias(ps, in, out)
	l.Bias = ps.New("bias", Uniform(-b, b), out)
	return l
}

// NewLinearNoBias adds the parameter "weight" alone: y = x Wᵀ.
func NewLinearNoBias(ps *Params, in, out int) *Linear {
	return &Linear{Weight: ps.New("weight", KaimingUniform(math.Sqrt(5)), out, in)}
}

// Forward maps x (…, in) to (…, out).
func (l *Linear) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	if l.Bias == nil {
		return g.Apply("linear", op.Linear(false, g.mode), x, g.Param(l.Weight))
	}
	return g.Apply("linear", op.Linear(true, g.mode), x, g.Param(l.Weight), g.Param(l.Bias))
}

// Dropout sets each element to 0 with probability P, and divides the others by
// 1 − P, while the graph trains ([Graph.SetTraining]); otherwise it changes
// nothing. P is from 0 up to but without 1; anything else is an [ErrConfig].
//
// What falls is a function of the graph's seed, the training step
// ([Graph.SetStep]) and the layer's place in the graph: run the same step again
// and the same elements fall.
//
// Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural
// networks from overfitting.
type Dropout struct{ P float64 }

// Forward returns a node of the shape of x.
func (d Dropout) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	s, err := op.Dropout(d.P, g.NextRandom(), g.mode)
	return g.applyConfigured("dropout", s, err, x)
}

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

// BatchNormConfig holds the options of a [BatchNorm]; begin with
// [DefaultBatchNormConfig].
type BatchNormConfig struct {
	Eps      float64 // ε, added to the variance; default 1e-5
	Momentum float64 // m, what a batch counts in the running statistics; default 0.1
}

// DefaultBatchNormConfig returns PyTorch's values.
func DefaultBatchNormConfig() BatchNormConfig { return BatchNormConfig{Eps: 1e-5, Momentum: 0.1} }

// BatchNorm normalises each feature over a batch and gives it a scale and a
// shift of its own:
//
//	y = (x − μ) / √(σ² + ε) ∘ γ + β
//
// While the graph trains, μ and σ² are those of the batch (σ² divides by its n
// rows), and the running statistics move towards them by m (there σ² divides by
// n − 1); otherwise they are the running ones, and a row's result does not depend
// on the rows beside it. A batch of one row is an [ErrShape] in training.
//
// The running statistics are parameters that never learn: they are saved, loaded
// and restored with the weights. A step that ends in an error may have moved
// them. The loss of a batch is then no mean over its parts: [Fit] refuses Shards
// above 1.
//
// Source: Ioffe & Szegedy 2015, Batch normalization.
type BatchNorm struct {
	Weight   *Param // "weight" γ (features), starts at 1
	Bias     *Param // "bias" β (features), starts at 0
	Mean     *Param // "running_mean" (features), starts at 0
	Variance *Param // "running_var" (features), starts at 1
	cfg      BatchNormConfig
}

// NewBatchNorm adds the parameters of a batch norm over rows of the given number
// of features. Wrong options are an [ErrConfig] of the graph it is put into.
func NewBatchNorm(ps *Params, features int, c BatchNormConfig) *BatchNorm {
	b := &BatchNorm{
		Weight: ps.New("weight", Ones(), features), Bias: ps.New("bias", Zeros(), features),
		Mean: ps.New("running_mean", Zeros(), features), Variance: ps.New("running_var", Ones(), features), cfg: c,
	}
	b.Mean.Freeze(true)
	b.Variance.Freeze(true)
	return b
}

// Forward maps x (batch, features) to a node of the same shape.
func (b *BatchNorm) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	g.couple("batch norm")
	s, err := op.BatchNorm(op.BatchNormConfig{Eps: b.cfg.Eps, Momentum: b.cfg.Momentum, Mode: g.mode})
	return g.applyConfigured("batch norm", s, err, x, g.Param(b.Weight), g.Param(b.Bias), g.Param(b.Mean), g.Param(b.Variance))
}
