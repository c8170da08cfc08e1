package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const signBit = 1 << 31

func functions(s isa) {
	wide := 4
	if s == avx2 {
		wide = 1
	}
	elementwise("exp", s, wide, func() func([]reg.VecVirtual) { return newExponential(s).apply })
	elementwise("sigmoid", s, min(wide, 3), func() func([]reg.VecVirtual) { return sigmoid(s) })
	elementwise("tanh", s, min(wide, 3), func() func([]reg.VecVirtual) { return tanh(s) })
	elementwise("geluErf", s, 1, func() func([]reg.VecVirtual) { return geluErf(s) })
	elementwise("geluTanh", s, min(wide, 2), func() func([]reg.VecVirtual) { return geluTanh(s) })
}

// sigmoid: with z = e^-|x|, 1/(1+z) for x ≥ 0 and z/(1+z) below, so that both tails keep their relative accuracy.
func sigmoid(s isa) func([]reg.VecVirtual) {
	e := newExponential(s)
	sign, one := s.bits(signBit), s.fReg(1)
	return func(x []reg.VecVirtual) {
		z := s.vecs(len(x))
		for i := range x {
			VORPS(sign, x[i], z[i])
		}
		e.apply(z)
		for i := range x {
			top := s.vec()
			if s == avx512 {
				k := K()
				VPMOVD2M(x[i], k)
				VMOVAPS(one, top)
				VMOVAPS(z[i], k, top)
			} else {
				VBLENDVPS(x[i], z[i], one, top)
			}
			VADDPS(one, z[i], z[i])
			VDIVPS(z[i], top, x[i])
		}
	}
}

// tanh: with m = e^(2|x|) - 1, m/(m+2), and the sign of x. m comes from r + r²·P(r) without forming e^r, so small x lose nothing.
func tanh(s isa) func([]reg.VecVirtual) {
	e := newExponential(s)
	sign, bias, one, two := s.bits(signBit), s.bits(127), s.f(1), s.f(2)
	limit := s.fReg(10)
	return func(x []reg.VecVirtual) {
		t := s.vecs(len(x))
		for i := range x {
			signOf := s.vec()
			VANDPS(sign, x[i], signOf)
			VXORPS(signOf, x[i], t[i])
			VMOVAPS(signOf, x[i])
			VMINPS(t[i], limit, t[i])
			VADDPS(t[i], t[i], t[i])
		}
		n, p := e.reduce(t)
		for i := range t {
			sq, m := s.vec(), t[i]
			VMULPS(m, m, sq)
			VFMADD231PS(sq, p[i], m) // r + r²·P
			VCVTPS2DQ(n[i], n[i])
			VPADDD(bias, n[i], n[i])
			VPSLLD(Imm(23), n[i], n[i]) // 2^n
			VSUBPS(one, n[i], sq)
			VFMADD213PS(sq, n[i], m) // m·2^n + (2^n - 1)
			VADDPS(two, m, p[i])
			VDIVPS(p[i], m, m)
			VORPS(m, x[i], x[i])
		}
	}
}

// tailOfNormal are the coefficients, highest first, of R with 1 - Φ(t) = e^(-t²/2)·u·R(u), u = 1/(1+t/4), to 1e-8 relative
// on [0, 15] (least squares reweighted towards the minimax, Lawson 1961).
var tailOfNormal = []float64{0.0171772715, -0.0661196563, 0.0596941184, 0.0173834765, 0.0222140621, 0.0813669865, 0.0739028391, 0.0950895682, 0.0995463488, 0.0997449898}

// geluErf: x·Φ(x) = max(x, 0) - |x|·(1 - Φ(|x|)), where nothing cancels. t² is taken in two parts, or its rounding error
// would be multiplied by the exponent.
func geluErf(s isa) func([]reg.VecVirtual) {
	e := newExponential(s)
	sign, one, quarter, mhalf := s.bits(signBit), e.one, s.f(0.25), s.f(-0.5)
	limit := s.fReg(15)
	var c []Op
	for _, v := range tailOfNormal[1:] {
		c = append(c, s.f(v))
	}
	return func(x []reg.VecVirtual) {
		for i := range x {
			t, sq, low := s.vec(), s.vec(), s.vec()
			magnitude(s, sign, limit, x[i], t)
			VMULPS(t, t, sq)
			VMOVAPS(sq, low)
			VFMSUB231PS(t, t, low) // t² = sq + low
			VMULPS(mhalf, sq, sq)
			VMULPS(mhalf, low, low)
			e.apply([]reg.VecVirtual{sq})
			VFMADD213PS(sq, sq, low) // e^sq·(1 + low)
			u, r := s.vec(), s.vec()
			VMOVUPS(one, r)
			VMOVAPS(t, u)
			VFMADD132PS(quarter, r, u) // 1 + t/4
			VDIVPS(u, r, u)
			s.set(r, tailOfNormal[0])
			for _, v := range c {
				VFMADD213PS(v, u, r)
			}
			VMULPS(u, r, r)
			VMULPS(low, r, r)
			lessTail(s, x[i], t, r)
		}
	}
}

// geluTanh: ½x(1 + tanh v) = x·σ(2v), v = √(2/π)(x + 0.044715x³), as max(x, 0) - |x|·σ(-2v(|x|)).
func geluTanh(s isa) func([]reg.VecVirtual) {
	e := newExponential(s)
	first := -2 * math.Sqrt(2/math.Pi)
	sign, one, c1, c3 := s.bits(signBit), e.one, s.f(first), s.f(first*0.044715)
	limit := s.fReg(12)
	return func(x []reg.VecVirtual) {
		t, z := s.vecs(len(x)), s.vecs(len(x))
		for i := range x {
			magnitude(s, sign, limit, x[i], t[i])
			sq := s.vec()
			VMULPS(t[i], t[i], sq)
			VMOVUPS(c1, z[i])
			VFMADD231PS(c3, sq, z[i])
			VMULPS(t[i], z[i], z[i])
		}
		e.apply(z)
		for i := range x {
			q := s.vec()
			VADDPS(one, z[i], q)
			VDIVPS(q, z[i], q)
			lessTail(s, x[i], t[i], q)
		}
	}
}

// magnitude writes t = min(|x|, limit); past the limit the tail is 0.
func magnitude(s isa, sign Op, limit, x, t reg.VecVirtual) {
	VANDPS(sign, x, t)
	VXORPS(t, x, t)
	VMINPS(t, limit, t)
}

// lessTail writes x = max(x, 0) - t·q. The maximum gives x when it is NaN or -0.
func lessTail(s isa, x, t, q reg.VecVirtual) {
	nought := s.vec()
	zero(nought)
	VMAXPS(x, nought, x)
	VFNMADD231PS(t, q, x)
}
