package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// logs holds the constants of log(1+f) = f - f²/2 + f³P(f) for 1+f in [√½, √2], P of degree 8 (coefficients of Cephes' logf,
// Moshier 1989).
type logs struct {
	s           isa
	first       float64
	p           []Op
	mhalf       Op
	ln2, ln2low Op
}

func newLogs(s isa) *logs {
	l := &logs{s: s, first: 7.0376836292e-2, mhalf: s.f(-0.5), ln2: s.f(0.693359375), ln2low: s.f(-2.12194440054690583e-4)}
	for _, c := range []float64{-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1} {
		l.p = append(l.p, s.fMem(c))
	}
	return l
}

// apply replaces f by log(1+f) + n·ln 2; ln 2 is in two parts, the first short enough for n·ln 2 to be exact.
func (l *logs) apply(f, n reg.VecVirtual) {
	s := l.s
	p, sq := s.vec(), s.vec()
	s.set(p, l.first)
	for _, c := range l.p {
		VFMADD213PS(c, f, p)
	}
	VMULPS(f, f, sq)
	VMULPS(f, p, p)
	VMULPS(sq, p, p)
	VFMADD231PS(l.ln2low, n, p)
	VFMADD231PS(l.mhalf, sq, p)
	VADDPS(p, f, f)
	VFMADD231PS(l.ln2, n, f)
}

// logarithm: x = 2^n·(1+f). The bits of x less those of √½ hold n in their upper part. Denormal numbers are first multiplied by 2^24.
// plusOne: log(1+x), where 1+x is rounded only to find n; f = x·2^-n + (2^-n - 1) rounds once.
func logarithm(s isa, plusOne bool) func(reg.VecVirtual) {
	l := newLogs(s)
	root := s.bits(pattern(math.Sqrt(0.5)))
	one, infinity, nought := s.f(1), s.f(math.Inf(1)), s.fReg(0)
	return func(x reg.VecVirtual) {
		u, n, f := s.vec(), s.vec(), s.vec()
		VMOVAPS(x, u)
		var small choice
		if plusOne {
			VADDPS(one, u, u)
		} else {
			VMULPS(s.fMem(1<<24), x, f)
			small = s.compare(less, x, s.fMem(0x1p-126))
			small.pick(f, u, u)
		}
		VPSUBD(root, u, n)
		VPSRAD(Imm(23), n, n)
		scale := s.vec()
		VPSLLD(Imm(23), n, scale)
		VPSUBD(scale, u, f) // 1+f
		VSUBPS(one, f, f)
		VCVTDQ2PS(n, n)
		if plusOne {
			g, unscale := s.vec(), s.vec()
			s.copy(one, unscale)
			VPSUBD(scale, unscale, unscale) // 2^-n
			VSUBPS(one, unscale, g)
			VFMADD231PS(x, unscale, g)
			s.compare(less, x, s.fMem(1<<25)).pick(g, f, f)
		} else {
			less24 := s.vec()
			VSUBPS(s.fMem(24), n, less24)
			small.pick(less24, n, n)
		}
		l.apply(f, n)
		// What has no logarithm: NaN below, -Inf at the edge, +Inf at +Inf.
		edge := s.vec()
		if plusOne {
			s.compare(equal, x, nought).pick(x, f, f) // -0 stays
			VSUBPS(s.fMem(-1), x, edge)
			s.compare(equal, edge, nought).pick(s.fMem(math.Inf(-1)), f, f)
		} else {
			VMOVAPS(x, edge)
			s.compare(equal, x, nought).pick(s.fMem(math.Inf(-1)), f, f)
		}
		s.compare(equal, x, infinity).pick(x, f, f)
		s.compare(notGreaterEq, edge, nought).pick(s.inMemory(0x7fc00000), f, x)
	}
}

// softplus: log(1 + e^x) = max(x, 0) + log(1+z), z = e^-|x|, with 1+z halved past √2.
func softplus(s isa) func(reg.VecVirtual) {
	e, l := newExponential(s), newLogs(s)
	sign, low := s.bits(signBit), s.fReg(-104)
	return func(x reg.VecVirtual) {
		z, n, half, nought := s.vec(), s.vec(), s.vec(), s.vec()
		VORPS(sign, x, z)
		VMAXPS(z, low, z)
		e.apply(z, nil)
		VMULPS(s.fMem(0.5), z, half)
		VSUBPS(s.fMem(0.5), half, half) // (1+z)/2 - 1
		zero(nought)
		one := s.vec()
		s.copy(e.one, one)
		big := s.compare(greater, z, s.fMem(math.Sqrt2-1))
		big.pick(one, nought, n)
		big.pick(half, z, z)
		l.apply(z, n)
		VMAXPS(x, nought, x)
		VADDPS(z, x, x)
	}
}
