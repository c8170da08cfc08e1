package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halves widens n numbers of 16 bits, a multiple of the lanes and not 0, to float32: IEEE halves and the upper halves of float32.
func halves(s isa) {
	for _, f := range []struct {
		name  string
		widen func(from Mem, to reg.VecVirtual)
	}{
		{"float16", func(from Mem, to reg.VecVirtual) { VCVTPH2PS(from, to) }},
		{"bfloat16", func(from Mem, to reg.VecVirtual) {
			VPMOVZXWD(from, to)
			VPSLLD(Imm(16), to, to)
		}},
	} {
		s.text(f.name+"_", "func(dst *float32, src *uint16, n int)")
		dst, src, n := gp("dst"), gp("src"), gp("n")
		Label("loop")
		x := s.vec()
		f.widen(at(src, 0), x)
		VMOVUPS(x, at(dst, 0))
		ADDQ(I32(int32(s.bytes()/2)), src)
		ADDQ(I32(int32(s.bytes())), dst)
		SUBQ(I32(int32(s.lanes())), n)
		JNZ(LabelRef("loop"))
		VZEROUPPER()
		RET()
	}
}

// squares writes Σ x² in float64, in 32 parts whatever the width.
func squares(s isa) {
	s.text("squares", "func(x *float32, n int) float64")
	x, n := gp("x"), gp("n")
	wide := s.lanes() / 2
	per := 8 / wide // vectors to 8 numbers
	sums := s.vecs(4 * per)
	for _, v := range sums {
		zero(v)
	}
	half := func() reg.VecVirtual {
		if s == avx512 {
			return YMM()
		}
		return XMM()
	}
	add := func(from Op, sum reg.VecVirtual) {
		t := s.vec()
		VCVTPS2PD(from, t)
		VFMADD231PD(t, t, sum)
	}
	SUBQ(Imm(32), n)
	JLT(LabelRef("rest"))
	Label("loop")
	for i, v := range sums {
		add(at(x, i*s.bytes()/2), v)
	}
	ADDQ(I32(128), x)
	SUBQ(Imm(32), n)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(Imm(32), n)
	JZ(LabelRef("fold"))
	Label("eight")
	count, l := GP64(), GP64()
	MOVQ(n, count)
	MOVQ(I32(8), l)
	CMPQ(count, l)
	CMOVQGT(l, count)
	y := YMM()
	m := s.mask(count)
	m.load(at(x, 0), y)
	if s == avx512 {
		add(y, sums[0])
	} else {
		high := half()
		add(y.AsX(), sums[0])
		VEXTRACTF128(Imm(1), y, high)
		add(high, sums[1])
	}
	ADDQ(Imm(32), x)
	SUBQ(Imm(8), n)
	JGT(LabelRef("eight"))
	Label("fold")
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {0, 2}} {
		for h := range per {
			VADDPD(sums[pair[1]*per+h], sums[pair[0]*per+h], sums[pair[0]*per+h])
		}
	}
	low, high := sums[0].AsY(), YMM()
	if s == avx512 {
		VEXTRACTF64X4(Imm(1), sums[0], high)
	} else {
		VMOVAPS(sums[1], high)
	}
	VADDPD(high, low, low)
	r := XMM()
	VEXTRACTF128(Imm(1), low, r)
	VADDPD(sums[0].AsX(), r, r)
	VHADDPD(r, r, r)
	VZEROUPPER()
	Store(r, ReturnIndex(0))
	RET()
}
