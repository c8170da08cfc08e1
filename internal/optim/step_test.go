package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A vector is float64 arithmetic written operation by operation, as the formulas of PyTorch's documentation are: the
// steps in one pass are held against it under every combination of options.
type vector []float64

// A stepper updates one parameter; it holds its state.
type stepper[T Float] func(step int, w, g []T)

func (a vector) zip(b vector, f func(x, y float64) float64) vector {
	out := make(vector, len(a))
	for i := range a {
		out[i] = f(a[i], b[i])
	}
	return out
}
func (a vector) each(f func(x float64) float64) vector {
	return a.zip(a, func(x, _ float64) float64 { return f(x) })
}
func (a vector) plus(b vector) vector           { return a.zip(b, func(x, y float64) float64 { return x + y }) }
func (a vector) minus(b vector) vector          { return a.zip(b, func(x, y float64) float64 { return x - y }) }
func (a vector) by(b vector) vector             { return a.zip(b, func(x, y float64) float64 { return x * y }) }
func (a vector) over(b vector) vector           { return a.zip(b, func(x, y float64) float64 { return x / y }) }
func (a vector) most(b vector) vector           { return a.zip(b, math.Max) }
func (a vector) times(s float64) vector         { return a.each(func(x float64) float64 { return s * x }) }
func (a vector) add(s float64) vector           { return a.each(func(x float64) float64 { return x + s }) }
func (a vector) root() vector                   { return a.each(math.Sqrt) }
func (a vector) mix(p float64, b vector) vector { return a.times(p).plus(b.times(1 - p)) }

const (
	elements = 5
	steps    = 12
	rate     = 0.07
)

// gradients draws the gradients of all steps; every fourth is zero.
func gradients(seed uint64) []vector {
	r := rand.New(rand.NewPCG(seed, 7))
	grads := make([]vector, steps)
	for t := range grads {
		grads[t] = make(vector, elements)
		for i := range grads[t] {
			if t%4 != 3 {
				grads[t][i] = r.NormFloat64()
			}
		}
	}
	return grads
}

// compare runs an optimiser beside the reference, in both precisions, cut into two slices.
func compare(t *testing.T, name string, reference func(step int, w, g vector) vector,
	in64 func(from, to int) stepper[float64], in32 func(from, to int) stepper[float32]) {
	t.Helper()
	want := vector{1, -0.5, 0.25, 3, -2}
	w64, w32 := make([]float64, elements), make([]float32, elements)
	for i, v := range want {
		w64[i], w32[i] = v, float32(v)
	}
	const cut = 2
	low64, high64, low32, high32 := in64(0, cut), in64(cut, elements), in32(0, cut), in32(cut, elements)
	for s, g := range gradients(3) {
		step := s + 1
		g32 := make([]float32, elements)
		for i, v := range g {
			g32[i] = float32(v)
		}
		want = reference(step, want, g)
		low64(step, w64[:cut], g[:cut])
		high64(step, w64[cut:], g[cut:])
		low32(step, w32[:cut], g32[:cut])
		high32(step, w32[cut:], g32[cut:])
		for i := range want {
			require.InEpsilon(t, want[i]+10, w64[i]+10, 1e-13, "%s, step %d, element %d, float64", name, step, i)
			require.InEpsilon(t, want[i]+10, float64(w32[i])+10, 2e-6, "%s, step %d, element %d, float32", name, step, i)
		}
	}
}

// flags calls f with every combination of n truth values.
func flags(n int, f func(on []bool)) {
	on := make([]bool, n)
	for bits := range 1 << n {
		for i := range on {
			on[i] = bits>>i&1 == 1
		}
		f(on)
	}
}

// either is a if on, else 0.
func either(on bool, a float64) float64 {
	if on {
		return a
	}
	return 0
}

// direct is what every optimiser does to the gradient first.
func direct(g, w vector, decay float64, maximize bool) vector {
	return g.times(signOf(maximize)).plus(w.times(decay))
}

func zeros() vector { return make(vector, elements) }

func sgd[T Float](c SGDConfig) func(int, int) stepper[T] {
	return func(from, to int) stepper[T] {
		buf := make([]T, to-from)
		return func(step int, w, g []T) { SGDStep(&c, rate, step, w, g, buf) }
	}
}

func TestSGDStep(t *testing.T) {
	flags(5, func(on []bool) {
		c := SGDConfig{either(on[0], 0.8), either(on[1], 0.3), either(on[2], 0.02), on[3], on[4]}
		if c.Validate() != nil {
			return
		}
		buf := zeros()
		compare(t, fmt.Sprintf("%+v", c), func(step int, w, g vector) vector {
			d := direct(g, w, c.WeightDecay, c.Maximize)
			if c.Momentum != 0 {
				if step == 1 {
					buf = d
				} else {
					buf = buf.times(c.Momentum).plus(d.times(1 - c.Dampening))
				}
				if c.Nesterov {
					d = d.plus(buf.times(c.Momentum))
				} else {
					d = buf
				}
			}
			return w.minus(d.times(rate))
		}, sgd[float64](c), sgd[float32](c))
	})
}

func adam[T Float](c AdamConfig) func(int, int) stepper[T] {
	return func(from, to int) stepper[T] {
		m, v, u := make([]T, to-from), make([]T, to-from), make([]T, to-from)
		return func(step int, w, g []T) { AdamStep(&c, rate, step, w, g, m, v, u) }
	}
}

func TestAdamStep(t *testing.T) {
	flags(5, func(on []bool) {
		c := AdamConfig{0.85, 0.97, 1e-3, either(on[0], 0.2), on[1], on[2], on[3], on[4]}
		m, v, u := zeros(), zeros(), zeros()
		compare(t, fmt.Sprintf("%+v", c), func(step int, w, g vector) vector {
			d := direct(g, w, 0, c.Maximize)
			if c.Decoupled {
				w = w.minus(w.times(rate * c.WeightDecay))
			} else {
				d = direct(g, w, c.WeightDecay, c.Maximize)
			}
			m, v = m.mix(c.Beta1, d), v.mix(c.Beta2, d.by(d))
			second := v
			if c.AMSGrad {
				u = u.most(v)
				second = u
			}
			first := m
			if !c.Uncorrected {
				first = first.times(1 / (1 - math.Pow(c.Beta1, float64(step))))
				second = second.times(1 / (1 - math.Pow(c.Beta2, float64(step))))
			}
			return w.minus(first.over(second.root().add(c.Eps)).times(rate))
		}, adam[float64](c), adam[float32](c))
	})
}

func sparseAdam[T Float](c SparseAdamConfig) func(int, int) stepper[T] {
	return func(from, to int) stepper[T] {
		m, v := make([]T, to-from), make([]T, to-from)
		return func(step int, w, g []T) { SparseAdamStep(&c, rate, step, w, g, m, v) }
	}
}

func TestSparseAdamStep(t *testing.T) {
	for _, maximize := range []bool{false, true} {
		c := SparseAdamConfig{0.85, 0.97, 1e-3, maximize}
		m, v := zeros(), zeros()
		compare(t, fmt.Sprintf("%+v", c), func(step int, w, g vector) vector {
			d := direct(g, w, 0, maximize)
			m, v = m.mix(c.Beta1, d), v.mix(c.Beta2, d.by(d))
			bias1, bias2 := 1-math.Pow(c.Beta1, float64(step)), 1-math.Pow(c.Beta2, float64(step))
			return w.minus(m.over(v.root().add(c.Eps)).times(rate * math.Sqrt(bias2) / bias1))
		}, sparseAdam[float64](c), sparseAdam[float32](c))
	}
}

func rmsprop[T Float](c RMSpropConfig) func(int, int) stepper[T] {
	return func(from, to int) stepper[T] {
		var a, buf []T // nil where the option is off
		if c.Centered {
			a = make([]T, to-from)
		}
		if c.Momentum != 0 {
			buf = make([]T, to-from)
		}
		v := make([]T, to-from)
		return func(_ int, w, g []T) { RMSpropStep(&c, rate, w, g, v, a, buf) }
	}
}

func TestRMSpropStep(t *testing.T) {
	flags(4, func(on []bool) {
		c := RMSpropConfig{0.9, 1e-3, either(on[0], 0.02), either(on[1], 0.6), on[2], on[3]}
		v, a, buf := zeros(), zeros(), zeros()
		compare(t, fmt.Sprintf("%+v", c), func(step int, w, g vector) vector {
			d := direct(g, w, c.WeightDecay, c.Maximize)
			v = v.mix(c.Alpha, d.by(d))
			spread := v
			if c.Centered {
				a = a.mix(c.Alpha, d)
				spread = v.minus(a.by(a))
			}
			buf = buf.times(c.Momentum).plus(d.over(spread.root().add(c.Eps)))
			return w.minus(buf.times(rate))
		}, rmsprop[float64](c), rmsprop[float32](c))
	})
}

// A constant gradient makes v − a² vanish, and rounding may take it below.
func TestRMSpropCenteredStaysFinite(t *testing.T) {
	c := RMSpropConfig{Alpha: 0.5, Eps: 1e-3, Centered: true}
	r := rand.New(rand.NewPCG(1, 1))
	w, g, v, a := make([]float32, 100), make([]float32, 100), make([]float32, 100), make([]float32, 100)
	for i := range g {
		g[i] = r.Float32()
	}
	negative := 0
	for range 60 {
		RMSpropStep(&c, 0.01, w, g, v, a, nil)
		for i := range w {
			if v[i]-a[i]*a[i] < 0 {
				negative++
			}
			require.False(t, math.IsNaN(float64(w[i])))
		}
	}
	assert.NotZero(t, negative, "the case occurs")
}

func adagrad[T Float](c AdagradConfig) func(int, int) stepper[T] {
	return func(from, to int) stepper[T] {
		sum := make([]T, to-from)
		for i := range sum {
			sum[i] = T(c.InitialAccumulatorValue)
		}
		return func(step int, w, g []T) { AdagradStep(&c, rate, step, w, g, sum) }
	}
}

func TestAdagradStep(t *testing.T) {
	flags(4, func(on []bool) {
		c := AdagradConfig{either(on[0], 0.1), either(on[1], 0.02), either(on[2], 0.5), 1e-3, on[3]}
		sum := zeros().add(c.InitialAccumulatorValue)
		compare(t, fmt.Sprintf("%+v", c), func(step int, w, g vector) vector {
			d := direct(g, w, c.WeightDecay, c.Maximize)
			sum = sum.plus(d.by(d))
			return w.minus(d.over(sum.root().add(c.Eps)).times(rate / (1 + float64(step-1)*c.LRDecay)))
		}, adagrad[float64](c), adagrad[float32](c))
	})
}

func adadelta[T Float](c AdadeltaConfig) func(int, int) stepper[T] {
	return func(from, to int) stepper[T] {
		v, u := make([]T, to-from), make([]T, to-from)
		return func(_ int, w, g []T) { AdadeltaStep(&c, rate, w, g, v, u) }
	}
}

func TestAdadeltaStep(t *testing.T) {
	flags(2, func(on []bool) {
		c := AdadeltaConfig{0.9, 1e-3, either(on[0], 0.02), on[1]}
		v, u := zeros(), zeros()
		compare(t, fmt.Sprintf("%+v", c), func(step int, w, g vector) vector {
			d := direct(g, w, c.WeightDecay, c.Maximize)
			v = v.mix(c.Rho, d.by(d))
			delta := u.add(c.Eps).root().over(v.add(c.Eps).root()).by(d)
			u = u.mix(c.Rho, delta.by(delta))
			return w.minus(delta.times(rate))
		}, adadelta[float64](c), adadelta[float32](c))
	})
}

func TestValidate(t *testing.T) {
	for _, c := range []interface{ Validate() error }{&SGDConfig{}, &AdamConfig{}, &SparseAdamConfig{}, &RMSpropConfig{}, &AdagradConfig{}, &AdadeltaConfig{}} {
		assert.NoError(t, c.Validate(), "%+v", c)
	}
	nan := math.NaN()
	for _, c := range []interface{ Validate() error }{
		&SGDConfig{Momentum: -1}, &SGDConfig{WeightDecay: nan}, &SGDConfig{Nesterov: true}, &SGDConfig{Nesterov: true, Momentum: 0.9, Dampening: 0.1},
		&AdamConfig{Beta1: 1}, &AdamConfig{Beta2: -0.1}, &AdamConfig{Eps: -1}, &AdamConfig{WeightDecay: math.Inf(1)},
		&SparseAdamConfig{Beta1: 1}, &SparseAdamConfig{Eps: nan}, &RMSpropConfig{Alpha: 2}, &RMSpropConfig{Momentum: -1},
		&AdagradConfig{LRDecay: -1}, &AdagradConfig{InitialAccumulatorValue: -1}, &AdadeltaConfig{Rho: 1.5}, &AdadeltaConfig{Eps: -1},
	} {
		assert.ErrorIs(t, c.Validate(), ErrConfig, "%+v", c)
	}
}
