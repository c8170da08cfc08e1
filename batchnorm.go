package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

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
