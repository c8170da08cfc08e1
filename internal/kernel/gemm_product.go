package kernel

import (
	"sync"
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// product is C = f(α·op(A)·op(B) + β·C), f the epilogue, with its bounds already checked. With k = 0 there is nothing to multiply.
type product[T Float] struct {
	transA, transB bool
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	lda, ldb, ldc  int
	packed         *Packed[T] // instead of b
	from           int        // first column of packed
	epilogue       epilogue[T]
}

// part is the product that gives rows×cols of C from row i and column j.
func (p *product[T]) part(i, j, rows, cols int) product[T] {
	q := *p
	q.m, q.n = rows, cols
	q.c = p.c[i*p.ldc+j:]
	q.epilogue = p.epilogue.at(i, j, p.ldc)
	if p.k == 0 {
		return q
	}
	if p.transA {
		q.a = p.a[i:]
	} else {
		q.a = p.a[i*p.lda:]
	}
	switch {
	case p.packed != nil:
		q.from += j
	case p.transB:
		q.b = p.b[j*p.ldb:]
	default:
		q.b = p.b[j:]
	}
	return q
}

// batch is count products whose operands begin at fixed distances.
type batch[T Float] struct {
	product[T]
	count                     int
	strideA, strideB, strideC int
}

// place moves p, a copy of the product, to one index.
func (b *batch[T]) place(p *product[T], i int) {
	p.c = b.c[i*b.strideC:]
	if b.epilogue.add != nil {
		p.epilogue.add = b.epilogue.add[i*b.strideC:]
	}
	if b.k > 0 && b.packed == nil {
		p.a, p.b = b.a[i*b.strideA:], b.b[i*b.strideB:]
	}
}

// compute does products from to to on the calling goroutine.
func (b *batch[T]) compute(from, to int) {
	if !isFloat32[T]() {
		p := b.product
		for i := from; i < to; i++ {
			b.place(&p, i)
			p.gonum()
		}
		return
	}
	w := workspaces.Get().(*workspace)
	isa := Current()
	if b.count == 1 {
		w.multiply(isa, (*product[float32])(unsafe.Pointer(&b.product))) // T is float32
	} else {
		p := b.product
		for i := from; i < to; i++ {
			b.place(&p, i)
			w.multiply(isa, (*product[float32])(unsafe.Pointer(&p)))
		}
	}
	w.release()
}

// gonum computes a product of float64.
func (p *product[T]) gonum() {
	if p.k == 0 {
		scaleRows(p.m, p.n, p.beta, p.c, p.ldc)
	} else {
		b, ldb, transB := p.b, p.ldb, p.transB
		if p.packed != nil {
			b, ldb, transB = p.packed.plain, p.packed.ld, p.packed.trans
		}
		gonum.Implementation{}.Dgemm(transpose(p.transA), transpose(transB), p.m, p.n, p.k, float64(p.alpha), as[float64](p.a), p.lda, as[float64](b), ldb, float64(p.beta), as[float64](p.c), p.ldc)
	}
	if !p.epilogue.empty() {
		p.epilogue.finish(p.c, p.ldc, 0, 0, p.m, p.n)
	}
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// workspace is what a product needs beside its operands. It is pooled, which also keeps tile on the heap, so that passing its
// address to assembly through a table takes no memory.
type workspace struct {
	tile   tile
	pa, pb []float32 // packed A and B
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// release gives w back. A pooled workspace holds no one's memory.
func (w *workspace) release() {
	w.tile.a, w.tile.b, w.tile.c = nil, nil, nil
	workspaces.Put(w)
}

func (w *workspace) multiply(isa ISA, p *product[float32]) {
	if p.k == 0 || p.beta != 0 {
		scaleRows(p.m, p.n, p.beta, p.c, p.ldc)
	}
	switch {
	case p.k == 0:
	case p.m == 1 && p.packed == nil && isa != Generic:
		w.row(isa, p)
	default:
		w.blocks(isa, p)
		return
	}
	if !p.epilogue.empty() {
		p.epilogue.finish(p.c, p.ldc, 0, 0, p.m, p.n)
	}
}
