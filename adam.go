package verso

import "github.com/seed6481993f/verso/internal/optim"

// AdamConfig holds the options of [Adam], [AdamW] and [BertAdam].
type AdamConfig struct {
	Beta1       float64                // β1, of the average of g
	Beta2       float64                // β2, of the average of g²
	Eps         float64                // ε
	WeightDecay float64                // λ
	AMSGrad     bool                   // divide by the largest average of g² so far (Reddi, Kale & Kumar 2018)
	Maximize    bool                   // climb
	Decay       func(name string) bool // which parameters WeightDecay is for, such as DecayExcept("bias"); nil: all
}

// DefaultAdamConfig returns PyTorch's values: β1 0.9, β2 0.999, ε 1e-8, no decay.
// Its rate is 1e-3.
func DefaultAdamConfig() AdamConfig { return AdamConfig{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// DefaultAdamWConfig returns PyTorch's values: β1 0.9, β2 0.999, ε 1e-8, decay
// 0.01. Its rate is 1e-3.
func DefaultAdamWConfig() AdamConfig {
	c := DefaultAdamConfig()
	c.WeightDecay = 0.01
	return c
}

// DefaultBertAdamConfig returns the values of Devlin et al. 2019: β1 0.9, β2
// 0.999, ε 1e-6, decay 0.01 but for biases and layer norms.
func DefaultBertAdamConfig() AdamConfig {
	return AdamConfig{Beta1: 0.9, Beta2: 0.999, Eps: 1e-6, WeightDecay: 0.01, Decay: DecayExcept("bias", "LayerNorm")}
}

// Adam divides a running average of the gradient by the root of a running average
// of its square, at step t:
//
//	g ← g + λθ
//	m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²
//	θ ← θ − γ m̂ / (√v̂ + ε),  m̂ = m / (1−β1ᵗ),  v̂ = v / (1−β2ᵗ)
//
// Source: Kingma & Ba 2015, Adam: a method for stochastic optimization, algorithm
// 1. A step costs time for every element of every table; see [SparseAdam].
func Adam(c AdamConfig) Optimizer { return adam("Adam", c, false, false) }

// AdamW is [Adam] with the decay taken out of the averages: instead of
// g ← g + λθ, the weights shrink, θ ← (1 − γλ)θ, before the update.
// Source: Loshchilov & Hutter 2019, Decoupled weight decay regularization.
func AdamW(c AdamConfig) Optimizer { return adam("AdamW", c, true, false) }

// BertAdam is [AdamW] without bias correction, m̂ = m and v̂ = v, by which BERT was
// trained (Devlin et al. 2019).
func BertAdam(c AdamConfig) Optimizer { return adam("BertAdam", c, true, true) }

func adam(name string, c AdamConfig, decoupled, uncorrected bool) Optimizer {
	o := optim.AdamConfig{
		Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps, WeightDecay: c.WeightDecay, AMSGrad: c.AMSGrad,
		Maximize: c.Maximize, Decoupled: decoupled, Uncorrected: uncorrected,
	}
	return newMethod(name, o, o.Validate(), c.Decay, adamRule[float32], adamRule[float64], func(o *optim.AdamConfig) { o.WeightDecay = 0 })
}

// SparseAdamConfig holds the options of [SparseAdam].
type SparseAdamConfig struct {
	Beta1    float64 // β1, of the average of g
	Beta2    float64 // β2, of the average of g²
	Eps      float64 // ε
	Maximize bool    // climb
}

// DefaultSparseAdamConfig returns PyTorch's values: β1 0.9, β2 0.999, ε 1e-8. Its rate is 1e-3.
func DefaultSparseAdamConfig() SparseAdamConfig {
	return SparseAdamConfig{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// SparseAdam is the lazy variant of [Adam] for tables: rows without a gradient
// keep their weights and their averages, while t counts all steps of the table.
// For the others
//
//	m ← m + (1−β1)(g − m),  v ← v + (1−β2)(g² − v)
//	θ ← θ − γ √(1−β2ᵗ) / (1−β1ᵗ) · m / (√v + ε)
//
// It is PyTorch's SparseAdam, and not equal to Adam. PyTorch refuses dense
// gradients here; this updates all rows then.
func SparseAdam(c SparseAdamConfig) Optimizer {
	o := optim.SparseAdamConfig{Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps, Maximize: c.Maximize}
	return newMethod("SparseAdam", o, o.Validate(), nil, sparseAdamRule[float32], sparseAdamRule[float64], func(*optim.SparseAdamConfig) {})
}
