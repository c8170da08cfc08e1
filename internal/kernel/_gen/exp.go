package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exponential holds the constants of e^x. With n the multiple of 1/8 nearest to x·log2 e and r = x - n·ln 2, so
// |r| ≤ (ln 2)/16,
//
//	e^x = 2^floor(n) · T · (1 + r + c2·r² + c3·r³),  T = 2^(n - floor(n)) from a table of eight
//
// with the c2 and c3 that leave the least error, 2^-25.2. n comes by adding and taking away 1.5·2^20, whose last place is worth 1/8; its
// last three bits then choose from the table. ln 2 is in two parts, so that the multiple taken away is exact.
//
// The precise form has a fourth term, which makes it 2^-29, and keeps T to more than its own digits: as a float32 and a correction δ,
// T(1+δ) (Gal 1986).
type exponential struct {
	s            isa
	low, high    reg.VecVirtual // beyond them e^x is 0 and +Inf
	log2e, magic Op
	ln2, ln2low  Op
	table, delta Op
	c2, c3, c4   Op // no c4: not precise
	one          Op
}

const log2e, magic = 1.44269504088896341, 1.5 * (1 << 20)

func newExponential(s isa) *exponential {
	var t, d [16]uint32
	for i := range t {
		exact := math.Exp2(float64(i%8) / 8)
		t[i], d[i] = pattern(exact), pattern(exact/float64(float32(exact))-1)
	}
	e := &exponential{s: s, log2e: s.f(log2e), magic: s.f(magic), ln2: s.f(math.Ln2), ln2low: s.f(math.Ln2 - float64(float32(math.Ln2))),
		c2: s.f(0.50006455), c3: s.f(0.16666858), one: s.f(1)}
	e.table, e.delta = s.vector("roots", t), s.vector("rootsLow", d)
	return e
}

// precise is for functions of several factors.
func (e *exponential) precise() *exponential {
	e.c2, e.c3, e.c4 = e.s.f(1./2), e.s.f(1./6), e.s.f(1./24)
	return e
}

// clamp keeps x where e^x is neither 0 nor infinite, or just beyond. It leaves NaN as it is: MINPS and MAXPS give their
// second source, which avo writes first, when one is NaN.
func (e *exponential) clamp(x reg.VecVirtual) {
	if e.low == nil {
		panic("clamp without limits")
	}
	VMINPS(x, e.high, x)
	VMAXPS(x, e.low, x)
}

func (e *exponential) withLimits() *exponential {
	e.low, e.high = e.s.fReg(-104), e.s.fReg(89)
	return e
}

// apply replaces x, at most 200 in magnitude, by e^x. more, if there is one, adds to r what x could not hold.
func (e *exponential) apply(x reg.VecVirtual, more func(r reg.VecVirtual)) {
	s := e.s
	z, n := s.vec(), s.vec()
	s.copy(e.magic, z)
	VFMADD231PS(e.log2e, x, z)
	VSUBPS(e.magic, z, n)
	VFNMADD231PS(e.ln2, n, x)
	VFNMADD231PS(e.ln2low, n, x)
	if more != nil {
		more(x)
	}
	sq, p, t := s.vec(), s.vec(), s.vec()
	VMULPS(x, x, sq)
	if e.c4 != nil {
		s.copy(e.c3, p)
		VFMADD231PS(e.c4, x, p)
		VFMADD213PS(e.c2, x, p)
	} else {
		s.copy(e.c2, p)
		VFMADD231PS(e.c3, x, p)
	}
	if e.c4 != nil {
		VPERMPS(e.delta, z, t)
		VADDPS(t, x, x)
	}
	VFMADD213PS(x, sq, p)
	VPERMPS(e.table, z, t)
	VFMADD213PS(t, t, p)
	if s == avx512 {
		VSCALEFPS(n, p, x)
		return
	}
	// 2^floor(n) in two factors, since floor(n) may be 128 or below -126; the first product is exact, the second rounds
	// once, as VSCALEFPS does. The bits of 1.5·2^20 leave the word with the shift.
	VPSRAD(Imm(3), z, n)
	VPSRAD(Imm(4), z, z)
	VPSUBD(z, n, n)
	for _, v := range []reg.VecVirtual{z, n} {
		VPSLLD(Imm(23), v, v)
		VPADDD(e.one, v, v)
	}
	VMULPS(z, p, x)
	VMULPS(n, x, x)
}

// growth holds the constants of e^x - 1 = 2^n(r + r²P(r)) + 2^n - 1, n the whole number nearest to x·log2 e and P of degree 5
// (coefficients of Cephes' expf, Moshier 1989): with no table, for what is near 0 must not pass through 1.
type growth struct {
	s            isa
	log2e, magic Op
	ln2, ln2low  Op
	first        float64
	p            []Op
	one          Op
}

func newGrowth(s isa) *growth {
	g := &growth{s: s, log2e: s.f(log2e), magic: s.f(8 * magic), ln2: s.f(math.Ln2), ln2low: s.f(math.Ln2 - float64(float32(math.Ln2))),
		first: 1.9875691500e-4, one: s.f(1)}
	for _, c := range []float64{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		g.p = append(g.p, s.f(c))
	}
	return g
}

// apply replaces x by 2^-shift·(e^x - 1), n - shift in -126..127.
func (g *growth) apply(x reg.VecVirtual, shift int) {
	s := g.s
	z, n, p, sq := s.vec(), s.vec(), s.vec(), s.vec()
	s.copy(g.magic, z)
	VFMADD231PS(g.log2e, x, z)
	VSUBPS(g.magic, z, n)
	VFNMADD231PS(g.ln2, n, x)
	VFNMADD231PS(g.ln2low, n, x)
	s.set(p, g.first)
	for _, c := range g.p {
		VFMADD213PS(c, x, p)
	}
	VMULPS(x, x, sq)
	VFMADD231PS(sq, p, x) // r + r²P
	scale := g.one
	if shift != 0 {
		scale = s.f(math.Ldexp(1, -shift))
	}
	VPSLLD(Imm(23), z, z)
	VPADDD(scale, z, z) // 2^(n - shift)
	VSUBPS(scale, z, n)
	VFMADD213PS(n, z, x)
}
