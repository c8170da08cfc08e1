package optim

import "github.com/seed6481993f/verso/internal/kernel"

// SparseAdamConfig holds the options of torch.optim.SparseAdam.
type SparseAdamConfig struct {
	Beta1    float64 // β1, of the average of g
	Beta2    float64 // β2, of the average of g²
	Eps      float64 // ε
	Maximize bool
}

// Validate returns an ErrConfig if an option is outside its range.
func (c *SparseAdamConfig) Validate() error {
	return check("SparseAdam", fraction("Beta1", c.Beta1), fraction("Beta2", c.Beta2), atLeastZero("Eps", c.Eps))
}

// SparseAdamStep makes the lazy update of a row that has a gradient; rows without one are left alone, their averages too,
// though the step t (from 1) counts the updates of the table:
//
//	m ← m + (1−β1)(g − m),  v ← v + (1−β2)(g² − v)
//	θ ← θ − γ √(1−β2^t)/(1−β1^t) · m / (√v + ε)
//
// With a gradient in every row it is Adam but for ε, which the bias correction does not reach.
func SparseAdamStep[T Float](c *SparseAdamConfig, rate float64, step int, w, g, m, v []T) {
	bias1, rootBias2 := corrections(c.Beta1, c.Beta2, step)
	k := kernel.SparseAdam[T]{Sign: T(signOf(c.Maximize)), Rest1: T(1 - c.Beta1), Rest2: T(1 - c.Beta2), Size: T(rate * rootBias2 / bias1), Eps: T(c.Eps)}
	k.Step(w, g[:len(w)], m[:len(w)], v[:len(w)])
}
