//go:build amd64 && !purego && !noasm

package kernel

import "unsafe"

// Tiles by rows and vectors. The last vector of one vector of AVX-512 is masked; on AVX2 that costs time, so there is another set for it.

var tiles512 = [15][5]func(*byte){
	1:  {1: tile1x1_512, 2: tile1x2_512, 4: tile1x4_512},
	2:  {1: tile2x1_512, 2: tile2x2_512, 4: tile2x4_512},
	3:  {1: tile3x1_512, 2: tile3x2_512, 4: tile3x4_512},
	4:  {1: tile4x1_512, 2: tile4x2_512, 4: tile4x4_512},
	5:  {1: tile5x1_512, 2: tile5x2_512, 4: tile5x4_512},
	6:  {1: tile6x1_512, 2: tile6x2_512, 4: tile6x4_512},
	7:  {1: tile7x1_512, 2: tile7x2_512},
	8:  {1: tile8x1_512, 2: tile8x2_512},
	9:  {1: tile9x1_512, 2: tile9x2_512},
	10: {1: tile10x1_512, 2: tile10x2_512},
	11: {1: tile11x1_512, 2: tile11x2_512},
	12: {1: tile12x1_512, 2: tile12x2_512},
	13: {1: tile13x1_512, 2: tile13x2_512},
	14: {1: tile14x1_512, 2: tile14x2_512},
}

// halves512 are tiles of at most eight columns.
var halves512 = [15]func(*byte){
	nil, tile1x1half_512, tile2x1half_512, tile3x1half_512, tile4x1half_512, tile5x1half_512, tile6x1half_512, tile7x1half_512,
	tile8x1half_512, tile9x1half_512, tile10x1half_512, tile11x1half_512, tile12x1half_512, tile13x1half_512, tile14x1half_512,
}

var tiles256 = [7][5]func(*byte){
	1: {1: tile1x1_256, 2: tile1x2_256, 4: tile1x4_256},
	2: {1: tile2x1_256, 2: tile2x2_256, 4: tile2x4_256},
	3: {1: tile3x1_256, 2: tile3x2_256},
	4: {1: tile4x1_256, 2: tile4x2_256},
	5: {1: tile5x1_256, 2: tile5x2_256},
	6: {1: tile6x1_256, 2: tile6x2_256},
}

var tails256 = [7][3]func(*byte){
	1: {1: tile1x1tail_256, 2: tile1x2tail_256},
	2: {1: tile2x1tail_256, 2: tile2x2tail_256},
	3: {1: tile3x1tail_256, 2: tile3x2tail_256},
	4: {1: tile4x1tail_256, 2: tile4x2tail_256},
	5: {1: tile5x1tail_256, 2: tile5x2tail_256},
	6: {1: tile6x1tail_256, 2: tile6x2tail_256},
}

// strip computes rows×cols of C at c from op(A) at a and from panels of B, width columns each and panel numbers apart, at b; panel = width
// where the columns of all panels follow each other. It hands over as many tiles at once as lie side by side.
func (w *workspace) strip(isa ISA, rows, cols int, a, b, c []float32, width, panel int) {
	if isa == Generic {
		w.stripOfTiles(isa, rows, cols, a, b, c, width, panel, 4)
		return
	}
	lanes, vecs := 8, 2
	var tiles *[5]func(*byte)
	if isa == AVX512 {
		lanes, vecs, tiles = 16, wide512, &tiles512[rows]
	} else {
		tiles = &tiles256[rows]
	}
	t := &w.tile
	t.a, t.tail, t.nextB = unsafe.Pointer(&a[0]), lanes, lanes
	j, at := 0, 0
	run := func(v, step int) {
		if n := (cols - j) / (v * lanes); n > 0 {
			w.call(tiles[v], b[at:], c[j:], n, step)
			j, at = j+n*v*lanes, at+n*step
		}
	}
	switch {
	case panel == width || width == lanes:
		if panel != width {
			t.nextB = panel
		} else {
			panel = lanes
		}
		if tiles[4] != nil {
			run(4, 4*panel)
		}
		if vecs == 2 || tiles[4] != nil || panel == lanes && t.rowB%256 == 0 {
			run(2, 2*panel)
		}
		run(1, panel)
	case width > lanes: // AVX2 on panels of AVX-512
		run(2, panel)
		run(1, lanes)
	default: // AVX-512 on panels of AVX2
		if n := cols / 8; n > 0 {
			t.tail = 8
			w.call(halves512[rows], b, c, n, panel)
			j, at = n*8, n*panel
		}
	}
	if rest := cols - j; rest > 0 {
		t.tail = rest
		switch {
		case isa == AVX2:
			w.call(tails256[rows][1], b[at:], c[j:], 1, 0)
		case rest > 8:
			w.call(tiles512[rows][1], b[at:], c[j:], 1, 0)
		default:
			w.call(halves512[rows], b[at:], c[j:], 1, 0)
		}
	}
}

// run computes a tile in Go.
func (w *workspace) run(_ ISA, rows, cols int, a, b, c []float32) {
	tileGo(&w.tile, rows, cols, a, b, c)
}

// call runs f for count tiles of C side by side, whose columns of B are stepB numbers apart.
func (w *workspace) call(f func(*byte), b, c []float32, count, stepB int) {
	t := &w.tile
	t.b, t.c, t.count, t.stepB = unsafe.Pointer(&b[0]), unsafe.Pointer(&c[0]), count, stepB
	f((*byte)(unsafe.Pointer(t)))
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

// vectorOf is the width of a row in a panel that copyPanels writes.
func vectorOf(isa ISA) int { return blockOf(isa) }

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

// copyPanels copies rows×cols numbers, ld apart in src, to panels, panel numbers apart in dst, whose rows are one vector. Each takes step
// columns, at most a vector; what it holds beyond them is undefined. isa is not Generic.
func copyPanels(isa ISA, dst, src []float32, rows, cols, step, panel, ld int) {
	if rows == 0 || cols == 0 {
		return
	}
	lanes := vectorOf(isa)
	_, _ = dst[(cols-1)/step*panel+rows*lanes-1], src[(rows-1)*ld+cols-1]
	one, four := copy1_256, copy4_256
	if isa == AVX512 {
		one, four = copy1_512, copy4_512
	}
	for j, at := 0, 0; j < cols; {
		if j+3*step+lanes <= cols {
			four(&dst[at], &src[j], uintptr(panel)*4, uintptr(step)*4, uintptr(ld)*4, rows, 0)
			j, at = j+4*step, at+4*panel
		} else {
			one(&dst[at], &src[j], 0, 0, uintptr(ld)*4, rows, min(step, cols-j))
			j, at = j+step, at+panel
		}
	}
}

// rowTimesRows writes y (+)= Σ_q x[q]·b[q·rowB:] over 8 rows of B.
func rowTimesRows(isa ISA, y, x, b []float32, rowB int, add bool) {
	_, _ = x[7], b[7*rowB+len(y)-1]
	acc := flag(add)
	if isa == AVX512 && wide512 == 2 {
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

// finishRow writes y = max(low, y + row + bias + add); bias and add are as long as y, or nil.
func finishRow(y, bias, add []float32, row, low float32) {
	isa := Current()
	if isa == Generic {
		finishGo(y, bias, add, row, low)
		return
	}
	for len(y) > 0 {
		n := min(len(y), piece)
		var p, q *float32
		if bias != nil {
			p, bias = &bias[:n][0], bias[n:]
		}
		if add != nil {
			q, add = &add[:n][0], add[n:]
		}
		if isa == AVX512 {
			finish512(&y[0], p, q, n, row, low)
		} else {
			finish256(&y[0], p, q, n, row, low)
		}
		y = y[n:]
	}
}

// relax passes some tens of nanoseconds.
func relax() { pause(2) }

// wide512 is how many vectors wide the tiles of AVX-512 are. Where a core makes its 512-bit operations of two 256-bit ones (Zen 4), one vector
// reaches the peak, and its panels of B take half as much of the first cache; elsewhere reading op(A) would bind.
var wide512 = chooseWidth()

func chooseWidth() int {
	_, b, c, d := cpuid(0)
	signature, _, _, _ := cpuid(1)
	if family := signature>>8&15 + signature>>20&255; family == 0x19 && b == 0x68747541 && d == 0x69746e65 && c == 0x444d4163 { // AuthenticAMD
		return 1
	}
	return 2
}
