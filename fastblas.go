package verso

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/kernel"
)

// UseFastBLAS makes Gorgonia, its tensors (tensor.MatMul, tensor.Dot and the like) and Gonum's blas32 multiply float32 matrices with
// the kernels of this library, so that a program that uses none of its models gets faster too:
//
//	one core of a Zen 4, GFLOP/s    tensor.MatMul    Gorgonia's Mul
//	                                before  after    before  after
//	64×64 by 64×64                       9     75         3      5
//	32×300 by 300×400                    7     94         6     54
//	512×256 by 256×1024                 11     91         8     73
//
// What Mul loses is the cost of Gorgonia's machine beside the product.
//
// Layers and models of this library use the kernels with or without it. Elementwise operations of Gorgonia (Tanh, SoftMax) are not
// concerned, nor are float64 and complex numbers, which stay with Gonum.
//
// It sets global state of three packages: call it once, at the start of the program, before other goroutines multiply. Calling it again does
// no harm. gorgonia.Use, which undoes it for Gorgonia, takes any other implementation.
//
// Results differ from Gonum's by rounding alone, at most 2(k+2)ε·(|α||A||B| + |βC|) for k products a sum and ε = 2⁻²³; wrong arguments
// panic as they do there. Each product runs on the goroutine that asks for it, where Gonum starts more for large matrices.
func UseFastBLAS() {
	gorgonia.Use(fastBLAS{}) // and tensor.Use
	blas32.Use(fastBLAS{})
}

// fastBLAS is Gonum's implementation with the float32 functions that carry the time replaced. A call to Gonum's own that multiplies by
// α = 0 checks all arguments and does nothing else: that is how the panics are the same.
type fastBLAS struct{ gonum.Implementation }

// Sgemm is C = α·op(A)·op(B) + β·C.
func (f fastBLAS) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	f.Implementation.Sgemm(tA, tB, m, n, k, 0, a, lda, b, ldb, 1, c, ldc)
	kernel.Gemm(tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Sgemv is y = α·op(A)·x + β·y, computed as the row y = α·x·op(A)ᵀ + β·y.
func (f fastBLAS) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	f.Implementation.Sgemv(tA, m, n, 0, a, lda, x, incX, 1, y, incY)
	if m == 0 || n == 0 {
		return
	}
	k, n, transpose := m, n, false
	if tA == blas.NoTrans {
		k, n, transpose = n, m, true
	}
	if incX == 1 && incY == 1 {
		kernel.Gemm(false, transpose, 1, n, k, alpha, x, k, a, lda, beta, y, n)
		return
	}
	buffer := vectors.Get().(*[]float32)
	*buffer = gather((*buffer)[:0], k, x, incX)
	*buffer = gather(*buffer, n, y, incY)
	row, out := (*buffer)[:k], (*buffer)[k:]
	kernel.Gemm(false, transpose, 1, n, k, alpha, row, k, a, lda, beta, out, n)
	for i, at := 0, first(n, incY); i < n; i, at = i+1, at+incY {
		y[at] = out[i]
	}
	vectors.Put(buffer)
}

// Sger is A = A + α·x·yᵀ, also for strides below zero, with which the assembly of Gonum 0.17 reads outside x and y.
func (f fastBLAS) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	f.Implementation.Sger(m, n, 0, x, incX, y, incY, a, lda)
	if m == 0 || n == 0 || alpha == 0 {
		return
	}
	buffer := vectors.Get().(*[]float32)
	if incY != 1 {
		*buffer = gather((*buffer)[:0], n, y, incY)
		y = *buffer
	}
	for i, at := 0, first(m, incX); i < m; i, at = i+1, at+incX {
		kernel.Axpy(alpha*x[at], y[:n], a[i*lda:i*lda+n])
	}
	vectors.Put(buffer)
}

// Sdot is Σ x_i·y_i.
func (f fastBLAS) Sdot(n int, x []float32, incX int, y []float32, incY int) float32 {
	if incX != 1 || incY != 1 || n <= 0 || n > min(len(x), len(y)) {
		return f.Implementation.Sdot(n, x, incX, y, incY)
	}
	return kernel.Dot(x[:n], y[:n])
}

// Saxpy is y = y + α·x.
func (f fastBLAS) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	if alpha == 0 || incX != 1 || incY != 1 || n <= 0 || n > min(len(x), len(y)) {
		f.Implementation.Saxpy(n, alpha, x, incX, y, incY)
		return
	}
	kernel.Axpy(alpha, x[:n], y[:n])
}

// Sscal is x = α·x.
func (f fastBLAS) Sscal(n int, alpha float32, x []float32, incX int) {
	if alpha == 0 || incX != 1 || n <= 0 || n > len(x) {
		f.Implementation.Sscal(n, alpha, x, incX)
		return
	}
	kernel.Scale(alpha, x[:n])
}

// first is the index of element 0 of a vector of n numbers, inc apart: one that runs backwards begins at its end.
func first(n, inc int) int {
	if inc < 0 {
		return (1 - n) * inc
	}
	return 0
}

// gather appends the n numbers of a vector, inc apart, to dst.
func gather(dst []float32, n int, x []float32, inc int) []float32 {
	for i, at := 0, first(n, inc); i < n; i, at = i+1, at+inc {
		dst = append(dst, x[at])
	}
	return dst
}

// vectors are buffers for vectors that are not contiguous.
var vectors = sync.Pool{New: func() any { return new([]float32) }}
