package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// near compares numbers with float64 ones.
func near[T Float](t *testing.T, want []float64, got []T, eps float64, message ...any) {
	t.Helper()
	require.Len(t, got, len(want), message...)
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= eps*(1+math.Abs(w))) {
			require.Failf(t, "too far", "at %d: %v, want %v %v", i, got[i], w, message)
		}
	}
}

func sig(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// wide copies numbers to float64.
func wide[T Float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func guardedRandom[T Float](seed uint64, n int) guarded[T] {
	g := guard[T](n)
	randomise(seeded(seed), g.data)
	for i := range g.data {
		g.data[i] *= 4
	}
	return g
}

// lstmAlone is the cell in float64, one number at a time: the sum of h·wh + c'·wc for the check of gradients.
func lstmAlone(i, f, g, o, c float64) (next, h float64) {
	next = sig(f)*c + sig(i)*math.Tanh(g)
	return next, sig(o) * math.Tanh(next)
}

func TestLSTMStep(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testLSTM[float32](t, 1e-6, 4e-6)
		testLSTM[float64](t, 1e-14, 1e-8)
	})
}

func testLSTM[T Float](t *testing.T, eps, slopeEps float64) {
	for hidden := range 71 {
		const batch = 2
		n := batch * hidden
		gates, c := guardedRandom[T](1, 4*n), guardedRandom[T](2, n)
		next, u, h := guard[T](n), guard[T](n), guard[T](n)
		in, was := wide(gates.data), wide(c.data)
		LSTMStep(batch, hidden, gates.data, c.data, next.data, u.data, h.data)
		at := func(b, j, k int) int { return b*4*hidden + k*hidden + j }
		dh, dc := guardedRandom[T](3, n), guardedRandom[T](4, n)
		wh, wc := wide(dh.data), wide(dc.data)
		LSTMStepGrad(batch, hidden, gates.data, c.data, u.data, dh.data, dc.data)
		for b := range batch {
			for j := range hidden {
				x := [5]float64{in[at(b, j, 0)], in[at(b, j, 1)], in[at(b, j, 2)], in[at(b, j, 3)], was[b*hidden+j]}
				k := b*hidden + j
				cNext, hNext := lstmAlone(x[0], x[1], x[2], x[3], x[4])
				near(t, []float64{cNext, math.Tanh(cNext), hNext}, []T{next.data[k], u.data[k], h.data[k]}, eps, hidden)
				loss := func(x [5]float64) float64 {
					c, h := lstmAlone(x[0], x[1], x[2], x[3], x[4])
					return wc[k]*c + wh[k]*h
				}
				var want [5]float64
				for q := range x {
					const step = 1e-5
					up, down := x, x
					up[q] += step
					down[q] -= step
					want[q] = (loss(up) - loss(down)) / (2 * step)
				}
				near(t, want[:], []T{gates.data[at(b, j, 0)], gates.data[at(b, j, 1)], gates.data[at(b, j, 2)], gates.data[at(b, j, 3)], dc.data[k]}, slopeEps, hidden)
			}
		}
		for _, g := range []guarded[T]{gates, c, next, u, h, dh, dc} {
			g.check(t)
		}
	}
	x := make([]T, 24)
	require.Panics(t, func() { LSTMStep(2, 3, x[:23], x[:6], x[:6], x[:6], x[:6]) })
	require.Panics(t, func() { LSTMStep(2, 3, x, x[:6], x[:5], x[:6], x[:6]) })
	require.Panics(t, func() { LSTMStepGrad(2, 3, x, x[:6], x[:6], x[:6], x[:5]) })
}

func gruAlone(x, a [3]float64, h float64) float64 {
	r, z := sig(x[0]+a[0]), sig(x[1]+a[1])
	n := math.Tanh(x[2] + r*a[2])
	return (1-z)*n + z*h
}

func TestGRUStep(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testGRU[float32](t, 1e-6, 4e-6)
		testGRU[float64](t, 1e-14, 1e-8)
	})
}

func testGRU[T Float](t *testing.T, eps, slopeEps float64) {
	for hidden := range 71 {
		const batch = 2
		n := batch * hidden
		x, a, h := guardedRandom[T](1, 3*n), guardedRandom[T](2, 3*n), guardedRandom[T](3, n)
		next, dh := guard[T](n), guardedRandom[T](4, n)
		inX, inA, weight := wide(x.data), wide(a.data), wide(dh.data)
		GRUStep(batch, hidden, x.data, a.data, h.data, next.data)
		require.Equal(t, inA, wide(a.data), "the state's share stays")
		GRUStepGrad(batch, hidden, x.data, a.data, h.data, dh.data)
		for k := range n {
			b, j := k/hidden, k%hidden
			var px, pa [3]float64
			var gx, ga [3]T
			for q := range 3 {
				at := (b*3+q)*hidden + j
				px[q], pa[q], gx[q], ga[q] = inX[at], inA[at], x.data[at], a.data[at]
			}
			h0 := float64(h.data[k])
			near(t, []float64{gruAlone(px, pa, h0)}, next.data[k:k+1], eps, hidden)
			const step = 1e-5
			slope := func(f func(d float64) float64) float64 { return weight[k] * (f(step) - f(-step)) / (2 * step) }
			for q := range 3 {
				byX := slope(func(d float64) float64 { p := px; p[q] += d; return gruAlone(p, pa, h0) })
				byA := slope(func(d float64) float64 { p := pa; p[q] += d; return gruAlone(px, p, h0) })
				near(t, []float64{byX, byA}, []T{gx[q], ga[q]}, slopeEps, hidden, q)
			}
			near(t, []float64{slope(func(d float64) float64 { return gruAlone(px, pa, h0+d) })}, dh.data[k:k+1], slopeEps, hidden)
		}
		for _, g := range []guarded[T]{x, a, h, next, dh} {
			g.check(t)
		}
	}
	y := make([]T, 18)
	require.Panics(t, func() { GRUStep(2, 3, y[:17], y[:17], y[:6], y[:6]) })
	require.Panics(t, func() { GRUStep(2, 3, y, y[:17], y[:6], y[:6]) })
	require.Panics(t, func() { GRUStepGrad(2, 3, y, y, y[:6], y[:5]) })
}

// Gates that are shut, open or no numbers at all give what the formulas give, next to
// ordinary ones, and a state may be changed in place.
func TestRecurrentStepsAtExtremes(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	values := []float32{0, 1, -1, 100, -100, inf, -inf, nan}
	same := func(t *testing.T, want float64, got float32, what ...any) {
		t.Helper()
		if math.IsNaN(want) {
			require.True(t, math.IsNaN(float64(got)), what...)
			return
		}
		require.InDelta(t, want, got, 1e-6, what...)
	}
	onEachPath(t, func(t *testing.T) {
		const hidden = 8 * 8
		for _, other := range values[:5] {
			gates, c := make([]float32, 4*hidden), make([]float32, hidden)
			x, a, h := make([]float32, 3*hidden), make([]float32, 3*hidden), make([]float32, hidden)
			for j := range hidden {
				p, q := values[j/8], values[j%8]
				gates[j], gates[hidden+j], gates[2*hidden+j], gates[3*hidden+j], c[j] = p, q, q, p, other/100
				x[j], x[hidden+j], x[2*hidden+j], a[2*hidden+j], h[j] = p, q, p, other, 0.5
			}
			wasGates, wasC, wasX := wide(gates), wide(c), wide(x)
			u, shown := make([]float32, hidden), make([]float32, hidden)
			LSTMStep(1, hidden, gates, c, c, u, shown)
			GRUStep(1, hidden, x, a, h, h)
			for j := range hidden {
				next, out := lstmAlone(wasGates[j], wasGates[hidden+j], wasGates[2*hidden+j], wasGates[3*hidden+j], wasC[j])
				same(t, next, c[j], "c", j, other)
				same(t, out, shown[j], "h", j, other)
				px := [3]float64{wasX[j], wasX[hidden+j], wasX[2*hidden+j]}
				same(t, gruAlone(px, [3]float64{0, 0, float64(other)}, 0.5), h[j], "gru", j, other)
			}
			dc, dh := make([]float32, hidden), make([]float32, hidden)
			for j := range dh {
				dh[j] = 1
			}
			before := wide(gates)
			LSTMStepGrad(1, hidden, gates, make([]float32, hidden), u, dh, dc)
			for j := range hidden {
				o, v := before[3*hidden+j], float64(u[j])
				same(t, v*o*(1-o), gates[3*hidden+j], "do", j, other)
				same(t, o*(1-v*v)*before[hidden+j], dc[j], "dc", j, other)
			}
		}
	})
}

// A sequence's bits do not depend on its place in the batch, and both assembly paths agree.
func TestRecurrentStepsAgree(t *testing.T) {
	const hidden = 45
	var runs [][]float32
	for _, isa := range assembly() {
		restore, err := Use(isa)
		require.NoError(t, err)
		all := [2][]float32{}
		for from, batch := range []int{3, 2} { // all three sequences, the last two
			cut := func(seed uint64, width int) []float32 {
				return append([]float32(nil), guardedRandom[float32](seed, 3*width).data[from*width:]...)
			}
			gates, c, h := cut(1, 4*hidden), cut(2, hidden), cut(3, hidden)
			u, dc := cut(4, hidden), cut(5, hidden)
			LSTMStep(batch, hidden, gates, c, c, u, h)
			out := append(append([]float32(nil), h[len(h)-hidden:]...), c[len(c)-hidden:]...)
			LSTMStepGrad(batch, hidden, gates, c, u, h, dc)
			out = append(append(out, gates[len(gates)-4*hidden:]...), dc[len(dc)-hidden:]...)
			x, a := cut(6, 3*hidden), cut(7, 3*hidden)
			GRUStep(batch, hidden, x, a, h, c)
			out = append(out, c[len(c)-hidden:]...)
			GRUStepGrad(batch, hidden, x, a, h, dc)
			all[from] = append(append(append(out, x[len(x)-3*hidden:]...), a[len(a)-3*hidden:]...), dc[len(dc)-hidden:]...)
		}
		sameBits(t, all[0], all[1])
		runs = append(runs, all[0])
		restore()
	}
	for _, r := range runs {
		sameBits(t, runs[0], r)
	}
}
