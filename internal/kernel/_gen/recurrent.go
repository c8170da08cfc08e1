package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// recurrent writes the steps of gated cells and their gradients: everything but the matrix products.
func recurrent(s isa) {
	lstm(s)
	gru(s)
}

// both returns σ with its constants in registers and tanh with its own in memory: there is no room for all.
func both(s isa) (sigma, tangent func(x reg.VecVirtual)) {
	sigma = sigmoid(s, newExponential(s))
	frugal = true
	defer func() { frugal = false }()
	return sigma, tanh(s)
}

func lstm(s isa) {
	// i, f, g, o ← σ, σ, tanh, σ of themselves; c' = f·c + i·g, u = tanh c', h = o·u
	s.pass("lstm", "", "i f cell o c next u h", 1, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		sigmoid, tanh := both(s)
		return func(v span, p []reg.GPVirtual) {
			gate := func(k int, f func(reg.VecVirtual)) reg.VecVirtual {
				x := v.load(p[k])
				f(x)
				v.store(x, p[k])
				return x
			}
			i, g := gate(0, sigmoid), gate(2, tanh)
			VMULPS(g, i, i)
			f := gate(1, sigmoid)
			VFMADD231PS(v.load(p[4]), f, i)
			v.store(i, p[5])
			tanh(i)
			v.store(i, p[6])
			o := gate(3, sigmoid)
			VMULPS(i, o, o)
			v.store(o, p[7])
		}
	})
	// with e = dc + dh·o·(1 - u²): di = e·g·i(1 - i), df = e·c·f(1 - f), dg = e·i·(1 - g²), do = dh·u·o(1 - o), dc = e·f
	s.pass("lstmGrad", "", "i f cell o c u dh dc", 1, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		slope, slopeOfTanh := sigmoidGrad(s), tanhGrad(s)
		return func(v span, p []reg.GPVirtual) {
			o, u, dh, e := v.load(p[3]), v.load(p[5]), v.load(p[6]), v.load(p[7])
			t := s.vec()
			VMULPS(o, dh, t)
			VADDPS(slopeOfTanh(u, t), e, e)
			VMULPS(u, dh, t)
			v.store(slope(o, t), p[3])
			i, g := v.load(p[0]), v.load(p[2])
			VMULPS(g, e, t)
			t = slope(i, t)
			VMULPS(i, e, i)
			v.store(slopeOfTanh(g, i), p[2])
			v.store(t, p[0])
			f, c := v.load(p[1]), v.load(p[4])
			VMULPS(c, e, c)
			VMULPS(f, e, e)
			v.store(slope(f, c), p[1])
			v.store(e, p[7])
		}
	})
}

func gru(s isa) {
	// r = σ(r + ar), z = σ(z + az), n = tanh(n + r·an), h' = n + z·(h - n)
	s.pass("gru", "", "r z c ar az ac h next", 1, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		sigmoid, tanh := both(s)
		return func(v span, p []reg.GPVirtual) {
			r, n := v.load(p[0]), v.load(p[2])
			VADDPS(v.load(p[3]), r, r)
			sigmoid(r)
			v.store(r, p[0])
			VFMADD231PS(v.load(p[5]), r, n)
			tanh(n)
			v.store(n, p[2])
			z := v.load(p[1])
			VADDPS(v.load(p[4]), z, z)
			sigmoid(z)
			v.store(z, p[1])
			h := v.load(p[6])
			VSUBPS(n, h, h)
			VFMADD213PS(n, z, h)
			v.store(h, p[7])
		}
	})
	// dn = dh(1 - z)(1 - n²), dz = dh(h - n)z(1 - z), dr = dn·an·r(1 - r), dan = dn·r, dh = dh·z
	s.pass("gruGrad", "", "r z c ar az ac h dh", 1, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		slope, slopeOfTanh, one := sigmoidGrad(s), tanhGrad(s), s.f(1)
		return func(v span, p []reg.GPVirtual) {
			z, n, h, dh := v.load(p[1]), v.load(p[2]), v.load(p[6]), v.load(p[7])
			t := s.vec()
			VSUBPS(n, h, h)
			VMULPS(dh, h, h)
			s.copy(one, t)
			VSUBPS(z, t, t)
			VMULPS(dh, t, t)
			VMULPS(z, dh, dh)
			v.store(dh, p[7])
			z = slope(z, h)
			v.store(z, p[1])
			v.store(z, p[4])
			dn := slopeOfTanh(n, t)
			v.store(dn, p[2])
			r, an := v.load(p[0]), v.load(p[5])
			VMULPS(dn, an, an)
			VMULPS(r, dn, dn)
			v.store(dn, p[5])
			r = slope(r, an)
			v.store(r, p[0])
			v.store(r, p[3])
		}
	})
}
