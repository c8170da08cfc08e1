package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// expSum writes e^(x - shift) and returns the sum, kept in 16 parts whatever the width: the heart of softmax in one pass.
func expSum(s isa) {
	s.text("expSum", "func(dst, src *float32, n int, shift float32) float32")
	dst, src, n := gp("dst"), gp("src"), gp("n")
	shift := broadcastParam(s, "shift")
	e := newExponential(s).withLimits()
	per := 16 / s.lanes()
	sums := s.vecs(per)
	for _, v := range sums {
		zero(v)
	}
	Label("loop")
	CMPQ(n, Imm(16))
	JLT(LabelRef("tail"))
	x := s.vecs(per)
	for i := range x {
		VMOVUPS(at(src, i*s.bytes()), x[i])
		VSUBPS(shift, x[i], x[i])
	}
	for _, v := range x {
		e.clamp(v)
		e.apply(v, nil)
	}
	for i := range x {
		VMOVUPS(x[i], at(dst, i*s.bytes()))
		VADDPS(x[i], sums[i], sums[i])
	}
	ADDQ(Imm(64), src)
	ADDQ(Imm(64), dst)
	SUBQ(Imm(16), n)
	JMP(LabelRef("loop"))
	Label("tail")
	TESTQ(n, n)
	JZ(LabelRef("fold"))
	for i, sum := range sums {
		count, l := GP64(), GP64()
		MOVQ(n, count)
		if s == avx2 {
			MOVQ(I32(8), l)
			CMPQ(count, l)
			CMOVQGT(l, count)
		}
		m, y := s.mask(count), s.vec()
		m.load(at(src, i*s.bytes()), y)
		VSUBPS(shift, y, y)
		e.clamp(y)
		e.apply(y, nil)
		m.store(y, at(dst, i*s.bytes()))
		if s == avx512 {
			VADDPS(y, sum, m.r, sum)
		} else {
			VANDPS(m.r, y, y)
			VADDPS(y, sum, sum)
			none := GP64()
			XORQ(none, none)
			SUBQ(Imm(8), n)
			CMOVQLT(none, n)
		}
	}
	Label("fold")
	high := YMM()
	if s == avx512 {
		VEXTRACTF32X8(Imm(1), sums[0], high)
	} else {
		VMOVAPS(sums[1], high)
	}
	y := sums[0].AsY()
	VADDPS(high, y, y)
	r := XMM()
	VEXTRACTF128(Imm(1), y, r)
	VADDPS(sums[0].AsX(), r, r)
	VHADDPS(r, r, r)
	VHADDPS(r, r, r)
	VZEROUPPER()
	Store(r, ReturnIndex(0))
	RET()
}
