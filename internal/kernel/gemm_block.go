package kernel

import "unsafe"

// Most rows and columns of op(B) in a block: 512 KB of it in the second cache, 14 rows of op(A) as long as a block in the first.
const (
	blockK = 256
	blockN = 512

	stripsA = 32 // strips of a transposed A copied together: adjacent columns share cache lines
)

// tile is the argument of one tile: strides count numbers. The assembly reads it by offset.
type tile struct {
	a, b, c    unsafe.Pointer
	k          int
	rowA, colA int
	rowB, rowC int
	tail       int // lanes of the last vector in use
	add        int // 1: sums start from C, 0: from zero
	count      int // tiles side by side
	stepB      int // from the columns of B of one tile to those of the next
	nextB      int // from one vector of a row of B to the next
}

// sizes returns the width of a panel of B and the most rows of a tile for a product of m rows.
func sizes(isa ISA, m int) (width, rows int) {
	switch {
	case isa == AVX512 && m <= 6:
		return 16, 6
	case isa == AVX512:
		return 16, 14
	case isa == AVX2 && m <= 2:
		return 8, 2
	case isa == AVX2:
		return 8, 6
	case isa == NEON:
		return 8, 8
	}
	return 8, 2
}

// block is a part of op(B): kb rows from q, nb columns from j, in panels of width columns.
type block struct {
	j, q, nb, kb int
	b            []float32
	width, panel int // from the beginning of one panel to the next; width when the columns of all follow each other
}

// blocks runs the loops around the tile.
func (w *workspace) blocks(isa ISA, p *product[float32]) {
	width, most := sizes(isa, p.m)
	packB := p.packed == nil && packsB(isa, p)
	depth, wide := depthOf(p.k), blockN
	switch {
	case p.packed != nil:
		depth, width = p.packed.depth, p.packed.width
	case !packB && p.m <= 16 && p.k > depth: // B is read once: only the time of one tile counts
		depth = even(p.k, 4096)
		wide = min(wide, max(1<<18/depth, 128)&^63) // a call of assembly cannot be stopped
	}
	var b block
	for j := 0; j < p.n; j += wide {
		for q := 0; q < p.k; q += depth {
			b.j, b.q, b.nb, b.kb = j, q, min(wide, p.n-j), min(depth, p.k-q)
			b.width, b.panel = width, width*b.kb
			w.tile.rowB = width
			switch {
			case p.packed != nil:
				b.b = p.packed.from(p.from+j, q)
			case packB:
				w.pb = grow(w.pb, (b.nb+width-1)/width*b.panel)
				packPanels(isa, p, w.pb, j, q, b.nb, b.kb, width)
				b.b = w.pb
			default:
				b.b, b.panel = p.b[q*p.ldb+j:], width
				w.tile.rowB = p.ldb
			}
			w.strips(isa, p, &b, most)
		}
	}
}

// strips multiplies op(A), strips of at most most rows, with a block of op(B).
func (w *workspace) strips(isa ISA, p *product[float32], b *block, most int) {
	t := &w.tile
	t.k, t.rowC, t.add = b.kb, p.ldc, 0
	if p.beta != 0 || b.q > 0 {
		t.add = 1
	}
	packA, atOnce := packsA(isa, p, b.nb, b.width), 1
	if p.transA {
		atOnce = stripsA
	}
	ends := b.q+b.kb == p.k && !p.epilogue.empty()
	count := (p.m + most - 1) / most
	rowsOf := func(left, strips int) int { return (left + strips - 1) / strips }
	first, after, size := 0, 0, 0 // strips of A in w.pa, and numbers in each
	for s, i := 0, 0; s < count; s++ {
		rows := rowsOf(p.m-i, count-s)
		var a []float32
		switch {
		case packA:
			if s == after {
				first = s
				for after = s + 1; after < min(s+atOnce, count) && rowsOf(p.m-i-(after-s)*rows, count-after) == rows; {
					after++
				}
				size = w.packA(isa, p, i, b.q, rows, after-s, b.kb)
			}
			a = w.pa[(s-first)*size:]
		case p.transA:
			a = p.a[b.q*p.lda+i:]
			t.rowA, t.colA = 1, p.lda
		default:
			a = p.a[i*p.lda+b.q:]
			t.rowA, t.colA = p.lda, 1
		}
		w.strip(isa, rows, b.nb, a, b.b, p.c[i*p.ldc+b.j:], b.width, b.panel)
		if ends {
			p.epilogue.finish(p.c, p.ldc, i, b.j, rows, b.nb)
		}
		i += rows
	}
}

// depthOf is how many rows of op(B) a block has.
func depthOf(k int) int {
	if k <= blockK+blockK/2 {
		return k
	}
	return even(k, blockK)
}

// even cuts n into as few parts of at most largest as will do, and returns the size of the parts, the last of which may be smaller.
func even(n, largest int) int {
	parts := (n + largest - 1) / largest
	return (n + parts - 1) / parts
}

// packsB: a transposed B must be copied; another is worth it when many rows reuse the copy, or when its rows,
// a multiple of 2048 bytes apart, fall on few cache sets.
func packsB(isa ISA, p *product[float32]) bool {
	many, some := 320, 64
	switch isa {
	case Generic:
		many = 16
	case AVX2: // its tiles read B more often
		some = 32
		if p.n*p.k >= 1<<20 {
			many = 128
		}
	}
	return p.transB || p.m >= many || p.m >= some && p.ldb%512 == 0
}

// packsA: when α must be multiplied in, or when rows that fall on few cache sets are reused by several panels; one-vector tiles of AVX-512
// read the columns of a transposed A well where they are, unless those are far apart.
func packsA(isa ISA, p *product[float32], nb, width int) bool {
	if p.alpha != 1 {
		return true
	}
	if p.m <= 8 || nb < 4*width {
		return false
	}
	if p.transA && isa == AVX512 {
		return p.lda%512 == 0 && p.lda >= 2048
	}
	return p.lda%256 == 0
}

// stripOfTiles is strip one tile after another: for paths whose tiles do no more.
func (w *workspace) stripOfTiles(isa ISA, rows, cols int, a, b, c []float32, width, panel, tile int) {
	for j := 0; j < cols; {
		n := min(tile, cols-j, width-j%width)
		w.run(isa, rows, n, a, b[j/width*panel+j%width:], c[j:])
		j += n
	}
}
