package optim

import "github.com/seed6481993f/verso/internal/kernel"

// SGDConfig holds the options of stochastic gradient descent. The zero value is descent without momentum.
type SGDConfig struct {
	Momentum    float64 // μ
	Dampening   float64 // τ
	WeightDecay float64 // λ
	Nesterov    bool    // look ahead along the momentum; wants Momentum > 0 and Dampening 0
	Maximize    bool
}

// Validate returns an ErrConfig if an option is outside its range.
func (c *SGDConfig) Validate() error {
	return check("SGD", atLeastZero("Momentum", c.Momentum), atLeastZero("WeightDecay", c.WeightDecay),
		bound{"Momentum", c.Momentum, "> 0 for Nesterov", !c.Nesterov || c.Momentum > 0},
		bound{"Dampening", c.Dampening, "0 for Nesterov", !c.Nesterov || c.Dampening == 0})
}

// RowSparse tells whether rows without a gradient stay as they are.
func (c *SGDConfig) RowSparse() bool { return c.WeightDecay == 0 && c.Momentum == 0 }

// SGDStep makes the update number step (from 1):
//
//	b ← g at step 1, μb + (1−τ)g afterwards
//	θ ← θ − γb, or θ − γ(g + μb) with Nesterov
//
// buf is b, needed if μ ≠ 0. Momentum: Polyak 1964, as in Sutskever et al. 2013 but for the place of γ.
func SGDStep[T Float](c *SGDConfig, rate float64, step int, w, g, buf []T) {
	g = g[:len(w)]
	sign, decay, lr := T(signOf(c.Maximize)), T(c.WeightDecay), T(rate)
	if c.Momentum == 0 {
		k := kernel.SGD[T]{Sign: sign, Decay: decay, Rate: lr}
		k.Step(w, g)
		return
	}

	buf = buf[:len(w)]
	keep, take := T(c.Momentum), T(1-c.Dampening)
	if step <= 1 {
		keep, take = 0, 1
	}
	ofGrad, ofBuf := T(0), T(1) // the direction is ofGrad*g + ofBuf*b
	if c.Nesterov {
		ofGrad, ofBuf = 1, T(c.Momentum)
	}
	k := kernel.Momentum[T]{Sign: sign, Decay: decay, Keep: keep, Take: take, OfGrad: ofGrad, OfBuf: ofBuf, Rate: lr}
	k.Step(w, g, buf)
}
