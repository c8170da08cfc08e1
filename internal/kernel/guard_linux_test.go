package kernel

import (
	"fmt"
	"os"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// fenced is memory between two pages that may not be touched: a read or write outside ends the test program.
type fenced struct{ numbers []float32 }

func newFenced(t *testing.T, n int) fenced {
	t.Helper()
	page := os.Getpagesize()
	size := (4*n + page - 1) / page * page
	memory, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Munmap(memory)) })
	require.NoError(t, unix.Mprotect(memory[:page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(memory[page+size:], unix.PROT_NONE))
	return fenced{unsafe.Slice((*float32)(unsafe.Pointer(&memory[page])), size/4)}
}

// end returns n numbers up to the page behind, start those from the page before; they hold what fill says.
func (f fenced) end(n int) []float32   { return fill(f.numbers[len(f.numbers)-n:]) }
func (f fenced) start(n int) []float32 { return fill(f.numbers[:n:n]) }

func fill(x []float32) []float32 {
	for i := range x {
		x[i] = float32(i%5) - 2
	}
	return x
}

// bothEnds runs f with slices that end, and with slices that begin, at a page that may not be touched.
func bothEnds(t *testing.T, count, most int, f func(take func(i, n int) []float32)) {
	t.Helper()
	memory := make([]fenced, count)
	for i := range memory {
		memory[i] = newFenced(t, most)
	}
	f(func(i, n int) []float32 { return memory[i].end(n) })
	f(func(i, n int) []float32 { return memory[i].start(n) })
}

func TestGemmStaysInside(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		bothEnds(t, 3, 1<<16, func(take func(i, n int) []float32) {
			try := func(transA, transB bool, m, n, k, pad int, alpha, beta float32) {
				t.Helper()
				ra, ca, rb, cb := m, k, k, n
				if transA {
					ra, ca = k, m
				}
				if transB {
					rb, cb = n, k
				}
				size := func(rows, cols int) int { return (rows-1)*(cols+pad) + cols }
				a, b, c := take(0, size(ra, ca)), take(1, size(rb, cb)), take(2, size(m, n))
				Gemm(transA, transB, m, n, k, alpha, a, ca+pad, b, cb+pad, beta, c, n+pad)
				clear(c)
				Gemm(transA, transB, m, n, k, alpha, a, ca+pad, b, cb+pad, 0, c, n+pad)
				var want float32 // the last element, of small whole numbers, is exact
				for q := range k {
					i, j := (m-1)*(ca+pad)+q, q*(cb+pad)+n-1
					if transA {
						i = q*(ca+pad) + m - 1
					}
					if transB {
						j = (n-1)*(cb+pad) + q
					}
					want += a[i] * b[j]
				}
				require.Equal(t, alpha*want, c[len(c)-1], fmt.Sprint(transA, transB, m, n, k, pad))
			}
			for flags := range 4 {
				tA, tB := flags&1 == 1, flags&2 == 2
				for m := 1; m <= 16; m++ {
					for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65} {
						try(tA, tB, m, n, 1+(m*n)%21, (m+n)%3, 1, 1)
					}
				}
				for _, s := range [][3]int{{1, 100, 70}, {1, 33, 9}, {1, 40, 16}, {330, 37, 23}, {37, 130, 390}, {70, 70, 70}, {100, 40, 512}, {64, 512, 3}, {3, 17, 900}} {
					try(tA, tB, s[0], s[1], s[2], 0, 1, 1)
					try(tA, tB, s[0], s[1], s[2], 1, -2, 0.5)
				}
			}
		})
	})
}

func TestVectorFunctionsStayInside(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		bothEnds(t, 3, 1<<10, func(take func(i, n int) []float32) {
			for n := 1; n <= 150; n++ {
				x, y, z := take(0, n), take(1, n), take(2, n)
				Add(z, x, y)
				Mul(z, x, y)
				Axpy(2, x, z)
				Scale(0.5, z)
				require.Equal(t, Dot(x, y), Dot(y, x))
				require.NotPanics(t, func() { Sum(x); SumSquares(x); Max(x) })
				for _, f := range elementwise {
					f.f32(z, x)
				}
				for _, f := range []func(dx, x, dy []float32){TanhGrad[float32], SigmoidGrad[float32], ReLUGrad[float32], SoftplusGrad[float32], SiLUGrad[float32], GeluErfGrad[float32], GeluTanhGrad[float32]} {
					f(z, x, y)
				}
				SoftmaxRows(1, n, z, x)
				LogSoftmaxRows(1, n, z, x)
				AddBias(1, n, x, z)
				SumRows(1, n, x, z, true)
				Gather(z, n, x, []int{0})
				ScatterAdd(z, n, x, []int{0})
			}
		})
	})
}
