package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// softmaxRow writes e^(x - top)/Σ e^(x - top) of one row, top its largest number, unless top is -Inf: then it only returns it.
// NaN makes the sum NaN, whatever it does to the maximum.
func softmaxRow(s isa) {
	s.text("softmaxRow", "func(dst, src *float32, n int) (top float32)")
	dst, src, n := gp("dst"), gp("src"), gp("n")
	e := newExponential(s).withLimits()
	top := s.vec()
	low := s.inMemory(pattern(math.Inf(-1)))
	VMOVUPS(low, top)
	p, left := GP64(), GP64()
	MOVQ(src, p)
	MOVQ(n, left)
	l := int32(s.lanes())
	SUBQ(I32(l), left)
	JLT(LabelRef("topRest"))
	Label("topLoop")
	VMAXPS(at(p, 0), top, top)
	ADDQ(I32(int32(s.bytes())), p)
	SUBQ(I32(l), left)
	JGE(LabelRef("topLoop"))
	Label("topRest")
	ADDQ(I32(l), left)
	JZ(LabelRef("topDone"))
	m, x := s.mask(left), s.vec()
	m.load(at(p, 0), x)
	if s == avx512 {
		VMAXPS(x, top, m.r, top)
	} else {
		VBLENDVPS(m.r, x, top, x)
		VMAXPS(x, top, top)
	}
	Label("topDone")
	if s == avx512 {
		high := YMM()
		VEXTRACTF32X8(Imm(1), top, high)
		VMAXPS(high, top.AsY(), top.AsY())
	}
	t, u := XMM(), XMM()
	VEXTRACTF128(Imm(1), top.AsY(), t)
	VMAXPS(t, top.AsX(), t)
	VPERMILPS(Imm(0x4e), t, u)
	VMAXPS(u, t, t)
	VPERMILPS(Imm(0xb1), t, u)
	VMAXPS(u, t, t)
	Store(t, ReturnIndex(0))
	VUCOMISS(low, t)
	JEQ(LabelRef("done"))
	VBROADCASTSS(t, top)

	MOVQ(dst, p)
	MOVQ(n, left)
	r := expSumLoop(s, e, p, src, left, top, true)
	total := s.vec()
	one := XMM()
	VMOVSS(s.inMemory(pattern(1)), one)
	VDIVSS(r, one, one)
	VBROADCASTSS(one, total)

	SUBQ(I32(l), n)
	JLT(LabelRef("scaleRest"))
	Label("scaleLoop")
	VMULPS(at(dst, 0), total, x)
	VMOVUPS(x, at(dst, 0))
	ADDQ(I32(int32(s.bytes())), dst)
	SUBQ(I32(l), n)
	JGE(LabelRef("scaleLoop"))
	Label("scaleRest")
	ADDQ(I32(l), n)
	JZ(LabelRef("done"))
	m = s.mask(n)
	m.load(at(dst, 0), x)
	VMULPS(total, x, x)
	m.store(x, at(dst, 0))
	Label("done")
	VZEROUPPER()
	RET()
}

// layerNorm writes the parts of layer normalisation of one row.
func layerNorm(s isa) {
	// Σ (x - mean)²
	s.text("spread", "func(x *float32, n int, mean float32) float32")
	x, n := gp("x"), gp("n")
	mean, t := broadcastParam(s, "mean"), s.vec()
	r := reduction(s, n, []reg.GPVirtual{x}, func(sum reg.VecVirtual, i int) {
		VMOVUPS(at(x, i*s.bytes()), t)
		VSUBPS(mean, t, t)
		VFMADD231PS(t, t, sum)
	}, func(sum reg.VecVirtual, i int, m lanesMask) {
		m.load(at(x, i*s.bytes()), t)
		if s == avx512 {
			VSUBPS_Z(mean, t, m.r, t)
		} else {
			VSUBPS(mean, t, t)
			VANDPS(m.r, t, t)
		}
		VFMADD231PS(t, t, sum)
	})
	Store(r, ReturnIndex(0))
	RET()
	// (x - mean)·rstd·γ + β
	s.pass("normalise", "mean rstd", "dst x gamma beta", 2, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		mean, rstd := number("mean"), number("rstd")
		return func(v span, p []reg.GPVirtual) {
			x, beta := v.load(p[1]), v.load(p[3])
			VSUBPS(mean, x, x)
			VMULPS(rstd, x, x)
			VFMADD231PS(v.load(p[2]), x, beta)
			v.store(beta, p[0])
		}
	})
	// dx = dy·γ, dγ += dy·x̂, dβ += dy
	s.pass("normBack", "mean rstd", "dx x dy gamma dgamma dbeta", 1, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		mean, rstd := number("mean"), number("rstd")
		return func(v span, p []reg.GPVirtual) {
			x, dy, dg, db := v.load(p[1]), v.load(p[2]), v.load(p[4]), v.load(p[5])
			VSUBPS(mean, x, x)
			VMULPS(rstd, x, x)
			VFMADD231PS(dy, x, dg)
			v.store(dg, p[4])
			VADDPS(dy, db, db)
			v.store(db, p[5])
			VMULPS(v.load(p[3]), dy, dy)
			v.store(dy, p[0])
		}
	})
	// Σ y·(x - mean)
	s.text("dotLess", "func(y, x *float32, n int, mean float32) float32")
	y, x, n := gp("y"), gp("x"), gp("n")
	mean, t = broadcastParam(s, "mean"), s.vec()
	u := s.vec()
	r = reduction(s, n, []reg.GPVirtual{y, x}, func(sum reg.VecVirtual, i int) {
		VMOVUPS(at(x, i*s.bytes()), t)
		VSUBPS(mean, t, t)
		VFMADD231PS(at(y, i*s.bytes()), t, sum)
	}, func(sum reg.VecVirtual, i int, m lanesMask) {
		m.load(at(x, i*s.bytes()), t)
		m.load(at(y, i*s.bytes()), u) // 0 past the end
		VSUBPS(mean, t, t)
		VFMADD231PS(u, t, sum)
	})
	Store(r, ReturnIndex(0))
	RET()
	// dx = rstd·(dx - a - (x - mean)·b)
	s.pass("normFinish", "mean rstd a b", "dx x", 2, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		mean, rstd, a, b := number("mean"), number("rstd"), number("a"), number("b")
		return func(v span, p []reg.GPVirtual) {
			g, x := v.load(p[0]), v.load(p[1])
			VSUBPS(a, g, g)
			VSUBPS(mean, x, x)
			VFNMADD231PS(x, b, g)
			VMULPS(rstd, g, g)
			v.store(g, p[0])
		}
	})
}

// softmaxGradients: dx = y·(dy - a), and dx = dy - a·e^y of the logarithm; (x - a) - b finishes the logarithm itself.
func softmaxGradients(s isa) {
	s.pass("softmaxBack", "a", "dx y dy", 2, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		a := number("a")
		return func(v span, p []reg.GPVirtual) {
			dy := v.load(p[2])
			VSUBPS(a, dy, dy)
			VMULPS(v.load(p[1]), dy, dy)
			v.store(dy, p[0])
		}
	})
	s.pass("logSoftmaxBack", "a", "dx y dy", 1, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		a, e := number("a"), newExponential(s).withLimits()
		return func(v span, p []reg.GPVirtual) {
			y, dy := v.load(p[1]), v.load(p[2])
			e.clamp(y)
			e.apply(y, nil)
			VFNMADD231PS(a, y, dy)
			v.store(dy, p[0])
		}
	})
	s.pass("lower", "a b", "dst x", 2, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		a, b := number("a"), number("b")
		return func(v span, p []reg.GPVirtual) {
			x := v.load(p[1])
			VSUBPS(a, x, x)
			VSUBPS(b, x, x)
			v.store(x, p[0])
		}
	})
}
