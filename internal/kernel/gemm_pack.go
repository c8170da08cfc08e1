package kernel

import "unsafe"

// grow returns a buffer of at least n numbers that begins on a cache line.
func grow(b []float32, n int) []float32 {
	if len(b) >= n {
		return b
	}
	b = make([]float32, n+16)
	past := int(uintptr(unsafe.Pointer(&b[0])) % 64 / 4)
	return b[(16-past)%16:]
}

// packA copies α·op(A), count strips of rows, from row i, columns q..q+kb: where the rows of a hold op(A), as rows at a stride that is
// never a whole number of pages; else by columns, one vector each.
func (w *workspace) packA(isa ISA, p *product[float32], i, q, rows, count, kb int) (size int) {
	if lanes := vectorOf(isa); p.transA && lanes > 0 {
		size = kb * lanes
		w.pa = grow(w.pa, count*size)
		w.tile.rowA, w.tile.colA = 1, lanes
		const some = 8 // rows of a at a time: however far apart, their ends stay in the caches for the strips beside
		for r := 0; r < kb; r += some {
			copyPanels(isa, w.pa[r*lanes:], p.a[(q+r)*p.lda+i:], min(some, kb-r), count*rows, rows, size, p.lda)
		}
	} else if p.transA {
		size = kb * rows
		w.pa = grow(w.pa, count*size)
		w.tile.rowA, w.tile.colA = 1, rows
		for r := range kb {
			for s := range count {
				copy(w.pa[s*size+r*rows:s*size+(r+1)*rows], p.a[(q+r)*p.lda+i+s*rows:])
			}
		}
	} else {
		stride := (kb+15)&^15 + 16
		size = rows * stride
		w.pa = grow(w.pa, count*size)
		w.tile.rowA, w.tile.colA = stride, 1
		for r := range count * rows {
			copy(w.pa[r*stride:r*stride+kb], p.a[(i+r)*p.lda+q:])
		}
	}
	if p.alpha != 1 {
		Scale(p.alpha, w.pa[:count*size])
	}
	return size
}

// packPanels copies op(B), rows q..q+kb, columns j..j+nb, into panels of width columns, kb×width each. What the last panel holds beyond
// the columns there are is not read.
func packPanels(isa ISA, p *product[float32], to []float32, j, q, nb, kb, width int) {
	panel := width * kb
	if !p.transB && width == vectorOf(isa) {
		copyPanels(isa, to, p.b[q*p.ldb+j:], kb, nb, width, panel, p.ldb)
		return
	}
	for jr := 0; jr < nb; jr += width {
		dst, cols := to[jr*kb:jr*kb+panel], min(width, nb-jr)
		if p.transB {
			packColumns(isa, dst, p.b[(j+jr)*p.ldb+q:], p.ldb, kb, cols, width)
			continue
		}
		for r := range kb {
			copy(dst[r*width:r*width+cols], p.b[(q+r)*p.ldb+j+jr:])
		}
	}
}

// packColumns transposes: src holds a column of op(B) in each of its rows.
func packColumns(isa ISA, dst, src []float32, ld, kb, cols, width int) {
	r := 0
	if l := blockOf(isa); l > 0 && kb >= l {
		for ; r+l <= cols; r += l {
			from := src[r*ld : r*ld+(l-1)*ld+kb]
			whole := kb / l * l
			transposeRows(isa, dst[r:], from, width, ld, whole)
			if whole < kb { // the last columns overlap the block before, and are written twice
				transposeRows(isa, dst[(kb-l)*width+r:], from[kb-l:], width, ld, l)
			}
		}
	}
	for ; r < cols; r++ {
		to := dst[r:]
		for q, v := range src[r*ld : r*ld+kb] {
			to[q*width] = v
		}
	}
}
