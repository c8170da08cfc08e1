package kernel

import (
	"sync"
	"unsafe"
)

// Most of n, k and m in a block.
const (
	blockN = 2048
	blockK = 384
	blockM = 112
)

// product is C (+)= α·op(A)·op(B) with its bounds already checked.
type product struct {
	transA, transB bool
	m, n, k        int
	alpha          float32
	a, b, c        []float32
	lda, ldb, ldc  int
	add            bool // to C, which holds β·C already
}

// tile is the argument of one tile: strides count numbers. The assembly reads it by offset.
type tile struct {
	a, b, c    unsafe.Pointer
	k          int
	rowA, colA int
	rowB, rowC int
	tail       int // lanes of the last vector in use
	add        int // 1: sums start from C, 0: from zero
}

// workspace is what a product needs beside its operands. It is pooled, which also keeps tile on the heap, so that passing its
// address to assembly through a table takes no memory.
type workspace struct {
	tile   tile
	pa, pb []float32 // packed A and B
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

func multiply(p *product) {
	w := workspaces.Get().(*workspace)
	isa := Current()
	if p.m == 1 && isa != Generic {
		w.row(isa, p)
	} else {
		w.blocks(isa, p)
	}
	w.tile.a, w.tile.b, w.tile.c = nil, nil, nil // a pooled workspace holds no one's memory
	workspaces.Put(w)
}

// sizes returns the lanes of a vector, the most rows of a tile, and its width in vectors for a product of m rows.
func sizes(isa ISA, m int) (lanes, rows, vecs int) {
	lanes, rows, vecs = 1, 2, 4
	switch {
	case isa == AVX512 && m <= 4:
		return 16, 4, 4
	case isa == AVX512:
		return 16, 14, 2
	case isa == AVX2 && m <= 2:
		return 8, 2, 4
	case isa == AVX2:
		return 8, 6, 2
	case isa == NEON:
		return 4, 8, 2
	}
	return lanes, rows, vecs
}

// blocks runs the loops around the tile.
func (w *workspace) blocks(isa ISA, p *product) {
	lanes, most, vecs := sizes(isa, p.m)
	width := lanes * vecs
	t := &w.tile
	t.rowC = p.ldc
	packB := p.packB(isa)
	depth, height := even(p.k, blockK), even(p.m, blockM)
	if p.k <= blockK+blockK/2 {
		depth = p.k
	} else if !packB && p.m <= 16 { // B is read once: only the time of one tile counts
		depth = even(p.k, 4096)
	}
	for j := 0; j < p.n; j += blockN {
		nb := min(blockN, p.n-j)
		packA := p.packA(nb, width, most)
		for q := 0; q < p.k; q += depth {
			kb := min(depth, p.k-q)
			t.k = kb
			t.add = 0
			if p.add || q > 0 {
				t.add = 1
			}
			var b []float32
			var panel int // from the beginning of one panel to the next
			if packB {
				w.packB(isa, p, j, q, nb, kb, width)
				b, panel = w.pb, width*kb
				t.rowB = width
			} else {
				b, panel = p.b[q*p.ldb+j:], width
				t.rowB = p.ldb
			}
			for i := 0; i < p.m; i += height {
				mb := min(height, p.m-i)
				var a []float32
				switch {
				case packA:
					a = w.packA(p, i, q, mb, kb)
				case p.transA:
					a = p.a[q*p.lda+i:]
					t.rowA, t.colA = 1, p.lda
				default:
					a = p.a[i*p.lda+q:]
					t.rowA, t.colA = p.lda, 1
				}
				panels := (mb + most - 1) / most
				for jr, at := 0, 0; jr < nb; jr, at = jr+width, at+panel {
					cols := min(width, nb-jr)
					for s, row := 0, 0; s < panels; s++ {
						rows := (mb - row + panels - s - 1) / (panels - s)
						w.run(isa, rows, cols, a[row*t.rowA:], b[at:], p.c[(i+row)*p.ldc+j+jr:])
						row += rows
					}
				}
			}
		}
	}
}

// even cuts n into as few parts of at most largest as will do, and returns the size of the parts, the last of which may be smaller.
func even(n, largest int) int {
	parts := (n + largest - 1) / largest
	return (n + parts - 1) / parts
}

// packB: a transposed B must be copied; another is worth it when many rows reuse the copy, or when its rows,
// a multiple of 2048 bytes apart, fall on few cache sets.
func (p *product) packB(isa ISA) bool {
	if isa == Generic {
		return p.transB || p.m >= 16
	}
	return p.transB || p.m >= 320 || p.m >= 64 && p.ldb >= 1024 && p.ldb%512 == 0
}

// packA: when α must be multiplied in, or rows that fall on few cache sets are reused by several panels.
func (p *product) packA(nb, width, most int) bool {
	if p.alpha != 1 {
		return true
	}
	stride := 512
	if p.transA {
		stride = 256
	}
	return nb >= 4*width && p.m >= 2*most && p.lda%stride == 0
}
