package verso

import (
	"strings"

	"github.com/seed6481993f/verso/internal/optim"
)

// Optimizer turns gradients into new weights. [SGD], [Adam], [AdamW], [BertAdam],
// [SparseAdam], [AdaGrad], [Adadelta] and [RMSProp] make one; all follow the
// class of that name in PyTorch 1.13, element for element.
//
// An Optimizer holds the state of one training: running averages and counts of
// steps, by the names of the parameters. [Fit] works with a fresh one of the same
// options, so that a FitConfig may be copied and serve trainings side by side. An
// Optimizer of your own it uses as it is, and begins by forgetting its state.
//
// # Tables
//
// The gradient of a table ([Params.NewTable]) comes as touched rows. SGD without
// momentum, AdaGrad, Adadelta and RMSProp without momentum, all without weight
// decay, update those rows alone, at a cost in touched rows, and give what a
// dense gradient would: averages of a row are faded for the steps it missed when
// it is next touched. SparseAdam updates touched rows alone and is another
// method for it. All others move rows that have no gradient, so every step
// costs time for the whole table.
//
// # Constraints
//
// After an update, rows above [Param].MaxRowNorm are scaled down to it (of a
// sparse gradient the touched rows), and the row [Param].ZeroRow is as before.
// A frozen parameter is left alone. An Optimizer of your own should do the same.
type Optimizer interface {
	// Step makes one update of the parameters that have a gradient, at the given
	// learning rate. Gradients that do not fit their parameter are an error
	// that wraps ErrShape, and nothing is changed.
	Step(rate float64, grads []ParamGradient) error
	// State returns what has to be kept beside the weights in order to go on
	// later, in a fixed order. It shares memory with the optimizer.
	State() []StateVector
	// SetState puts back what State returned; nil means the start. It
	// returns an error that wraps ErrConfig where an option is out of its range.
	SetState(state []StateVector) error
	// String names the method and its options: a checkpoint is resumed by an
	// optimizer of the same String only.
	String() string
}

// StateVector is one named part of an [Optimizer]'s state.
type StateVector struct {
	Name   string
	Values any // []float32 or []float64
}

// DecayExcept is for the Decay option of optimizers: weight decay for all
// parameters but those whose name contains one of the parts. BERT's training
// leaves out "bias" and "LayerNorm".
func DecayExcept(parts ...string) func(name string) bool {
	return func(name string) bool {
		for _, part := range parts {
			if strings.Contains(name, part) {
				return false
			}
		}
		return true
	}
}

// SGDConfig holds the options of [SGD]. The zero value is descent without momentum.
type SGDConfig struct {
	Momentum    float64                // μ
	Dampening   float64                // τ
	WeightDecay float64                // λ
	Nesterov    bool                   // look ahead along the momentum; wants Momentum above 0 and Dampening 0
	Maximize    bool                   // climb
	Decay       func(name string) bool // which parameters WeightDecay is for; nil: all
}

// DefaultSGDConfig returns PyTorch's values: all zero.
func DefaultSGDConfig() SGDConfig { return SGDConfig{} }

// SGD is stochastic gradient descent, for weights θ, gradient g and rate γ:
//
//	g ← g + λθ
//	b ← g at the first step, μb + (1−τ)g afterwards
//	θ ← θ − γb, or θ − γ(g + μb) with Nesterov
//
// Source: Sutskever et al. 2013, On the importance of initialization and momentum
// in deep learning; PyTorch multiplies the whole step by γ where the paper
// multiplies the gradient alone.
func SGD(c SGDConfig) Optimizer {
	o := optim.SGDConfig{Momentum: c.Momentum, Dampening: c.Dampening, WeightDecay: c.WeightDecay, Nesterov: c.Nesterov, Maximize: c.Maximize}
	return newMethod("SGD", o, o.Validate(), c.Decay, sgdRule[float32], sgdRule[float64], func(o *optim.SGDConfig) { o.WeightDecay = 0 })
}

// AdaGradConfig holds the options of [AdaGrad].
type AdaGradConfig struct {
	RateDecay   float64                // η: the rate falls as 1/(1 + (t−1)η) at step t
	WeightDecay float64                // λ
	Initial     float64                // the accumulator's start
	Eps         float64                // ε
	Maximize    bool                   // climb
	Decay       func(name string) bool // which parameters WeightDecay is for; nil: all
}

// DefaultAdaGradConfig returns PyTorch's values: ε 1e-10, all else zero. Its rate is 0.01.
func DefaultAdaGradConfig() AdaGradConfig { return AdaGradConfig{Eps: 1e-10} }

// AdaGrad divides by the root of the sum of all squared gradients:
//
//	s ← s + g²,  θ ← θ − γ/(1 + (t−1)η) · g / (√s + ε)
//
// with g ← g + λθ first. Source: Duchi, Hazan & Singer 2011, Adaptive subgradient methods.
func AdaGrad(c AdaGradConfig) Optimizer {
	o := optim.AdagradConfig{LRDecay: c.RateDecay, WeightDecay: c.WeightDecay, InitialAccumulatorValue: c.Initial, Eps: c.Eps, Maximize: c.Maximize}
	return newMethod("AdaGrad", o, o.Validate(), c.Decay, adaGradRule[float32], adaGradRule[float64], func(o *optim.AdagradConfig) { o.WeightDecay = 0 })
}

// AdadeltaConfig holds the options of [Adadelta].
type AdadeltaConfig struct {
	Rho         float64                // ρ, of both averages
	Eps         float64                // ε
	WeightDecay float64                // λ
	Maximize    bool                   // climb
	Decay       func(name string) bool // which parameters WeightDecay is for; nil: all
}

// DefaultAdadeltaConfig returns PyTorch's values: ρ 0.9, ε 1e-6, no decay. The
// paper, and Kim 2014, have ρ 0.95. Its rate is 1.
func DefaultAdadeltaConfig() AdadeltaConfig { return AdadeltaConfig{Rho: 0.9, Eps: 1e-6} }

// Adadelta scales the gradient by the ratio of two root mean squares, of past
// updates and of past gradients:
//
//	v ← ρv + (1−ρ)g²,  Δ = g √(u+ε) / √(v+ε),  u ← ρu + (1−ρ)Δ²,  θ ← θ − γΔ
//
// with g ← g + λθ first. Source: Zeiler 2012, ADADELTA, algorithm 1, where γ = 1.
func Adadelta(c AdadeltaConfig) Optimizer {
	o := optim.AdadeltaConfig{Rho: c.Rho, Eps: c.Eps, WeightDecay: c.WeightDecay, Maximize: c.Maximize}
	return newMethod("Adadelta", o, o.Validate(), c.Decay, adadeltaRule[float32], adadeltaRule[float64], func(o *optim.AdadeltaConfig) { o.WeightDecay = 0 })
}

// RMSPropConfig holds the options of [RMSProp].
type RMSPropConfig struct {
	Alpha       float64                // α, of the averages
	Eps         float64                // ε
	WeightDecay float64                // λ
	Momentum    float64                // μ
	Centered    bool                   // divide by the standard deviation of g instead of its root mean square
	Maximize    bool                   // climb
	Decay       func(name string) bool // which parameters WeightDecay is for; nil: all
}

// DefaultRMSPropConfig returns PyTorch's values: α 0.99, ε 1e-8, no decay, no
// momentum. Its rate is 0.01.
func DefaultRMSPropConfig() RMSPropConfig { return RMSPropConfig{Alpha: 0.99, Eps: 1e-8} }

// RMSProp divides by a running root mean square of the gradient:
//
//	v ← αv + (1−α)g²,  a ← αa + (1−α)g
//	s = √v + ε, or √(v − a²) + ε with Centered
//	θ ← θ − γg/s, or b ← μb + g/s, θ ← θ − γb with momentum
//
// with g ← g + λθ first. Sources: Tieleman & Hinton 2012, Neural networks for
// machine learning, lecture 6e; Graves 2013, Generating sequences with recurrent
// neural networks, equations 38 to 45 (centred; there ε is inside the root).
func RMSProp(c RMSPropConfig) Optimizer {
	o := optim.RMSpropConfig{Alpha: c.Alpha, Eps: c.Eps, WeightDecay: c.WeightDecay, Momentum: c.Momentum, Centered: c.Centered, Maximize: c.Maximize}
	return newMethod("RMSProp", o, o.Validate(), c.Decay, rmsPropRule[float32], rmsPropRule[float64], func(o *optim.RMSpropConfig) { o.WeightDecay = 0 })
}

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
