package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// steps writes the updates of the optimisers, w last. They round after each operation, in the order of the portable code, so
// all paths give the same bits.
func steps(s isa) {
	times := func(a, b reg.VecVirtual) reg.VecVirtual {
		x := s.vec()
		VMULPS(b, a, x)
		return x
	}
	plus := func(a, b reg.VecVirtual) reg.VecVirtual {
		VADDPS(b, a, a)
		return a
	}
	step := func(name, numbers, slices string, body func(k map[string]reg.VecVirtual, d, w reg.VecVirtual, load func(string) reg.VecVirtual, store func(reg.VecVirtual, string)) (move reg.VecVirtual)) {
		s.pass(name, numbers, "w grad "+slices, 1, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
			k, at := map[string]reg.VecVirtual{}, map[string]int{}
			for _, n := range fields(numbers) {
				k[n] = number(n)
			}
			for i, n := range fields("w grad " + slices) {
				at[n] = i
			}
			return func(v span, p []reg.GPVirtual) {
				w, d := v.load(p[0]), v.load(p[1])
				if sign, ok := k["sign"]; ok {
					d = times(sign, d)
					if decay, ok := k["decay"]; ok {
						d = plus(d, times(decay, w))
					}
				}
				move := body(k, d, w, func(n string) reg.VecVirtual { return v.load(p[at[n]]) }, func(x reg.VecVirtual, n string) { v.store(x, p[at[n]]) })
				VSUBPS(move, w, w)
				v.store(w, p[0])
			}
		})
	}
	type numbers = map[string]reg.VecVirtual
	type loader = func(string) reg.VecVirtual
	type storer = func(reg.VecVirtual, string)
	root := func(x reg.VecVirtual) reg.VecVirtual {
		VSQRTPS(x, x)
		return x
	}
	// average returns keep·old + rest·d or, squared, keep·old + rest·d·d, and stores it.
	average := func(k numbers, keep, rest, name string, d reg.VecVirtual, squared bool, load loader, store storer) reg.VecVirtual {
		x := times(k[keep], load(name))
		y := times(k[rest], d)
		if squared {
			y = times(y, d)
		}
		x = plus(x, y)
		store(x, name)
		return x
	}

	step("sgdStep", "sign decay rate", "", func(k numbers, d, w reg.VecVirtual, _ loader, _ storer) reg.VecVirtual {
		return times(k["rate"], d)
	})
	step("momentumStep", "sign decay keep take ofGrad ofBuf rate", "buf", func(k numbers, d, w reg.VecVirtual, load loader, store storer) reg.VecVirtual {
		b := average(k, "keep", "take", "buf", d, false, load, store)
		return times(k["rate"], plus(times(k["ofGrad"], d), times(k["ofBuf"], b)))
	})
	step("adamStep", "sign decay beta1 rest1 beta2 rest2 size correct eps remain", "m v", func(k numbers, d, w reg.VecVirtual, load loader, store storer) reg.VecVirtual {
		m := times(k["size"], average(k, "beta1", "rest1", "m", d, false, load, store))
		v := root(average(k, "beta2", "rest2", "v", d, true, load, store))
		VDIVPS(plus(times(v, k["correct"]), k["eps"]), m, m)
		VMULPS(k["remain"], w, w)
		return m
	})
	step("sparseAdamStep", "sign rest1 rest2 size eps", "m v", func(k numbers, d, w reg.VecVirtual, load loader, store storer) reg.VecVirtual {
		towards := func(name, rest string, target reg.VecVirtual) reg.VecVirtual {
			old, x := load(name), s.vec()
			VSUBPS(old, target, x)
			x = plus(times(k[rest], x), old)
			store(x, name)
			return x
		}
		m := towards("m", "rest1", d)
		v := root(towards("v", "rest2", times(d, d)))
		VDIVPS(plus(v, k["eps"]), m, m)
		return times(k["size"], m)
	})
	step("rmspropStep", "sign decay alpha rest eps rate", "v", func(k numbers, d, w reg.VecVirtual, load loader, store storer) reg.VecVirtual {
		v := root(average(k, "alpha", "rest", "v", d, true, load, store))
		d = times(k["rate"], d)
		VDIVPS(plus(v, k["eps"]), d, d)
		return d
	})
	step("adagradStep", "sign decay rate eps", "sum", func(k numbers, d, w reg.VecVirtual, load loader, store storer) reg.VecVirtual {
		v := plus(times(d, d), load("sum"))
		store(v, "sum")
		v = root(v)
		d = times(k["rate"], d)
		VDIVPS(plus(v, k["eps"]), d, d)
		return d
	})
	step("adadeltaStep", "sign decay rho rest eps rate", "v u", func(k numbers, d, w reg.VecVirtual, load loader, store storer) reg.VecVirtual {
		v := average(k, "rho", "rest", "v", d, true, load, store)
		top := root(plus(load("u"), k["eps"]))
		under := s.vec()
		VADDPS(k["eps"], v, under)
		root(under)
		VDIVPS(under, top, top)
		move := times(top, d)
		average(k, "rho", "rest", "u", move, true, load, store)
		return times(k["rate"], move)
	})
}
