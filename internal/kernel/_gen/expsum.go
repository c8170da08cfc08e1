package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// expSum writes e^(x - shift) and returns the sum: the heart of softmax in one pass. expTotal only returns it.
func expSum(s isa) {
	for _, write := range []bool{true, false} {
		var dst reg.GPVirtual
		if write {
			s.text("expSum", "func(dst, src *float32, n int, shift float32) float32")
			dst = gp("dst")
		} else {
			s.text("expTotal", "func(src *float32, n int, shift float32) float32")
		}
		src, n := gp("src"), gp("n")
		r := expSumLoop(s, newExponential(s).withLimits(), dst, src, n, broadcastParam(s, "shift"), write)
		VZEROUPPER()
		Store(r, ReturnIndex(0))
		RET()
	}
}

// expSumLoop adds up in 16 parts whatever the width.
func expSumLoop(s isa, e *exponential, dst, src, n reg.GPVirtual, shift reg.VecVirtual, write bool) reg.VecVirtual {
	per := 16 / s.lanes()
	sums := s.vecs(per)
	for _, v := range sums {
		zero(v)
	}
	Label("sumLoop")
	CMPQ(n, Imm(16))
	JLT(LabelRef("sumTail"))
	for i := range per {
		x := s.vec()
		VMOVUPS(at(src, i*s.bytes()), x)
		VSUBPS(shift, x, x)
		e.clamp(x)
		e.apply(x, nil)
		if write {
			VMOVUPS(x, at(dst, i*s.bytes()))
		}
		VADDPS(x, sums[i], sums[i])
	}
	ADDQ(Imm(64), src)
	if write {
		ADDQ(Imm(64), dst)
	}
	SUBQ(Imm(16), n)
	JMP(LabelRef("sumLoop"))
	Label("sumTail")
	TESTQ(n, n)
	JZ(LabelRef("sumFold"))
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
		if write {
			m.store(y, at(dst, i*s.bytes()))
		}
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
	Label("sumFold")
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
	return r
}
