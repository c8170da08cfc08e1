package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// updates run each optimiser's step on w, the gradient and two slices of state.
func updates[T Float]() map[string]func(w, g, a, b []T) {
	return map[string]func(w, g, a, b []T){
		"SGD": func(w, g, a, b []T) { (&SGD[T]{-1, 0.01, 0.3}).Step(w, g) },
		"momentum": func(w, g, a, b []T) {
			(&Momentum[T]{1, 0.01, 0.9, 0.8, 1, 0.9, 0.3}).Step(w, g, a)
		},
		"Adam": func(w, g, a, b []T) {
			(&Adam[T]{1, 0.02, 0.9, 0.1, 0.99, 0.01, 0.2, 3, 1e-6, 0.99}).Step(w, g, a, b)
		},
		"sparse Adam": func(w, g, a, b []T) { (&SparseAdam[T]{-1, 0.1, 0.01, 0.2, 1e-6}).Step(w, g, a, b) },
		"RMSprop":     func(w, g, a, b []T) { (&RMSprop[T]{1, 0.01, 0.9, 0.1, 1e-6, 0.1}).Step(w, g, b) },
		"Adagrad":     func(w, g, a, b []T) { (&Adagrad[T]{1, 0.01, 0.1, 1e-6}).Step(w, g, b) },
		"Adadelta": func(w, g, a, b []T) {
			for i := range a { // an average of squares too
				a[i] *= a[i]
			}
			(&Adadelta[T]{1, 0.01, 0.95, 0.05, 1e-6, 1}).Step(w, g, a, b)
		},
	}
}

// stateful holds guarded weights, gradient and state.
type stateful [4]guarded[float32]

func newStateful(n, seed int) (s stateful) {
	r := seeded(uint64(seed))
	for i := range s {
		s[i] = guard[float32](n)
		randomise(r, s[i].data)
		for j := range s[i].data {
			if i == 3 { // averages of squares
				s[i].data[j] *= s[i].data[j]
			}
			if r.IntN(5) == 0 {
				s[i].data[j] *= 0x1p-70
			}
			if r.IntN(5) == 0 {
				s[i].data[j] = 0
			}
		}
	}
	return s
}

// Every path gives the bits of portable Go, at every length and offset, and so whatever part of a table is updated at once.
func TestUpdatesGiveTheSameBitsEverywhere(t *testing.T) {
	for name, step := range updates[float32]() {
		for n := range 75 {
			if n > 70 {
				n = 65536 + n - 70
			}
			want := newStateful(n, n)
			restore, err := Use(Generic)
			require.NoError(t, err)
			step(want[0].data, want[1].data, want[2].data, want[3].data)
			restore()
			onEachPath(t, func(t *testing.T) {
				got := newStateful(n, n)
				cut := n / 3
				for _, p := range [][2]int{{0, cut}, {cut, n}} {
					step(got[0].data[p[0]:p[1]], got[1].data[p[0]:p[1]], got[2].data[p[0]:p[1]], got[3].data[p[0]:p[1]])
				}
				for i := range got {
					sameBits(t, want[i].data, got[i].data, name, n, i)
					got[i].check(t)
				}
			})
		}
	}
}

// The float32 updates are those of float64 but for rounding.
func TestUpdatesAgainstFloat64(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for name, step := range updates[float32]() {
			s := newStateful(100, 9)
			var d [4][]float64
			for i := range s {
				d[i] = make([]float64, 100)
				for j, v := range s[i].data {
					d[i][j] = float64(v)
				}
			}
			step(s[0].data, s[1].data, s[2].data, s[3].data)
			updates[float64]()[name](d[0], d[1], d[2], d[3])
			for i := range s {
				for j, v := range s[i].data {
					require.InDelta(t, d[i][j], v, 3e-6*(1+max(d[i][j], -d[i][j])), "%s: slice %d, number %d", name, i, j)
				}
			}
		}
	})
}

func TestUpdatesRefuseUnequalLengths(t *testing.T) {
	x, y := make([]float32, 3), make([]float32, 4)
	require.Panics(t, func() { (&SGD[float32]{}).Step(x, y) })
	require.Panics(t, func() { (&Momentum[float32]{}).Step(x, x, y) })
	require.Panics(t, func() { (&Adam[float32]{}).Step(x, x, x, y) })
	require.Panics(t, func() { (&Adam[float32]{}).Step(x, x, y, x) })
	require.Panics(t, func() { (&SparseAdam[float32]{}).Step(x, y, x, x) })
	require.Panics(t, func() { (&RMSprop[float32]{}).Step(x, x, y) })
	require.Panics(t, func() { (&Adagrad[float32]{}).Step(x, x, y) })
	require.Panics(t, func() { (&Adadelta[float32]{}).Step(x, x, x, y) })
}
