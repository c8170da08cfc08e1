package optim

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// AdadeltaConfig holds the options of Adadelta.
type AdadeltaConfig struct {
	Rho         float64 // ρ, of both averages
	Eps         float64 // ε
	WeightDecay float64 // λ
	Maximize    bool
}

// Validate returns an ErrConfig if an option is outside its range.
func (c *AdadeltaConfig) Validate() error {
	return check("Adadelta", bound{"Rho", c.Rho, "in [0, 1]", c.Rho >= 0 && c.Rho <= 1}, atLeastZero("Eps", c.Eps),
		atLeastZero("WeightDecay", c.WeightDecay))
}

// RowSparse tells whether rows without a gradient only need AdadeltaCatchUp.
func (c *AdadeltaConfig) RowSparse() bool { return c.WeightDecay == 0 }

// AdadeltaStep makes an update:
//
//	v ← ρv + (1−ρ)g²
//	Δ = g √(u + ε) / √(v + ε)
//	u ← ρu + (1−ρ)Δ²,  θ ← θ − γΔ
//
// squareAvg is v, accDelta is u. Zeiler 2012.
func AdadeltaStep[T Float](c *AdadeltaConfig, rate float64, w, g, squareAvg, accDelta []T) {
	k := kernel.Adadelta[T]{Sign: T(signOf(c.Maximize)), Decay: T(c.WeightDecay), Rho: T(c.Rho), Rest: T(1 - c.Rho), Eps: T(c.Eps), Rate: T(rate)}
	k.Step(w, g[:len(w)], squareAvg[:len(w)], accDelta[:len(w)])
}

// AdadeltaCatchUp brings a row up to date that has had no gradient for n steps: v ← ρⁿv, u ← ρⁿu, as n calls of
// AdadeltaStep with g = 0 would but for rounding. It is for configurations with RowSparse.
func AdadeltaCatchUp[T Float](c *AdadeltaConfig, n int, squareAvg, accDelta []T) {
	if n <= 0 {
		return
	}
	fade := math.Pow(c.Rho, float64(n))
	kernel.Scale(T(fade), squareAvg)
	kernel.Scale(T(fade), accDelta)
}
