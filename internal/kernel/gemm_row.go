package kernel

// row is the product of one row, which reads each number of B once: it streams along B instead of copying it. Its sums are those of the tiles.
func (w *workspace) row(isa ISA, p *product[float32]) {
	q := *p
	q.epilogue = epilogue[float32]{}
	q.a, q.lda, q.transA, q.alpha = w.contiguousRow(p), p.k, false, 1
	if p.transB {
		w.rowTimesTransposed(isa, &q)
	} else {
		w.rowTimesMatrix(isa, &q)
	}
}

// contiguousRow returns α·op(A).
func (w *workspace) contiguousRow(p *product[float32]) []float32 {
	step := 1
	if p.transA {
		step = p.lda
	}
	if step == 1 && p.alpha == 1 {
		return p.a[:p.k]
	}
	w.pa = grow(w.pa, p.k)
	x := w.pa[:p.k]
	for i := range x {
		x[i] = p.alpha * p.a[i*step]
	}
	return x
}

func (w *workspace) rowTimesMatrix(isa ISA, p *product[float32]) {
	const strip = 4096 // of y, kept in the first cache
	for j := 0; j < p.n; j += strip {
		y := p.c[j:min(j+strip, p.n)]
		add, q := p.beta != 0, 0
		for ; q+8 <= p.k; q += 8 {
			rowTimesRows(isa, y, p.a[q:q+8], p.b[q*p.ldb+j:], p.ldb, add)
			add = true
		}
		if q < p.k {
			w.blocks(isa, &product[float32]{m: 1, n: len(y), k: p.k - q, alpha: 1, beta: one(add), a: p.a[q:], lda: p.k, b: p.b[q*p.ldb+j:], ldb: p.ldb, c: y, ldc: p.n})
		}
	}
}

func (w *workspace) rowTimesTransposed(isa ISA, p *product[float32]) {
	const group = 32
	if p.ldb%512 == 0 { // so many rows share few cache sets: transposing blocks of them is faster
		w.blocks(isa, p)
		return
	}
	whole, n := p.k&^3, 0
	if whole > 0 {
		for ; n+group <= p.n; n += group {
			rowTimesColumns(p.c[n:n+group], p.a[:whole], p.b[n*p.ldb:], p.ldb, p.beta != 0)
		}
	}
	rest := *p
	if n > 0 && whole < p.k {
		rest.n, rest.k, rest.beta = n, p.k-whole, 1
		rest.a, rest.b = p.a[whole:], p.b[whole:]
		w.blocks(isa, &rest)
	}
	if n < p.n {
		rest = *p
		rest.n, rest.b, rest.c = p.n-n, p.b[n*p.ldb:], p.c[n:]
		w.blocks(isa, &rest)
	}
}

func one(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
