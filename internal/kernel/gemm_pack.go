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

// packA copies α·op(A), rows i..i+mb, columns q..q+kb, keeping its layout but not its stride.
func (w *workspace) packA(p *product, i, q, mb, kb int) []float32 {
	outer, inner, from := mb, kb, i*p.lda+q
	if p.transA {
		outer, inner, from = kb, mb, q*p.lda+i
	}
	stride := (inner+15)&^15 + 16 // never a power of two of cache lines
	w.tile.rowA, w.tile.colA = stride, 1
	if p.transA {
		w.tile.rowA, w.tile.colA = 1, stride
	}
	w.pa = grow(w.pa, outer*stride)
	for r := range outer {
		dst, src := w.pa[r*stride:r*stride+inner], p.a[from+r*p.lda:]
		copy(dst, src[:inner])
		if p.alpha != 1 {
			Scale(p.alpha, dst)
		}
	}
	return w.pa
}

// packB copies op(B), rows q..q+kb, columns j..j+nb, into panels of width columns, kb×width each. Of the last, only the columns
// there are get written, since the tiles read no others.
func (w *workspace) packB(isa ISA, p *product, j, q, nb, kb, width int) {
	panels := (nb + width - 1) / width
	w.pb = grow(w.pb, panels*width*kb)
	for jr := 0; jr < nb; jr += width {
		cols := min(width, nb-jr)
		dst := w.pb[jr*kb : jr*kb+width*kb]
		if p.transB {
			packColumns(isa, dst, p.b[(j+jr)*p.ldb+q:], p.ldb, kb, cols, width)
		} else {
			packRows(dst, p.b[q*p.ldb+j+jr:], p.ldb, kb, cols, width)
		}
	}
}

func packRows(dst, src []float32, ld, kb, cols, width int) {
	if cols == 32 && width == 32 {
		for q := range kb {
			*(*[32]float32)(dst[q*32:]) = *(*[32]float32)(src[q*ld:])
		}
		return
	}
	if cols == 16 && width == 16 {
		for q := range kb {
			*(*[16]float32)(dst[q*16:]) = *(*[16]float32)(src[q*ld:])
		}
		return
	}
	for q := range kb {
		copy(dst[q*width:q*width+cols], src[q*ld:q*ld+cols])
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
