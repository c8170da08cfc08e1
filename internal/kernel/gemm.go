package kernel

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Gemm computes
//
//	C = α·op(A)·op(B) + β·C      op(A): m×k, op(B): k×n, C: m×n
//
// on row-major matrices whose rows begin lda, ldb and ldc numbers apart; op transposes when its flag is set, so a holds m×k or k×m.
// With β = 0 C is not read, so that NaN in it is overwritten; with α = 0 or k = 0 A and B are not read.
// The columns of C between n and ldc are left alone. C must not overlap A or B.
//
// It runs on the calling goroutine (float64: on as many as Gonum takes) and is safe to call from many. The bits of an element
// do not depend on m and n in float32, so callers may split C as they like.
//
// It panics when a size is negative, a row length is under the width, or a slice is too short.
// Cost: 2mnk operations.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if m < 0 || n < 0 || k < 0 {
		panic(fmt.Sprintf("kernel: Gemm of negative size m=%d n=%d k=%d", m, n, k))
	}
	if m == 0 || n == 0 {
		return
	}
	checkMatrix("C", m, n, len(c), ldc)
	if k > 0 && alpha != 0 {
		if transA {
			checkMatrix("A", k, m, len(a), lda)
		} else {
			checkMatrix("A", m, k, len(a), lda)
		}
		if transB {
			checkMatrix("B", n, k, len(b), ldb)
		} else {
			checkMatrix("B", k, n, len(b), ldb)
		}
	}
	nothing := k == 0 || alpha == 0
	if !isFloat32[T]() && !nothing {
		gonum.Implementation{}.Dgemm(transpose(transA), transpose(transB), m, n, k, float64(alpha), as[float64](a), lda, as[float64](b), ldb, float64(beta), as[float64](c), ldc)
		return
	}
	if nothing || beta != 0 {
		scaleRows(m, n, beta, c, ldc)
	}
	if nothing {
		return
	}
	multiply(&product{
		transA: transA, transB: transB, m: m, n: n, k: k, alpha: float32(alpha),
		a: as[float32](a), lda: lda, b: as[float32](b), ldb: ldb, c: as[float32](c), ldc: ldc, add: beta != 0,
	})
}

// checkMatrix panics unless rows×cols numbers, ld apart, lie within length. Neither product overflows.
func checkMatrix(name string, rows, cols, length, ld int) {
	if ld < cols {
		panic(fmt.Sprintf("kernel: Gemm: row length of %s is %d, want at least %d", name, ld, cols))
	}
	if cols > length || rows > 1 && ld > (length-cols)/(rows-1) {
		panic(fmt.Sprintf("kernel: Gemm: %s holds %d numbers, too few for %d×%d with row length %d", name, length, rows, cols, ld))
	}
}

func scaleRows[T Float](m, n int, beta T, c []T, ldc int) {
	if beta == 1 {
		return
	}
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		if beta == 0 {
			clear(row)
		} else {
			Scale(beta, row)
		}
	}
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}
