package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Packing, batches and epilogues touch nothing outside their slices.
func TestPackedAndEpilogueStayInside(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		bothEnds(t, 6, 1<<15, func(take func(i, n int) []float32) {
			var packed Packed[float32]
			try := func(transA, transB bool, m, n, k int) {
				lda, ldb := k, n
				if transA {
					lda = m
				}
				if transB {
					ldb = k
				}
				a, b, c := take(0, m*k), take(1, n*k), take(2, m*n)
				o := Options[float32]{RowBias: take(3, m), Bias: take(4, n), Add: take(5, m*n), Activation: ActivationReLU}
				packed.Pack(transB, k, n, b, ldb)
				GemmPacked(o, transA, m, 1, a, lda, &packed, 1, c, n)
				want := append([]float32(nil), c...)
				fill(c)
				GemmWith(o, transA, transB, m, n, k, 1, a, lda, b, ldb, 1, c, n)
				require.Equal(t, want, c)
				if m%2 == 0 && n%2 == 0 { // as two products of half as many rows or columns
					rowsA, stepB := m/2*lda, 0
					if transA {
						rowsA = m / 2
					}
					for i := range c {
						c[i] = 0
					}
					GemmBatch(Options[float32]{}, transA, transB, 2, m/2, n, k, 1, a, lda, rowsA, b, ldb, stepB, 0, c, n, m/2*n)
				}
			}
			for flags := range 4 {
				tA, tB := flags&1 == 1, flags&2 == 2
				for m := 1; m <= 16; m++ {
					for _, n := range []int{1, 4, 7, 8, 9, 16, 17, 24, 31, 32, 33, 64, 65} {
						try(tA, tB, m, n, 1+(m*n)%21)
					}
				}
				try(tA, tB, 30, 100, 256)
				try(tA, tB, 100, 30, 300)
				try(tA, tB, 8, 20, 1024)
			}
		})
	})
}
