package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const signBit = 1 << 31

// functions writes y = f(x).
func functions(s isa) {
	unary := func(name string, unroll int, prepare func() func(x reg.VecVirtual)) {
		s.pass(name, "", "dst src", unroll, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
			f := prepare()
			return func(v span, p []reg.GPVirtual) {
				x := v.load(p[1])
				f(x)
				v.store(x, p[0])
			}
		})
	}
	unary("exp", 2, func() func(reg.VecVirtual) {
		e := newExponential(s).withLimits()
		return func(x reg.VecVirtual) {
			e.clamp(x)
			e.apply(x, nil)
		}
	})
	unary("expm1_", 1, func() func(reg.VecVirtual) { return expm1(s) })
	unary("log", 1, func() func(reg.VecVirtual) { return logarithm(s, false) })
	unary("log1p_", 1, func() func(reg.VecVirtual) { return logarithm(s, true) })
	unary("softplus", 1, func() func(reg.VecVirtual) { return softplus(s) })
	unary("sigmoid", 2, func() func(reg.VecVirtual) { return sigmoid(s, newExponential(s)) })
	unary("tanh", 2, func() func(reg.VecVirtual) { return tanh(s) })
	unary("relu", 2, func() func(reg.VecVirtual) { return relu(s) })
	for _, u := range units(s) {
		unary(u.name, 1, u.value)
	}
}

// relu: max(x, 0); the maximum gives x when it is NaN or -0.
func relu(s isa) func(reg.VecVirtual) {
	nought := s.vec()
	zero(nought)
	return func(x reg.VecVirtual) { VMAXPS(x, nought, x) }
}

// sigmoid: with z = e^-|x|, 1/(1+z) for x ≥ 0 and z/(1+z) below, so that both tails keep their relative accuracy.
func sigmoid(s isa, e *exponential) func(reg.VecVirtual) {
	sign, low := s.bits(signBit), s.fReg(-104)
	return func(x reg.VecVirtual) {
		z, top := s.vec(), s.vec()
		VORPS(sign, x, z)
		VMAXPS(z, low, z)
		e.apply(z, nil)
		one := s.vec()
		s.copy(e.one, one)
		s.negative(x).pick(z, one, top)
		VADDPS(one, z, z)
		VDIVPS(z, top, x)
	}
}

// tanh: with m = e^(2|x|) - 1, m/(m+2), and the sign of x.
func tanh(s isa) func(reg.VecVirtual) {
	g := newGrowth(s)
	sign, two, limit := s.bits(signBit), s.f(2), s.fReg(10)
	return func(x reg.VecVirtual) {
		t := s.vec()
		magnitude(s, sign, limit, x, t)
		VANDPS(sign, x, x)
		VADDPS(t, t, t)
		g.apply(t, 0)
		sum := s.vec()
		VADDPS(two, t, sum)
		VDIVPS(sum, t, t)
		VORPS(t, x, x)
	}
}

// expm1: e^x - 1, halved while it is formed, so that 2^128 never is.
func expm1(s isa) func(reg.VecVirtual) {
	g := newGrowth(s)
	low, high, minus := s.fReg(-25), s.fReg(89), s.bits(signBit)
	return func(x reg.VecVirtual) {
		t := s.vec()
		VMINPS(x, high, t)
		VMAXPS(t, low, t)
		g.apply(t, 1)
		VADDPS(t, t, t)
		// -0 stays
		sign := s.vec()
		VANDPS(minus, x, sign)
		VORPS(sign, t, x)
	}
}

// magnitude writes t = min(|x|, limit). The minimum gives |x| when it is NaN.
func magnitude(s isa, sign Op, limit, x, t reg.VecVirtual) {
	VANDPS(sign, x, t)
	VXORPS(t, x, t)
	VMINPS(t, limit, t)
}
