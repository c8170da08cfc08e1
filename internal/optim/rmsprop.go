package optim

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// RMSpropConfig holds the options of RMSprop.
type RMSpropConfig struct {
	Alpha       float64 // α, of the averages
	Eps         float64 // ε
	WeightDecay float64 // λ
	Momentum    float64 // μ
	Centered    bool    // divide by the standard deviation of g instead of its root mean square
	Maximize    bool
}

// Validate returns an ErrConfig if an option is outside its range.
func (c *RMSpropConfig) Validate() error {
	return check("RMSprop", bound{"Alpha", c.Alpha, "in [0, 1]", c.Alpha >= 0 && c.Alpha <= 1}, atLeastZero("Eps", c.Eps),
		atLeastZero("WeightDecay", c.WeightDecay), atLeastZero("Momentum", c.Momentum))
}

// RowSparse tells whether rows without a gradient only need RMSpropCatchUp.
func (c *RMSpropConfig) RowSparse() bool { return c.WeightDecay == 0 && c.Momentum == 0 }

// RMSpropStep makes an update:
//
//	v ← αv + (1−α)g²,  a ← αa + (1−α)g
//	s = √v + ε, or √(v − a²) + ε if Centered
//	θ ← θ − γg/s, or b ← μb + g/s, θ ← θ − γb with momentum
//
// squareAvg is v; gradAvg is a, needed if Centered; buf is b, needed if μ ≠ 0. Tieleman and Hinton 2012 (lecture 6e);
// Graves 2013 (centred). Where rounding makes v − a² negative it counts as 0; torch has NaN there.
func RMSpropStep[T Float](c *RMSpropConfig, rate float64, w, g, squareAvg, gradAvg, buf []T) {
	g, squareAvg = g[:len(w)], squareAvg[:len(w)]
	sign, decay := T(signOf(c.Maximize)), T(c.WeightDecay)
	alpha, rest, eps, lr := T(c.Alpha), T(1-c.Alpha), T(c.Eps), T(rate)
	if !c.Centered && c.Momentum == 0 {
		k := kernel.RMSprop[T]{Sign: sign, Decay: decay, Alpha: alpha, Rest: rest, Eps: eps, Rate: lr}
		k.Step(w, g, squareAvg)
		return
	}

	momentum := T(c.Momentum)
	for i := range w {
		d := sign*g[i] + decay*w[i]
		vi := alpha*squareAvg[i] + rest*d*d
		squareAvg[i] = vi
		if c.Centered {
			ai := alpha*gradAvg[i] + rest*d
			gradAvg[i] = ai
			vi = max(vi-ai*ai, 0)
		}
		move := d / (sqrt(vi) + eps)
		if c.Momentum != 0 {
			move += momentum * buf[i]
			buf[i] = move
		}
		w[i] -= lr * move
	}
}

// RMSpropCatchUp brings a row up to date that has had no gradient for n steps: v ← αⁿv, a ← αⁿa, as n calls of
// RMSpropStep with g = 0 would but for rounding. It is for configurations with RowSparse. gradAvg may be nil.
func RMSpropCatchUp[T Float](c *RMSpropConfig, n int, squareAvg, gradAvg []T) {
	if n <= 0 {
		return
	}
	fade := math.Pow(c.Alpha, float64(n))
	kernel.Scale(T(fade), squareAvg)
	kernel.Scale(T(fade), gradAvg)
}
