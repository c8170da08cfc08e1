package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// gradients writes dx = dy·f'(x), given the value y where it says more, else x.
func gradients(s isa) {
	of := func(name, given string, unroll int, prepare func() func(given, dy reg.VecVirtual) (dx reg.VecVirtual)) {
		s.pass(name+"Grad", "", "dx "+given+" dy", unroll, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
			f := prepare()
			return func(v span, p []reg.GPVirtual) { v.store(f(v.load(p[1]), v.load(p[2])), p[0]) }
		})
	}
	of("tanh", "y", 2, func() func(y, dy reg.VecVirtual) reg.VecVirtual { return tanhGrad(s) })
	of("sigmoid", "y", 2, func() func(y, dy reg.VecVirtual) reg.VecVirtual { return sigmoidGrad(s) })
	of("relu", "x", 2, func() func(x, dy reg.VecVirtual) reg.VecVirtual {
		nought := s.vec()
		zero(nought)
		return func(x, dy reg.VecVirtual) reg.VecVirtual {
			s.compare(lessEqual, x, nought).drop(dy, dy)
			return dy
		}
	})
	of("softplus", "x", 1, func() func(x, dy reg.VecVirtual) reg.VecVirtual {
		f := sigmoid(s, newExponential(s))
		return func(x, dy reg.VecVirtual) reg.VecVirtual {
			f(x)
			VMULPS(dy, x, x)
			return x
		}
	})
	for _, u := range units(s) {
		of(u.name, "x", 1, func() func(x, dy reg.VecVirtual) reg.VecVirtual {
			f := u.slope()
			return func(x, dy reg.VecVirtual) reg.VecVirtual {
				f(x)
				VMULPS(dy, x, x)
				return x
			}
		})
	}
}

// tanhGrad: dy·(1 - y²).
func tanhGrad(s isa) func(y, dy reg.VecVirtual) reg.VecVirtual {
	one := s.f(1)
	return func(y, dy reg.VecVirtual) reg.VecVirtual {
		d := s.vec()
		s.copy(one, d)
		VFNMADD231PS(y, y, d)
		VMULPS(dy, d, d)
		return d
	}
}

// sigmoidGrad: dy·y·(1 - y).
func sigmoidGrad(s isa) func(y, dy reg.VecVirtual) reg.VecVirtual {
	one := s.f(1)
	return func(y, dy reg.VecVirtual) reg.VecVirtual {
		d := s.vec()
		s.copy(one, d)
		VSUBPS(y, d, d)
		VMULPS(y, d, d)
		VMULPS(dy, d, d)
		return d
	}
}
