//go:build amd64 && !purego && !noasm

package kernel

import "unsafe"

// Tiles by rows and vectors. On AVX2 a masked last vector costs time, so there is a second set for it.

var tiles512 = [15][5]func(*byte){
	1:  {1: tile1x1_512, 2: tile1x2_512, 3: tile1x3_512, 4: tile1x4_512},
	2:  {1: tile2x1_512, 2: tile2x2_512, 3: tile2x3_512, 4: tile2x4_512},
	3:  {1: tile3x1_512, 2: tile3x2_512, 3: tile3x3_512, 4: tile3x4_512},
	4:  {1: tile4x1_512, 2: tile4x2_512, 3: tile4x3_512, 4: tile4x4_512},
	5:  {1: tile5x1_512, 2: tile5x2_512},
	6:  {1: tile6x1_512, 2: tile6x2_512},
	7:  {1: tile7x1_512, 2: tile7x2_512},
	8:  {1: tile8x1_512, 2: tile8x2_512},
	9:  {1: tile9x1_512, 2: tile9x2_512},
	10: {1: tile10x1_512, 2: tile10x2_512},
	11: {1: tile11x1_512, 2: tile11x2_512},
	12: {1: tile12x1_512, 2: tile12x2_512},
	13: {1: tile13x1_512, 2: tile13x2_512},
	14: {1: tile14x1_512, 2: tile14x2_512},
}

var tiles256 = [7][5]func(*byte){
	1: {1: tile1x1_256, 2: tile1x2_256, 3: tile1x3_256, 4: tile1x4_256},
	2: {1: tile2x1_256, 2: tile2x2_256, 3: tile2x3_256, 4: tile2x4_256},
	3: {1: tile3x1_256, 2: tile3x2_256},
	4: {1: tile4x1_256, 2: tile4x2_256},
	5: {1: tile5x1_256, 2: tile5x2_256},
	6: {1: tile6x1_256, 2: tile6x2_256},
}

var tiles256tail = [7][5]func(*byte){
	1: {1: tile1x1tail_256, 2: tile1x2tail_256, 3: tile1x3tail_256, 4: tile1x4tail_256},
	2: {1: tile2x1tail_256, 2: tile2x2tail_256, 3: tile2x3tail_256, 4: tile2x4tail_256},
	3: {1: tile3x1tail_256, 2: tile3x2tail_256},
	4: {1: tile4x1tail_256, 2: tile4x2tail_256},
	5: {1: tile5x1tail_256, 2: tile5x2tail_256},
	6: {1: tile6x1tail_256, 2: tile6x2tail_256},
}

// run computes the tile of C at c. a, b and c begin at its operands.
func (w *workspace) run(isa ISA, rows, cols int, a, b, c []float32) {
	t := &w.tile
	if isa == Generic {
		tileGo(t, rows, cols, a, b, c)
		return
	}
	t.a, t.b, t.c = unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0]), unsafe.Pointer(&c[0])
	at := (*byte)(unsafe.Pointer(t))
	if isa == AVX512 {
		vecs := (cols + 15) / 16
		t.tail = cols - (vecs-1)*16
		tiles512[rows][vecs](at)
		return
	}
	vecs := (cols + 7) / 8
	t.tail = cols - (vecs-1)*8
	if t.tail == 8 {
		tiles256[rows][vecs](at)
	} else {
		tiles256tail[rows][vecs](at)
	}
}

// blockOf is the side of the blocks of transposeRows, 0 when there is none.
func blockOf(isa ISA) int {
	switch isa {
	case AVX512:
		return 16
	case AVX2:
		return 8
	}
	return 0
}

// transposeRows writes dst[c·dstRow + r] = src[r·srcRow + c] for one block of rows and cols columns, a multiple of the block.
func transposeRows(isa ISA, dst, src []float32, dstRow, srcRow, cols int) {
	l := blockOf(isa)
	_ = dst[(cols-1)*dstRow+l-1]
	_ = src[(l-1)*srcRow+cols-1]
	if isa == AVX512 {
		transpose512(&dst[0], &src[0], uintptr(dstRow)*4, uintptr(srcRow)*4, cols)
	} else {
		transpose256(&dst[0], &src[0], uintptr(dstRow)*4, uintptr(srcRow)*4, cols)
	}
}

// rowTimesRows writes y (+)= Σ_q x[q]·b[q·rowB:] over 8 rows of B.
func rowTimesRows(isa ISA, y, x, b []float32, rowB int, add bool) {
	_, _ = x[7], b[7*rowB+len(y)-1]
	acc := flag(add)
	if isa == AVX512 {
		rowTimesRows512(&y[0], &x[0], &b[0], len(y), uintptr(rowB)*4, acc)
	} else {
		rowTimesRows256(&y[0], &x[0], &b[0], len(y), uintptr(rowB)*4, acc)
	}
}

// rowTimesColumns writes y (+)= Σ_q x[q]·b[r·rowB + q] over 32 rows of B; x has a multiple of 4 numbers, at least 4.
func rowTimesColumns(y, x, b []float32, rowB int, add bool) {
	_, _ = y[31], b[31*rowB+len(x)-1]
	rowTimesColumns256(&y[0], &x[0], &b[0], len(x), uintptr(rowB)*4, flag(add))
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
