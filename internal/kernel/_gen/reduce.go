package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A reduction keeps 64 partial sums whatever the width, 4 vectors of AVX-512 or 8 of AVX2, and adds them up in the same
// order, so both give the same bits. step(sum, i) adds vector i after the pointers into sum; masked takes part of it.
func reduction(s isa, n reg.GPVirtual, pointers []reg.GPVirtual, step func(sum reg.VecVirtual, i int), masked func(sum reg.VecVirtual, i int, m lanesMask)) reg.VecVirtual {
	per := 16 / s.lanes() // vectors to 16 lanes
	sums := s.vecs(4 * per)
	for _, v := range sums {
		zero(v)
	}
	advance := func(bytes int) {
		for _, p := range pointers {
			ADDQ(I32(int32(bytes)), p)
		}
	}
	SUBQ(I32(64), n)
	JLT(LabelRef("rest"))
	Label("loop")
	for i, v := range sums {
		step(v, i)
	}
	advance(256)
	SUBQ(I32(64), n)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(I32(64), n)
	Label("sixteen")
	CMPQ(n, Imm(16))
	JLT(LabelRef("tail"))
	for i := range per {
		step(sums[i], i)
	}
	advance(64)
	SUBQ(Imm(16), n)
	JMP(LabelRef("sixteen"))
	Label("tail")
	if s == avx512 {
		masked(sums[0], 0, s.mask(n))
	} else {
		count, l, none := GP64(), GP64(), GP64()
		MOVQ(I32(8), l)
		XORQ(none, none)
		for i := range per {
			MOVQ(n, count)
			CMPQ(count, l)
			CMOVQGT(l, count)
			masked(sums[i], i, s.mask(count))
			SUBQ(Imm(8), n)
			CMOVQLT(none, n)
		}
	}
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {0, 2}} {
		for h := range per {
			VADDPS(sums[pair[1]*per+h], sums[pair[0]*per+h], sums[pair[0]*per+h])
		}
	}
	low, high := sums[0].AsY(), YMM()
	if s == avx512 {
		VEXTRACTF32X8(Imm(1), sums[0], high)
	} else {
		VMOVAPS(sums[1], high)
	}
	VADDPS(high, low, low)
	x := XMM()
	VEXTRACTF128(Imm(1), low, x)
	VADDPS(sums[0].AsX(), x, x)
	VHADDPS(x, x, x)
	VHADDPS(x, x, x)
	VZEROUPPER()
	return x
}

// dot writes Σ x[i]·y[i].
func dot(s isa) {
	s.text("dot", "func(x, y *float32, n int) float32")
	x, y, n := gp("x"), gp("y"), gp("n")
	t, u := s.vec(), s.vec()
	r := reduction(s, n, []reg.GPVirtual{x, y}, func(sum reg.VecVirtual, i int) {
		VMOVUPS(at(x, i*s.bytes()), t)
		VFMADD231PS(at(y, i*s.bytes()), t, sum)
	}, func(sum reg.VecVirtual, i int, m lanesMask) {
		m.load(at(x, i*s.bytes()), t)
		m.load(at(y, i*s.bytes()), u)
		VFMADD231PS(u, t, sum)
	})
	Store(r, ReturnIndex(0))
	RET()
}

// sum writes Σ x[i].
func sum(s isa) {
	s.text("sum", "func(x *float32, n int) float32")
	x, n := gp("x"), gp("n")
	t := s.vec()
	r := reduction(s, n, []reg.GPVirtual{x}, func(sum reg.VecVirtual, i int) {
		VADDPS(at(x, i*s.bytes()), sum, sum)
	}, func(sum reg.VecVirtual, i int, m lanesMask) {
		m.load(at(x, i*s.bytes()), t)
		VADDPS(t, sum, sum)
	})
	Store(r, ReturnIndex(0))
	RET()
}

// axpy writes y[i] += a·x[i].
func axpy(s isa) {
	s.pass("axpy", "a", "x y", 4, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		a := number("a")
		return func(v span, p []reg.GPVirtual) {
			x, y := v.load(p[0]), v.load(p[1])
			VFMADD231PS(x, a, y)
			v.store(y, p[1])
		}
	})
}

// scale writes x[i] *= a.
func scale(s isa) {
	s.pass("scale", "a", "x", 4, func(number func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
		a := number("a")
		return func(v span, p []reg.GPVirtual) {
			x := v.load(p[0])
			VMULPS(a, x, x)
			v.store(x, p[0])
		}
	})
}

// binary writes dst[i] = x[i] + y[i] and dst[i] = x[i]·y[i].
func binary(s isa) {
	for _, f := range []struct {
		name string
		op   func(...Op)
	}{{"add", VADDPS}, {"mul", VMULPS}} {
		s.pass(f.name, "", "dst x y", 4, func(func(string) reg.VecVirtual) func(span, []reg.GPVirtual) {
			return func(v span, p []reg.GPVirtual) {
				x, y := v.load(p[1]), v.load(p[2])
				f.op(y, x, x)
				v.store(x, p[0])
			}
		})
	}
}
