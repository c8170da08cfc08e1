package kernel

import "fmt"

// Packed is a matrix laid out as the product reads its right operand, and kept so: weights during inference and over the steps of
// a recurrent net. [GemmPacked] gives the bits of [Gemm] with the same matrix. The zero value is an empty matrix. It may be read by many
// goroutines at once, but not while it is packed.
type Packed[T Float] struct {
	k, n         int
	width, depth int // of a panel, and of the rows of op(B) packed together
	panels       []T
	plain        []T // float64 keeps rows as they are
	ld           int
	trans        bool
}

// Pack copies op(B), k×n, whose rows in b begin ldb numbers apart. It takes memory only when the matrix is larger than any before.
// It panics as [Gemm] does. Cost: kn numbers read and written.
func (p *Packed[T]) Pack(transB bool, k, n int, b []T, ldb int) {
	if n < 0 || k < 0 {
		panic(fmt.Sprintf("kernel: Pack of negative size k=%d n=%d", k, n))
	}
	rows, cols := k, n
	if transB {
		rows, cols = n, k
	}
	p.k, p.n, p.trans, p.ld = k, n, transB, cols
	if k == 0 || n == 0 {
		return
	}
	checkBatch("B", 1, rows, cols, len(b), ldb, 0)
	if !isFloat32[T]() {
		p.plain = append(p.plain[:0], make([]T, rows*cols)...)
		for i := range rows {
			copy(p.plain[i*cols:(i+1)*cols], b[i*ldb:])
		}
		return
	}
	isa := Current()
	p.width, _ = sizes(isa, n)
	p.depth = depthOf(k)
	across := p.across()
	to := grow(as[float32](p.panels), across*k)
	p.panels = as[T](to)
	from := product[float32]{transB: transB, n: n, k: k, b: as[float32](b), ldb: ldb}
	for q := 0; q < k; q += p.depth {
		packPanels(isa, &from, to[across*q:], 0, q, n, min(p.depth, k-q), p.width)
	}
}

// Dims returns k and n.
func (p *Packed[T]) Dims() (k, n int) { return p.k, p.n }

// across is n rounded up to whole panels.
func (p *Packed[T]) across() int { return (p.n + p.width - 1) / p.width * p.width }

// from returns the panels that begin with column j, a multiple of width, and row q, a multiple of depth.
func (p *Packed[T]) from(j, q int) []T {
	return p.panels[q*p.across()+j*min(p.depth, p.k-q):]
}

// GemmPacked is [GemmWith] with a packed right operand of k×n numbers: C, m×n, = f(α·op(A)·B + β·C). It panics as GemmWith does.
func GemmPacked[T Float](o Options[T], transA bool, m int, alpha T, a []T, lda int, b *Packed[T], beta T, c []T, ldc int) {
	k, n := b.k, b.n
	if m < 0 {
		panic(fmt.Sprintf("kernel: Gemm of negative size m=%d", m))
	}
	if m == 0 || n == 0 {
		return
	}
	o.check(m, n, checkBatch("C", 1, m, n, len(c), ldc, 0))
	if alpha == 0 {
		k = 0
	}
	if k > 0 {
		rows, cols := m, k
		if transA {
			rows, cols = k, m
		}
		checkBatch("A", 1, rows, cols, len(a), lda, 0)
	}
	var all batch[T]
	all.transA, all.m, all.n, all.k, all.alpha, all.beta, all.count = transA, m, n, k, alpha, beta, 1
	all.a, all.lda, all.packed, all.c, all.ldc = a, lda, b, c, ldc
	o.set(&all.epilogue)
	all.run(o.Workers)
}
