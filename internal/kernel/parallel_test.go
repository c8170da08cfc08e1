package kernel

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParallelCallsEachOnce(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 2, 7, 100} {
		for _, n := range []int{-3, 0, 1, 2, 50} {
			calls := make([]int, max(n, 0))
			Parallel(workers, n, func(i int) { calls[i]++ })
			for i, c := range calls {
				require.Equal(t, 1, c, "%d workers, index %d of %d", workers, i, n)
			}
		}
	}
}

func TestParallelInlineKeepsOrder(t *testing.T) {
	var order []int
	Parallel(1, 4, func(i int) { order = append(order, i) })
	require.Equal(t, []int{0, 1, 2, 3}, order)
}

func TestParallelRaisesTheFirstPanic(t *testing.T) {
	third := errors.New("third")
	for _, workers := range []int{1, 3, 20} {
		var begun atomic.Int32
		require.PanicsWithError(t, "third", func() {
			Parallel(workers, 20, func(i int) {
				begun.Add(1)
				if i == 3 {
					panic(third)
				}
				if i > 10 {
					panic(i)
				}
			})
		})
		require.GreaterOrEqual(t, begun.Load(), int32(4))
	}
}

func TestParallelProduct(t *testing.T) {
	const m, n, k = 64, 50, 70
	r := seeded(1)
	a, b := random[float32](r, m*k), random[float32](r, k*n)
	want, got := make([]float32, m*n), make([]float32, m*n)
	Gemm(false, false, m, n, k, 1, a, k, b, n, 0, want, n)
	Parallel(3, 8, func(i int) {
		Gemm(false, false, m/8, n, k, 1, a[i*m/8*k:], k, b, n, 0, got[i*m/8*n:], n)
	})
	sameBits(t, want, got)
}
