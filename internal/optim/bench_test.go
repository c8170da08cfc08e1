package optim

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// benchSize is a parameter that stays in the second-level cache with its state.
const benchSize = 1 << 14

// updates are the steps with their default options over shared slices.
func updates[T Float]() map[string]func(step int) {
	r := rand.New(rand.NewPCG(1, 1))
	w, g, a, b := make([]T, benchSize), make([]T, benchSize), make([]T, benchSize), make([]T, benchSize)
	for i := range w {
		w[i], g[i] = T(r.NormFloat64()), T(r.NormFloat64())
	}
	sgd, momentum := SGDConfig{}, SGDConfig{Momentum: 0.9}
	adam, rmsprop := AdamConfig{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}, RMSpropConfig{Alpha: 0.99, Eps: 1e-8}
	adagrad, adadelta := AdagradConfig{Eps: 1e-10}, AdadeltaConfig{Rho: 0.9, Eps: 1e-6}
	return map[string]func(step int){
		"SGD":      func(step int) { SGDStep(&sgd, 1e-6, step, w, g, nil) },
		"Momentum": func(step int) { SGDStep(&momentum, 1e-6, step, w, g, a) },
		"Adam":     func(step int) { AdamStep(&adam, 1e-6, step, w, g, a, b, nil) },
		"RMSprop":  func(step int) { RMSpropStep(&rmsprop, 1e-6, w, g, b, nil, nil) },
		"Adagrad":  func(step int) { AdagradStep(&adagrad, 1e-6, step, w, g, b) },
		"Adadelta": func(step int) { AdadeltaStep(&adadelta, 1e-6, w, g, a, b) },
		"Norm":     func(int) { Norm(2, g) },
	}
}

func BenchmarkStep(b *testing.B) {
	single, double := updates[float32](), updates[float64]()
	for _, name := range slices.Sorted(maps.Keys(single)) {
		b.Run(name+"/float32", func(b *testing.B) { bench(b, single[name]) })
		b.Run(name+"/float64", func(b *testing.B) { bench(b, double[name]) })
	}
}

func bench(b *testing.B, update func(step int)) {
	step := 0
	for b.Loop() {
		step++
		update(step)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSize, "ns/element")
}

func TestStepsAllocateNothing(t *testing.T) {
	for name, update := range updates[float32]() {
		assert.Zero(t, testing.AllocsPerRun(3, func() { update(5) }), name)
	}
}
