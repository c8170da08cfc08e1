package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// largest writes the largest of n ≥ 16 numbers, and in nan a number other than 0 when there is a NaN among them (which the
// maximum of the machine forgets). The last 16 may be looked at twice.
func largest(s isa) {
	s.text("largest", "func(x *float32, n int) (top float32, nan int)")
	x, n := gp("x"), gp("n")
	per := 16 / s.lanes()
	tops := s.vecs(4 * per)
	for i := range tops {
		VMOVUPS(at(x, i%per*s.bytes()), tops[i])
	}
	var odd reg.Register
	if s == avx512 {
		odd = K()
		KXORW(odd, odd, odd)
	} else {
		v := s.vec()
		zero(v)
		odd = v
	}
	look := func(count, from int) {
		for i := range count {
			v := s.vec()
			VMOVUPS(at(x, from+i*s.bytes()), v)
			VMAXPS(v, tops[i], tops[i])
			if s == avx512 {
				k := K()
				VCMPPS(Imm(3), v, v, k)
				KORW(k, odd, odd)
			} else {
				VCMPPS(Imm(3), v, v, v)
				VORPS(v, odd, odd)
			}
		}
	}
	SUBQ(I32(64), n)
	JLT(LabelRef("rest"))
	Label("loop")
	look(4*per, 0)
	ADDQ(I32(256), x)
	SUBQ(I32(64), n)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(I32(64), n)
	Label("sixteen")
	CMPQ(n, Imm(16))
	JLT(LabelRef("last"))
	look(per, 0)
	ADDQ(I32(64), x)
	SUBQ(Imm(16), n)
	JMP(LabelRef("sixteen"))
	Label("last")
	LEAQ(Mem{Base: x, Index: n, Scale: 4}, x)
	look(per, -64)
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {0, 2}} {
		for h := range per {
			VMAXPS(tops[pair[1]*per+h], tops[pair[0]*per+h], tops[pair[0]*per+h])
		}
	}
	high, nan := YMM(), GP32()
	if s == avx512 {
		VEXTRACTF32X8(Imm(1), tops[0], high)
		KMOVW(odd, nan)
	} else {
		VMOVAPS(tops[1], high)
		VMOVMSKPS(odd, nan)
	}
	low, half, u := XMM(), XMM(), XMM()
	y := tops[0].AsY()
	VMAXPS(high, y, y)
	VEXTRACTF128(Imm(1), y, half)
	VMAXPS(half, tops[0].AsX(), low)
	VPERMILPS(Imm(0x4e), low, u)
	VMAXPS(u, low, low)
	VPERMILPS(Imm(0xb1), low, u)
	VMAXPS(u, low, low)
	VZEROUPPER()
	Store(low, ReturnIndex(0))
	wide := GP64()
	MOVL(nan, wide.As32())
	Store(wide, ReturnIndex(1))
	RET()
}
