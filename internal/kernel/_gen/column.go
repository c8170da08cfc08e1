package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// rowTimesColumns writes y[r] = Σ_q x[q]·b[r·rowB + q] for 32 rows r of B and n values of q, a multiple of 4, or adds to y when
// acc is 1: a row vector times a transposed matrix. Four columns of eight rows are transposed in registers, so each
// sum keeps the order of the tiles, which a scalar product over lanes would not. Shuffles bind, and AVX-512 has no
// more of them in a cycle, so one version serves both. To save some, the upper half of a vector is blended from memory: from the 16 bytes
// before it, which belong to the row above or its padding. rowB in bytes, at least 16.
func rowTimesColumns() {
	s := avx2
	s.text("rowTimesColumns", "func(y, x, b *float32, n int, rowB uintptr, acc int)")
	y, x, bp, n, rowB := gp("y"), gp("x"), gp("b"), gp("n"), gp("rowB")
	b := newRows(bp, rowB, 32)
	keep := s.vec()
	acc := gp("acc")
	NEGQ(acc)
	VMOVD(acc.As32(), keep.AsX())
	VPBROADCASTD(keep.AsX(), keep)
	sums := s.vecs(4)
	for g := range sums {
		VMOVUPS(at(y, g*32), sums[g])
		VANDPS(keep, sums[g], sums[g])
	}
	Label("loop")
	xs := s.vecs(4)
	for q := range xs {
		VBROADCASTSS(at(x, 4*q), xs[q])
	}
	for g := range sums {
		t, u := s.vecs(4), s.vecs(4)
		for i := range t { // rows i and i+4 of the eight
			VBROADCASTF128(b.at(8*g+i, 0), t[i])
			VBLENDPS(Imm(0xf0), b.at(8*g+4+i, -16), t[i], t[i])
		}
		VUNPCKLPS(t[1], t[0], u[0])
		VUNPCKHPS(t[1], t[0], u[1])
		VUNPCKLPS(t[3], t[2], u[2])
		VUNPCKHPS(t[3], t[2], u[3])
		columns := s.vecs(4)
		VUNPCKLPD(u[2], u[0], columns[0])
		VUNPCKHPD(u[2], u[0], columns[1])
		VUNPCKLPD(u[3], u[1], columns[2])
		VUNPCKHPD(u[3], u[1], columns[3])
		for q, c := range columns {
			VFMADD231PS(xs[q], c, sums[g])
		}
	}
	b.advance(Imm(16))
	ADDQ(Imm(16), x)
	SUBQ(Imm(4), n)
	JNZ(LabelRef("loop"))
	for g := range sums {
		VMOVUPS(sums[g], at(y, g*32))
	}
	VZEROUPPER()
	RET()
}
