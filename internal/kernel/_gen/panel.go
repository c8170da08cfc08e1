package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// transpose writes dst[c·dstRow + r] = src[r·srcRow + c] for r < lanes and c < cols, cols a multiple of lanes, strides
// in bytes: the packing of a transposed B.
func transpose(s isa) {
	s.text("transpose", "func(dst, src *float32, dstRow, srcRow uintptr, cols int)")
	dst, src, dstRow, srcRow, cols := gp("dst"), gp("src"), gp("dstRow"), gp("srcRow"), gp("cols")
	n := s.lanes()
	in := newRows(src, srcRow, n)
	Label("loop")
	x, t := s.vecs(n), s.vecs(n)
	for i := range x {
		VMOVUPS(in.at(i, 0), x[i])
	}
	for i := 0; i < n; i += 2 {
		VUNPCKLPS(x[i+1], x[i], t[i])
		VUNPCKHPS(x[i+1], x[i], t[i+1])
	}
	x = s.vecs(n)
	for i := 0; i < n; i += 4 {
		VUNPCKLPD(t[i+2], t[i], x[i])
		VUNPCKHPD(t[i+2], t[i], x[i+1])
		VUNPCKLPD(t[i+3], t[i+1], x[i+2])
		VUNPCKHPD(t[i+3], t[i+1], x[i+3])
	}
	// Lane l (of 128 bits) of x[4g+c] now holds column 4l+c of rows 4g..4g+3: gather the lanes of each column.
	out := s.vecs(n)
	if s == avx512 {
		t = s.vecs(n)
		for c := range 4 {
			VSHUFF32X4(Imm(0x88), x[4+c], x[c], t[c])
			VSHUFF32X4(Imm(0xdd), x[4+c], x[c], t[4+c])
			VSHUFF32X4(Imm(0x88), x[12+c], x[8+c], t[8+c])
			VSHUFF32X4(Imm(0xdd), x[12+c], x[8+c], t[12+c])
		}
		for c := range 4 {
			VSHUFF32X4(Imm(0x88), t[8+c], t[c], out[c])
			VSHUFF32X4(Imm(0xdd), t[8+c], t[c], out[8+c])
			VSHUFF32X4(Imm(0x88), t[12+c], t[4+c], out[4+c])
			VSHUFF32X4(Imm(0xdd), t[12+c], t[4+c], out[12+c])
		}
	} else {
		for c := range 4 {
			VPERM2F128(Imm(0x20), x[4+c], x[c], out[c])
			VPERM2F128(Imm(0x31), x[4+c], x[c], out[4+c])
		}
	}
	for i := range out {
		VMOVUPS(out[i], at(dst, 0))
		ADDQ(dstRow, dst)
	}
	in.advance(I32(int32(s.bytes())))
	SUBQ(Imm(uint64(n)), cols)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// rowTimesRows writes y[0:n] = Σ_q x[q]·b[q·rowB + 0:n] over 8 rows of B, or adds it to y when acc is 1: a row vector
// times a matrix, which reads B along its rows as memory likes it. The order of sums is that of the tiles. rowB in bytes.
func rowTimesRows(s isa) {
	s.text("rowTimesRows", "func(y, x, b *float32, n int, rowB uintptr, acc int)")
	y, x, bp, n, rowB, acc := gp("y"), gp("x"), gp("b"), gp("n"), gp("rowB"), gp("acc")
	b := newRows(bp, rowB, 8)
	xs := s.vecs(8)
	for q := range xs {
		VBROADCASTSS(at(x, 4*q), xs[q])
	}
	keep := s.vec() // all ones when acc is 1
	NEGQ(acc)
	VMOVD(acc.As32(), keep.AsX())
	VPBROADCASTD(keep.AsX(), keep)
	strip := func(vecs int) {
		sums := s.vecs(vecs)
		for j := range sums {
			VMOVUPS(at(y, j*s.bytes()), sums[j])
			VANDPS(keep, sums[j], sums[j])
		}
		for q := range xs {
			for j := range sums {
				VFMADD231PS(b.at(q, j*s.bytes()), xs[q], sums[j])
			}
		}
		for j := range sums {
			VMOVUPS(sums[j], at(y, j*s.bytes()))
		}
		by := I32(int32(vecs * s.bytes()))
		ADDQ(by, y)
		b.advance(by)
	}
	l := int32(s.lanes())
	SUBQ(I32(4*l), n)
	JLT(LabelRef("rest"))
	Label("loop")
	strip(4)
	SUBQ(I32(4*l), n)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(I32(4*l), n)
	Label("one")
	CMPQ(n, Imm(uint64(l)))
	JLT(LabelRef("tail"))
	strip(1)
	SUBQ(Imm(uint64(l)), n)
	JMP(LabelRef("one"))
	Label("tail")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	m := s.mask(n)
	sum, t := s.vec(), s.vec()
	m.load(at(y, 0), sum)
	VANDPS(keep, sum, sum)
	for q := range xs {
		m.load(b.at(q, 0), t)
		VFMADD231PS(t, xs[q], sum)
	}
	m.store(sum, at(y, 0))
	Label("done")
	VZEROUPPER()
	RET()
}

// copyRows copies rows of v vectors, which begin step apart in src, to v panels one vector wide, panel apart, at dst: the packing of B and of a
// transposed A. Of a single vector only the first cols lanes are read, and the others written as zero. Distances in bytes.
func copyRows(s isa, v int) {
	s.text(fmt.Sprintf("copy%d_", v), "func(dst, src *float32, panel, step, srcRow uintptr, rows, cols int)")
	dst, src, panel, step, srcRow, rows := gp("dst"), gp("src"), gp("panel"), gp("step"), gp("srcRow"), gp("rows")
	in, out := newRows(src, step, v), newRows(dst, panel, v)
	x := s.vecs(v)
	var m lanesMask
	if v == 1 {
		m = s.mask(gp("cols"))
	}
	Label("loop")
	for j := range x {
		if v == 1 {
			m.load(in.at(j, 0), x[j])
		} else {
			VMOVUPS(in.at(j, 0), x[j])
		}
	}
	for j := range x {
		VMOVUPS(x[j], out.at(j, 0))
	}
	in.advance(srcRow)
	out.advance(Imm(uint64(s.bytes())))
	DECQ(rows)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
