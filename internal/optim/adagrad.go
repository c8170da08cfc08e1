package optim

import "github.com/seed6481993f/verso/internal/kernel"

// AdagradConfig holds the options of Adagrad.
type AdagradConfig struct {
	LRDecay                 float64 // η: the rate falls as 1/(1 + (t−1)η)
	WeightDecay             float64 // λ
	InitialAccumulatorValue float64 // what the caller fills the state with
	Eps                     float64 // ε
	Maximize                bool
}

// Validate returns an ErrConfig if an option is outside its range.
func (c *AdagradConfig) Validate() error {
	return check("Adagrad", atLeastZero("LRDecay", c.LRDecay), atLeastZero("WeightDecay", c.WeightDecay),
		atLeastZero("InitialAccumulatorValue", c.InitialAccumulatorValue), atLeastZero("Eps", c.Eps))
}

// RowSparse tells whether rows without a gradient stay as they are. (With ε = 0 and an accumulator of 0, a dense step
// makes 0/0 of them.)
func (c *AdagradConfig) RowSparse() bool { return c.WeightDecay == 0 }

// AdagradStep makes the update number step, t (from 1):
//
//	s ← s + g²
//	θ ← θ − γ/(1 + (t−1)η) · g / (√s + ε)
//
// sum is s. Duchi, Hazan and Singer 2011.
func AdagradStep[T Float](c *AdagradConfig, rate float64, step int, w, g, sum []T) {
	k := kernel.Adagrad[T]{Sign: T(signOf(c.Maximize)), Decay: T(c.WeightDecay), Rate: T(rate / (1 + float64(step-1)*c.LRDecay)), Eps: T(c.Eps)}
	k.Step(w, g[:len(w)], sum[:len(w)])
}
