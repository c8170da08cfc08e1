package optim

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// AdamConfig holds the options of Adam and its kin.
type AdamConfig struct {
	Beta1       float64 // β1, of the average of g
	Beta2       float64 // β2, of the average of g²
	Eps         float64 // ε
	WeightDecay float64 // λ
	Decoupled   bool    // AdamW: θ shrinks by γλ, the averages do not see it
	Uncorrected bool    // BERT's Adam: no bias correction
	AMSGrad     bool    // divide by the largest average of g² so far
	Maximize    bool
}

// Validate returns an ErrConfig if an option is outside its range.
func (c *AdamConfig) Validate() error {
	return check("Adam", fraction("Beta1", c.Beta1), fraction("Beta2", c.Beta2), atLeastZero("Eps", c.Eps),
		atLeastZero("WeightDecay", c.WeightDecay))
}

// RowSparse is false: a row without a gradient still moves along its average.
func (c *AdamConfig) RowSparse() bool { return false }

// corrections returns 1−β1^t and √(1−β2^t).
func corrections(beta1, beta2 float64, step int) (bias1, rootBias2 float64) {
	t := float64(step)
	return 1 - math.Pow(beta1, t), math.Sqrt(1 - math.Pow(beta2, t))
}

// AdamStep makes the update number step, t (from 1):
//
//	m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²,  u ← max(u, v)
//	θ ← θ − γ m̂ / (√v̂ + ε),  m̂ = m/(1−β1^t),  v̂ = v/(1−β2^t), or u instead of v with AMSGrad
//
// Decoupled: θ ← (1−γλ)θ before it. Uncorrected: m̂ = m, v̂ = v. vmax is u, needed with AMSGrad. Kingma and Ba 2014;
// Loshchilov and Hutter 2017 (AdamW); Reddi et al. 2018 (AMSGrad).
func AdamStep[T Float](c *AdamConfig, rate float64, step int, w, g, m, v, vmax []T) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	bias1, rootBias2 := 1.0, 1.0
	if !c.Uncorrected {
		bias1, rootBias2 = corrections(c.Beta1, c.Beta2, step)
	}
	l2, shrink := c.WeightDecay, 1.0
	if c.Decoupled {
		l2, shrink = 0, 1-rate*c.WeightDecay
	}
	sign, decay, remain := T(signOf(c.Maximize)), T(l2), T(shrink)
	beta1, rest1, beta2, rest2 := T(c.Beta1), T(1-c.Beta1), T(c.Beta2), T(1-c.Beta2)
	size, correct, eps := T(rate/bias1), T(1/rootBias2), T(c.Eps)

	if c.AMSGrad {
		vmax = vmax[:len(w)]
		for i := range w {
			d := sign*g[i] + decay*w[i]
			mi := beta1*m[i] + rest1*d
			vi := beta2*v[i] + rest2*d*d
			ui := max(vmax[i], vi)
			m[i], v[i], vmax[i] = mi, vi, ui
			w[i] = remain*w[i] - size*mi/(sqrt(ui)*correct+eps)
		}
		return
	}
	k := kernel.Adam[T]{Sign: sign, Decay: decay, Beta1: beta1, Rest1: rest1, Beta2: beta2, Rest2: rest2, Size: size, Correct: correct, Eps: eps, Remain: remain}
	k.Step(w, g, m, v)
}
