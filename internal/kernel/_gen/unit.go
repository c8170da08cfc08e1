package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A unit is x·F(x) with F a distribution function symmetric about 0: SiLU with the logistic one, GELU with the normal one and
// with its approximation. With t = |x| and q(t) = 1 - F(t), and g(t) = q(t) + t·q'(t), nothing cancels in
//
//	x·F(x)    = max(x, 0) - t·q(t)
//	(x·F(x))' = g(t) for x < 0, 1 - g(t) for x ≥ 0
//
// so that the left tail keeps its relative accuracy.
type unit struct {
	s     isa
	name  string
	limit float64 // where q is 0 in float32
	// tail returns what replaces t by q(t), or with slope by g(t).
	tail func(slope bool) func(t reg.VecVirtual)
}

func units(s isa) []unit {
	return []unit{
		{s, "silu", 104, func(slope bool) func(reg.VecVirtual) { return logisticTail(s, slope) }},
		{s, "geluErf", 14.6, func(slope bool) func(reg.VecVirtual) { return normalTail(s, slope) }},
		{s, "geluTanh", 12, func(slope bool) func(reg.VecVirtual) { return approximateTail(s, slope) }},
	}
}

func (u unit) value() func(x reg.VecVirtual) {
	s, tail, sign, limit := u.s, u.tail(false), u.s.bits(signBit), u.s.fReg(u.limit)
	return func(x reg.VecVirtual) {
		t, q, nought := s.vec(), s.vec(), s.vec()
		magnitude(s, sign, limit, x, t)
		VMOVAPS(t, q)
		tail(q)
		zero(nought)
		VMAXPS(x, nought, x) // x when it is NaN or -0
		VFNMADD231PS(t, q, x)
	}
}

// slope replaces x by the derivative.
func (u unit) slope() func(x reg.VecVirtual) {
	s, tail, sign, limit, one := u.s, u.tail(true), u.s.bits(signBit), u.s.fReg(u.limit), u.s.f(1)
	return func(x reg.VecVirtual) {
		g, rest := s.vec(), s.vec()
		magnitude(s, sign, limit, x, g)
		tail(g)
		s.copy(one, rest)
		VSUBPS(g, rest, rest)
		s.negative(x).pick(g, rest, x)
	}
}

// logistic replaces z = e^-v by q = z/(1+z), or with slope by q·(1 - w·(1-q)), where w holds t·v'(t): g for q = σ(-v(t)).
func logistic(s isa, one Op, z, w reg.VecVirtual) {
	q := s.vec()
	VADDPS(one, z, q)
	VDIVPS(q, z, z)
	if w == nil {
		return
	}
	s.copy(one, q)
	VSUBPS(z, q, q)
	r := s.vec()
	s.copy(one, r)
	VFNMADD231PS(w, q, r)
	VMULPS(r, z, z)
}

// logisticTail: q = σ(-t).
func logisticTail(s isa, slope bool) func(t reg.VecVirtual) {
	e, sign := newExponential(s), s.bits(signBit)
	return func(t reg.VecVirtual) {
		var w reg.VecVirtual
		if slope {
			w = s.vec()
			VMOVAPS(t, w)
		}
		VXORPS(sign, t, t)
		e.apply(t, nil)
		logistic(s, e.one, t, w)
	}
}

// normalTail: q = 1 - Φ(t) = e^(-t²/2)·B/(1 + t·(√2π·B + A)) with polynomials A of degree 3 and B of degree 4, B(0) = ½, all coefficients
// positive, within 2^-25.8 on [0, 14.6] (least squares reweighted towards the minimax: Lawson 1961). The errors of B cancel but for the
// share of A, which is small where B's are large. g = e^(-t²/2)·(B/(…) - t/√2π). t² is taken in two parts, or its
// rounding error would be multiplied by the exponent.
func normalTail(s isa, slope bool) func(t reg.VecVirtual) {
	e, mhalf, root := newExponential(s).precise(), s.f(-0.5), s.f(math.Sqrt(2*math.Pi))
	polynomial := func(c ...float64) func(x reg.VecVirtual) reg.VecVirtual {
		var m []Op
		for _, v := range c {
			m = append(m, s.fMem(v))
		}
		return func(x reg.VecVirtual) reg.VecVirtual {
			p := s.vec()
			s.copy(m[1], p)
			VFMADD231PS(m[0], x, p)
			for _, v := range m[2:] {
				VFMADD213PS(v, x, p)
			}
			return p
		}
	}
	a := polynomial(1.2173007e-06, 0.0120346965, 0.11469418, 0.4579975)
	b := polynomial(0.0048232637, 0.04532977, 0.19704233, 0.45671317, 0.5)
	return func(t reg.VecVirtual) {
		sq, low := s.vec(), s.vec()
		VMULPS(t, t, sq)
		VMOVAPS(sq, low)
		VFMSUB231PS(t, t, low) // t² = sq + low
		VMULPS(mhalf, sq, sq)
		e.apply(sq, func(r reg.VecVirtual) { VFMADD231PS(mhalf, low, r) })
		over, under := b(t), a(t)
		VFMADD231PS(root, over, under)
		VFMADD213PS(e.one, t, under)
		if slope {
			VDIVPS(under, over, over)
			VFNMADD132PS(s.fMem(1/math.Sqrt(2*math.Pi)), over, t)
			VMULPS(sq, t, t)
		} else {
			VMULPS(sq, over, over)
			VDIVPS(under, over, t)
		}
	}
}

// approximateTail: q = σ(-v), v = 2√(2/π)(t + 0.044715 t³) = t·w, carried in two parts; their sum w is Knuth's (1969).
func approximateTail(s isa, slope bool) func(t reg.VecVirtual) {
	first := 2 * math.Sqrt(2/math.Pi)
	third := first * 0.044715
	low := func(x float64) float64 { return x - float64(float32(x)) }
	e := newExponential(s).precise()
	c1, c3, c1low, c3low := s.f(-first), s.fReg(-third), s.f(low(-first)), s.f(low(-third))
	return func(t reg.VecVirtual) {
		sq, rest, cube, w, v := s.vec(), s.vec(), s.vec(), s.vec(), s.vec()
		VMULPS(t, t, sq)
		VMOVAPS(sq, rest)
		VFMSUB231PS(t, t, rest)
		VMULPS(c3, sq, cube) // c3 t² = cube + rest
		VFMADD213PS(c1low, c3, rest)
		VFMADD231PS(c3low, sq, rest)
		short := s.vec()
		VMOVAPS(cube, short)
		VFMSUB231PS(c3, sq, short)
		VADDPS(short, rest, rest)
		VADDPS(c1, cube, w)
		part := s.vec() // of w that came from cube
		VSUBPS(c1, w, part)
		VSUBPS(part, cube, short)
		VADDPS(short, rest, rest)
		VSUBPS(part, w, part)
		s.copy(c1, short)
		VSUBPS(part, short, short)
		VADDPS(short, rest, rest)
		VMULPS(t, w, v)
		var steep reg.VecVirtual // t·v' = t·(w + 2c3 t²), made positive
		if slope {
			steep = s.vec()
			VADDPS(cube, cube, steep)
			VADDPS(w, steep, steep)
			VXORPS(s.bits(signBit), steep, steep)
			VMULPS(t, steep, steep)
		}
		vLow := s.vec()
		VMOVAPS(v, vLow)
		VFMSUB231PS(t, w, vLow)
		VFMADD231PS(t, rest, vLow)
		e.apply(v, func(r reg.VecVirtual) { VADDPS(vLow, r, r) })
		VMOVAPS(v, t)
		logistic(s, e.one, t, steep)
	}
}
