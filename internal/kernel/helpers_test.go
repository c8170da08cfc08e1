package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// onEachPath runs f once for every path of this machine.
func onEachPath(t *testing.T, f func(t *testing.T)) {
	for _, isa := range Available() {
		t.Run(isa.String(), func(t *testing.T) {
			restore, err := Use(isa)
			require.NoError(t, err)
			defer restore()
			f(t)
		})
	}
}

// guarded is a slice of n numbers amid canaries that check must find untouched.
type guarded[T Float] struct {
	all  []T
	data []T
}

const (
	fence  = 24
	canary = 12345
)

func guard[T Float](n int) guarded[T] {
	all := make([]T, n+2*fence)
	for i := range all {
		all[i] = canary
	}
	return guarded[T]{all, all[fence : fence+n : fence+n]}
}

func (g guarded[T]) check(t *testing.T) {
	t.Helper()
	for i := range fence {
		require.EqualValues(t, canary, g.all[i], "number %d before the slice", fence-i)
		require.EqualValues(t, canary, g.all[len(g.all)-1-i], "number %d after the slice", fence-i)
	}
}

func randomise[T Float](r *rand.Rand, x []T) []T {
	for i := range x {
		x[i] = T(r.Float64()*2 - 1)
	}
	return x
}

func random[T Float](r *rand.Rand, n int) []T { return randomise(r, make([]T, n)) }

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// ulps is the distance of got from want in units of the last place of want in float32.
func ulps(got float32, want float64) float64 {
	switch {
	case math.IsNaN(want):
		if got != got {
			return 0
		}
		return math.Inf(1)
	case float64(got) == want || float64(got) == float64(float32(want)):
		return 0
	case math.IsInf(float64(got), 0):
		return math.Inf(1)
	}
	w := math.Abs(want)
	_, e := math.Frexp(w)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

func sameBits(t *testing.T, want, got []float32, message ...any) {
	t.Helper()
	require.Len(t, got, len(want), message...)
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
			require.Failf(t, "bits differ", "at %d: %v and %v %v", i, want[i], got[i], message)
		}
	}
}

// few is n, or an eighth of it under the race detector, which slows the reference down tenfold.
func few(n int) int {
	if raceEnabled {
		return (n + 7) / 8
	}
	return n
}
