package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWindowMax(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testWindowMax[float32](t)
		testWindowMax[float64](t)
	})
}

func testWindowMax[T Float](t *testing.T) {
	r := seeded(1)
	for range few(500) {
		n, taps, pad, m := r.IntN(12), 1+r.IntN(6), r.IntN(7), r.IntN(140)
		stride := taps*m + r.IntN(9)
		shares := guard[T](max(0, (n-1)*stride+taps*m))
		if n == 0 {
			shares = guard[T](0)
		}
		for i := range shares.data { // few values, so that maxima are met again
			shares.data[i] = T(r.IntN(5) - 2)
		}
		best, at := guard[T](m), make([]int32, m+2)
		at[0], at[m+1] = canary, canary
		WindowMax(n, taps, pad, shares.data, stride, best.data, at[1:1+m])
		for f := range m {
			want, place := T(0), int32(NoWindow)
			for w := -pad; w+taps <= n+pad; w++ {
				var sum T
				for j := range taps {
					if i := w + j; i >= 0 && i < n {
						sum += shares.data[i*stride+j*m+f]
					}
				}
				if place == NoWindow || sum > want {
					want, place = sum, int32(w)
				}
			}
			require.Equal(t, want, best.data[f], "n=%d taps=%d pad=%d m=%d", n, taps, pad, m)
			require.Equal(t, place, at[1+f], "n=%d taps=%d pad=%d m=%d column %d", n, taps, pad, m, f)
		}
		shares.check(t)
		best.check(t)
		require.EqualValues(t, canary, at[0])
		require.EqualValues(t, canary, at[m+1])
	}
	x, best, at := make([]T, 20), make([]T, 2), make([]int32, 2)
	require.Panics(t, func() { WindowMax(6, 2, 0, x, 4, best, at) }, "too few numbers")
	require.Panics(t, func() { WindowMax(5, 2, 0, x, 3, best, at) }, "rows overlap")
	require.Panics(t, func() { WindowMax(5, 0, 0, x, 4, best, at) })
	require.Panics(t, func() { WindowMax(5, 2, 0, x, 4, best, at[:1]) })
	for _, m := range []int{1, 8, 40, 130} { // all numbers of vectors
		for first := range 5 {
			x, best, at := make([]T, 5*m), make([]T, m), make([]int32, m)
			for f := range m {
				x[first*m+f] = T(nan)
			}
			WindowMax(5, 1, 0, x, m, best, at)
			for f := range m {
				require.True(t, best[f] != best[f], "a NaN in window %d wins and stays", first)
				require.EqualValues(t, first, at[f])
			}
		}
	}
}

func TestAddRowsIsAxpy(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testAddRows[float32](t)
		testAddRows[float64](t)
	})
}

func testAddRows[T Float](t *testing.T) {
	r := seeded(2)
	for width := range 320 {
		const n = 7
		table, y := guardedRandom[T](1, n*width), guardedRandom[T](2, width)
		want := append([]T{}, y.data...)
		rows := make([]int, r.IntN(6))
		a := random[T](r, len(rows))
		for i := range rows {
			rows[i] = r.IntN(n)
			Axpy(a[i], table.data[rows[i]*width:(rows[i]+1)*width], want)
		}
		AddRows(y.data, a, rows, table.data)
		require.Equal(t, want, y.data, "width %d", width)
		table.check(t)
		y.check(t)
	}
	x := make([]T, 6)
	AddRows(x[:0], x[:1], []int{9}, x)
	require.Panics(t, func() { AddRows(x[:3], x[:1], []int{2}, x) })
	require.Panics(t, func() { AddRows(x[:3], x[:1], []int{-1}, x) })
	require.Panics(t, func() { AddRows(x[:3], x[:2], []int{1}, x) })
}

// The helpers of pooling take no memory.
func TestRowsTakeNoMemory(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		x, best, at, rows := make([]float32, 400), make([]float32, 20), make([]int32, 20), []int{1, 3}
		into := make([]Match[float32], 0, 4)
		require.Zero(t, testing.AllocsPerRun(20, func() {
			WindowMax(6, 3, 2, x, 60, best, at)
			AddRows(best, x[:2], rows, x)
			SoftmaxRowsGrad(4, 100, x, x, x)
			LayerNormRows(4, 100, 1e-5, nil, nil, x, x, x[:4], x[4:8])
			LayerNormRowsGrad(4, 100, nil, x, x[:4], x[4:8], x, x, nil, nil)
			LSTMStep(2, 10, x[:80], best, best, best, best)
			GRUStepGrad(2, 10, x[:60], x[60:120], best, best)
			(&Adam[float32]{}).Step(x, x, x, x)
			TanhGrad(x, x, x)
			TopK(4, best, x, into)
		}))
	})
}
