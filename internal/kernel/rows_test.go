package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSoftmaxRows(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testSoftmax[float32](t, 4e-6)
		testSoftmax[float64](t, 1e-13)
	})
}

func testSoftmax[T Float](t *testing.T, eps float64) {
	r := seeded(1)
	for _, cols := range []int{1, 2, 7, 16, 33, 256, 257, 700} {
		const rows = 5
		x := random[T](r, rows*cols)
		for i := range x {
			x[i] *= 20
			switch i / cols {
			case 1:
				x[i] += 60000
			case 2:
				x[i] -= 60000
			case 3:
				if i%2 == 1 {
					x[i] = T(-inf)
				}
			}
		}
		x[3*cols] = 1 // the row keeps a number
		p, l := make([]T, len(x)), make([]T, len(x))
		SoftmaxRows(rows, cols, p, x)
		LogSoftmaxRows(rows, cols, l, x)
		for i := range rows {
			row := x[i*cols : (i+1)*cols]
			top, _ := Max(row)
			var sum float64
			for _, v := range row {
				sum += math.Exp(float64(v - top))
			}
			for j, v := range row {
				at := i*cols + j
				want := float64(v-top) - math.Log(sum)
				if math.IsInf(want, -1) {
					require.Zero(t, p[at])
					require.Equal(t, want, float64(l[at]))
					continue
				}
				require.InDelta(t, want, float64(l[at]), eps*(1+math.Abs(want)), "row %d of %d", i, cols)
				require.InDelta(t, math.Exp(want), float64(p[at]), eps, "row %d of %d", i, cols)
			}
			require.InDelta(t, 1, float64(Sum(p[i*cols:(i+1)*cols])), eps)
		}
		fenced := guard[T](len(x))
		SoftmaxRows(rows, cols, fenced.data, x)
		LogSoftmaxRows(rows, cols, fenced.data, x)
		fenced.check(t)
		require.Equal(t, l, fenced.data)
		inPlace := append([]T(nil), x...)
		SoftmaxRows(rows, cols, inPlace, inPlace)
		require.Equal(t, p, inPlace)
		copy(inPlace, x)
		LogSoftmaxRows(rows, cols, inPlace, inPlace)
		require.Equal(t, l, inPlace)
	}
	low := T(-inf)
	x := []T{low, low, T(nan), 1, T(inf), 2}
	p, l := make([]T, 6), make([]T, 6)
	SoftmaxRows(3, 2, p, x)
	LogSoftmaxRows(3, 2, l, x)
	require.Equal(t, []T{0, 0}, p[:2], "nothing to choose from")
	require.Equal(t, []T{low, low}, l[:2])
	for i := 2; i < 6; i++ {
		require.True(t, p[i] != p[i], "softmax at %d: %v", i, p[i])
		require.True(t, l[i] != l[i], "log softmax at %d: %v", i, l[i])
	}
	SoftmaxRows(3, 0, p[:0], x[:0])
	require.Panics(t, func() { SoftmaxRows(2, 2, p, x) })
	require.Panics(t, func() { LogSoftmaxRows(-1, -6, p, x) })
}

func TestBiasAndItsGradient(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		const rows, cols = 6, 19
		r := seeded(2)
		x, bias := random[float32](r, rows*cols), random[float32](r, cols)
		y := append([]float32(nil), x...)
		AddBias(rows, cols, bias, y)
		want := make([]float32, cols)
		for i := range y {
			require.Equal(t, x[i]+bias[i%cols], y[i])
			want[i%cols] += x[i]
		}
		sums := random[float32](r, cols)
		SumRows(rows, cols, x, sums, false)
		require.Equal(t, want, sums)
		copy(sums, bias)
		SumRows(rows, cols, x, sums, true)
		for j := range sums {
			require.InDelta(t, want[j]+bias[j], sums[j], 1e-5)
		}
		require.Panics(t, func() { AddBias(rows, cols, bias[1:], y) })
		require.Panics(t, func() { SumRows(rows, cols, x[1:], sums, true) })
	})
}

func TestGatherScatterAdd(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		table := []float32{0, 1, 2, 10, 11, 12, 20, 21, 22}
		got := make([]float32, 12)
		Gather(got, 3, table, []int{2, 0, 2, 1})
		require.Equal(t, []float32{20, 21, 22, 0, 1, 2, 20, 21, 22, 10, 11, 12}, got)
		ScatterAdd(table, 3, got, []int{0, 1, 0, 0})
		require.Equal(t, []float32{50, 54, 58, 10, 12, 14, 20, 21, 22}, table)
		Gather(nil, 0, table, []int{5})
		Gather(nil, 3, table, nil)
		ScatterAdd(table, 3, nil, nil)
		ScatterAdd(table, 0, nil, []int{9})
		for _, bad := range []int{-1, 3} {
			require.Panics(t, func() { Gather(got[:3], 3, table, []int{bad}) })
			require.Panics(t, func() { ScatterAdd(table, 3, got[:3], []int{bad}) })
		}
		require.Panics(t, func() { Gather(got[:4], 3, table, []int{1}) })
		require.Panics(t, func() { ScatterAdd(table, 3, got[:4], []int{1}) })
	})
}
