//go:build arm64 && !purego && !noasm

package kernel

import "unsafe"

// Tiles by rows and vectors, and those whose last vector is not full.

var tilesNEON = [9][3]func(*byte){
	1: {1: tile1x1NEON, 2: tile1x2NEON},
	2: {1: tile2x1NEON, 2: tile2x2NEON},
	3: {1: tile3x1NEON, 2: tile3x2NEON},
	4: {1: tile4x1NEON, 2: tile4x2NEON},
	5: {1: tile5x1NEON, 2: tile5x2NEON},
	6: {1: tile6x1NEON, 2: tile6x2NEON},
	7: {1: tile7x1NEON, 2: tile7x2NEON},
	8: {1: tile8x1NEON, 2: tile8x2NEON},
}

var tilesNEONtail = [9][3]func(*byte){
	1: {1: tile1x1tailNEON, 2: tile1x2tailNEON},
	2: {1: tile2x1tailNEON, 2: tile2x2tailNEON},
	3: {1: tile3x1tailNEON, 2: tile3x2tailNEON},
	4: {1: tile4x1tailNEON, 2: tile4x2tailNEON},
	5: {1: tile5x1tailNEON, 2: tile5x2tailNEON},
	6: {1: tile6x1tailNEON, 2: tile6x2tailNEON},
	7: {1: tile7x1tailNEON, 2: tile7x2tailNEON},
	8: {1: tile8x1tailNEON, 2: tile8x2tailNEON},
}

// The assembly reads the argument at these places; another layout does not compile.
var (
	_ = [1]int{}[unsafe.Offsetof(tile{}.rowA)-32]
	_ = [1]int{}[unsafe.Offsetof(tile{}.add)-72]
)

// run computes the tile of C at c. a, b and c begin at its operands.
func (w *workspace) run(isa ISA, rows, cols int, a, b, c []float32) {
	t := &w.tile
	if isa == Generic {
		tileGo(t, rows, cols, a, b, c)
		return
	}
	t.a, t.b, t.c = unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0]), unsafe.Pointer(&c[0])
	vecs := (cols + 3) / 4
	t.tail = cols - (vecs-1)*4
	at := (*byte)(unsafe.Pointer(t))
	if t.tail == 4 {
		tilesNEON[rows][vecs](at)
	} else {
		tilesNEONtail[rows][vecs](at)
	}
}

// strip computes rows×cols of C at c; see [workspace.stripOfTiles].
func (w *workspace) strip(isa ISA, rows, cols int, a, b, c []float32, width, panel int) {
	most := 8
	if isa == Generic {
		most = 4
	}
	w.stripOfTiles(isa, rows, cols, a, b, c, width, panel, most)
}

func finishRow(y, bias, add []float32, row, low float32) { finishGo(y, bias, add, row, low) }

// blockOf is the side of the blocks of transposeRows, 0 when there is none.
func blockOf(isa ISA) int {
	if isa == NEON {
		return 4
	}
	return 0
}

// transposeRows writes dst[c·dstRow + r] = src[r·srcRow + c] for one block of rows and cols columns, a multiple of the block.
func transposeRows(_ ISA, dst, src []float32, dstRow, srcRow, cols int) {
	_, _ = dst[(cols-1)*dstRow+3], src[3*srcRow+cols-1]
	transposeNEON(&dst[0], &src[0], uintptr(dstRow)*4, uintptr(srcRow)*4, cols)
}

// rowTimesRows writes y (+)= Σ_q x[q]·b[q·rowB:] over 8 rows of B.
func rowTimesRows(_ ISA, y, x, b []float32, rowB int, add bool) {
	_, _ = x[7], b[7*rowB+len(y)-1]
	rowTimesRowsNEON(&y[0], &x[0], &b[0], len(y), uintptr(rowB)*4, flag(add))
}

// rowTimesColumns writes y (+)= Σ_q x[q]·b[r·rowB + q] over 32 rows of B; x has a multiple of 4 numbers, at least 4.
func rowTimesColumns(y, x, b []float32, rowB int, add bool) {
	_, _ = y[31], b[31*rowB+len(x)-1]
	for r := 0; r < 32; r += 16 {
		rowTimesColumnsNEON(&y[r], &x[0], &b[r*rowB], len(x), uintptr(rowB)*4, flag(add))
	}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
