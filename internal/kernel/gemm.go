package kernel

import "fmt"

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
	GemmWith(Options[T]{}, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// GemmWith is [Gemm] with an epilogue, on as many goroutines as its options allow. Products of under 1.5 million multiplications stay on
// the caller's, and those of under 32 million when no others came shortly before: waking a goroutine would take as long. Neither goroutines nor the epilogue change a bit of an element.
// It panics as Gemm does, and when an operand of the epilogue does not fit C.
func GemmWith[T Float](o Options[T], transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	GemmBatch(o, transA, transB, 1, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0)
}

// GemmBatch computes count products as [GemmWith] does. Their operands begin strideA, strideB and strideC numbers apart; strideA and strideB
// may be 0, for one matrix in all of them. Biases are the same in all, Add is laid out like C. It panics as GemmWith does, and when products overlap in C.
func GemmBatch[T Float](o Options[T], transA, transB bool, count, m, n, k int, alpha T, a []T, lda, strideA int, b []T, ldb, strideB int, beta T, c []T, ldc, strideC int) {
	if m < 0 || n < 0 || k < 0 || count < 0 {
		panic(fmt.Sprintf("kernel: Gemm of negative size m=%d n=%d k=%d count=%d", m, n, k, count))
	}
	if m == 0 || n == 0 || count == 0 {
		return
	}
	size := checkBatch("C", count, m, n, len(c), ldc, strideC)
	o.check(m, n, size)
	if count > 1 && strideC < (m-1)*ldc+n {
		panic(fmt.Sprintf("kernel: Gemm: products of %d numbers overlap, %d apart", (m-1)*ldc+n, strideC))
	}
	if k > 0 && alpha != 0 {
		checkOperands(transA, transB, count, m, n, k, len(a), lda, strideA, len(b), ldb, strideB)
	} else {
		k = 0
	}
	var all batch[T] // filled in place: a copy of the whole waits for its parts
	all.transA, all.transB, all.m, all.n, all.k, all.alpha, all.beta = transA, transB, m, n, k, alpha, beta
	all.a, all.lda, all.b, all.ldb, all.c, all.ldc = a, lda, b, ldb, c, ldc
	all.count, all.strideA, all.strideB, all.strideC = count, strideA, strideB, strideC
	o.set(&all.epilogue)
	all.run(o.Workers)
}

func checkOperands(transA, transB bool, count, m, n, k, lenA, lda, strideA, lenB, ldb, strideB int) {
	rows, cols := m, k
	if transA {
		rows, cols = k, m
	}
	checkBatch("A", count, rows, cols, lenA, lda, strideA)
	rows, cols = k, n
	if transB {
		rows, cols = n, k
	}
	checkBatch("B", count, rows, cols, lenB, ldb, strideB)
}

// checkBatch panics unless count matrices of rows×cols numbers, ld apart, which begin stride numbers apart, lie within length, and returns
// how many numbers they span. Nothing overflows.
func checkBatch(name string, count, rows, cols, length, ld, stride int) int {
	if ld < cols {
		panic(fmt.Sprintf("kernel: Gemm: row length of %s is %d, want at least %d", name, ld, cols))
	}
	if stride < 0 {
		panic(fmt.Sprintf("kernel: Gemm: matrices of %s are %d apart", name, stride))
	}
	if cols > length || rows > 1 && ld > (length-cols)/(rows-1) {
		panic(fmt.Sprintf("kernel: Gemm: %s holds %d numbers, too few for %d×%d with row length %d", name, length, rows, cols, ld))
	}
	one := cols
	if rows > 1 {
		one += (rows - 1) * ld
	}
	if count > 1 && stride > (length-one)/(count-1) {
		panic(fmt.Sprintf("kernel: Gemm: %s holds %d numbers, too few for %d matrices %d apart", name, length, count, stride))
	}
	return one + (count-1)*stride
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
