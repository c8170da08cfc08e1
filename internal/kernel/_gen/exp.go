package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exponential holds the constants of exp. x = n·ln2 + r with |r| ≤ ln2/2, and e^r = 1 + r + r²·P(r), P of degree 5
// (coefficients of Cephes' expf, Moshier 1989). ln2 is split in two so that n·high is exact.
type exponential struct {
	s           isa
	low, high   reg.VecVirtual // beyond them e^x is 0 and +Inf
	log2e, h, l Op
	p           []Op
	one, bias   Op
}

func newExponential(s isa) exponential {
	e := exponential{s: s, low: s.fReg(-104), high: s.fReg(89), log2e: s.f(1.44269504088896341), h: s.f(-0.693359375), l: s.f(2.12194440e-4)}
	for _, c := range []float64{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		e.p = append(e.p, s.f(c))
	}
	e.one = s.f(1)
	if s == avx2 {
		e.bias = s.bits(127)
	}
	return e
}

// clamp leaves NaN as it is: MINPS and MAXPS give their second source, which avo writes first, when one is NaN.
func (e exponential) clamp(x []reg.VecVirtual) {
	for _, v := range x {
		VMINPS(v, e.high, v)
		VMAXPS(v, e.low, v)
	}
}

// reduce returns n and P(r), and leaves r in x.
func (e exponential) reduce(x []reg.VecVirtual) (n, p []reg.VecVirtual) {
	n, p = e.s.vecs(len(x)), e.s.vecs(len(x))
	for i := range x {
		VMULPS(e.log2e, x[i], n[i])
		if e.s == avx512 {
			VRNDSCALEPS(Imm(8), n[i], n[i])
		} else {
			VROUNDPS(Imm(8), n[i], n[i])
		}
	}
	for i := range x {
		VFMADD231PS(e.h, n[i], x[i])
		VFMADD231PS(e.l, n[i], x[i])
		e.s.set(p[i], 1.9875691500e-4)
	}
	for _, c := range e.p {
		for i := range x {
			VFMADD213PS(c, x[i], p[i])
		}
	}
	return n, p
}

// apply replaces x by e^x.
func (e exponential) apply(x []reg.VecVirtual) {
	e.clamp(x)
	n, p := e.reduce(x)
	for i := range x { // 1 + r·(1 + r·P)
		VFMADD213PS(e.one, x[i], p[i])
		VFMADD213PS(e.one, p[i], x[i])
	}
	for i := range x {
		if e.s == avx512 {
			VSCALEFPS(n[i], x[i], x[i])
			continue
		}
		// 2^n in two factors, since n may be 128 or below -126; the first product is exact, the second rounds once,
		// as VSCALEFPS does.
		half := p[i]
		VCVTPS2DQ(n[i], n[i])
		VPSRAD(Imm(1), n[i], half)
		VPSUBD(half, n[i], n[i])
		for _, v := range []reg.VecVirtual{half, n[i]} {
			VPADDD(e.bias, v, v)
			VPSLLD(Imm(23), v, v)
			VMULPS(v, x[i], x[i])
		}
	}
}

// elementwise writes func(dst, src *float32, n int), n ≥ 0. body replaces each vector by its function.
func elementwise(name string, s isa, unroll int, prepare func() (body func(x []reg.VecVirtual))) {
	s.text(name, "func(dst, src *float32, n int)")
	dst, src, n := gp("dst"), gp("src"), gp("n")
	body := prepare()
	l := int32(s.lanes())
	SUBQ(I32(l*int32(unroll)), n)
	JLT(LabelRef("rest"))
	Label("loop")
	x := s.vecs(unroll)
	for i := range x {
		VMOVUPS(at(src, i*s.bytes()), x[i])
	}
	body(x)
	for i := range x {
		VMOVUPS(x[i], at(dst, i*s.bytes()))
	}
	ADDQ(I32(int32(unroll*s.bytes())), src)
	ADDQ(I32(int32(unroll*s.bytes())), dst)
	SUBQ(I32(l*int32(unroll)), n)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(I32(l*int32(unroll)), n)
	JZ(LabelRef("done"))
	Label("masked")
	count, full := GP64(), GP64()
	MOVQ(n, count)
	MOVQ(I32(l), full)
	CMPQ(count, full)
	CMOVQGT(full, count)
	m := s.mask(count)
	y := s.vec()
	m.load(at(src, 0), y)
	body([]reg.VecVirtual{y})
	m.store(y, at(dst, 0))
	ADDQ(I32(int32(s.bytes())), src)
	ADDQ(I32(int32(s.bytes())), dst)
	SUBQ(I32(l), n)
	JGT(LabelRef("masked"))
	Label("done")
	VZEROUPPER()
	RET()
}
