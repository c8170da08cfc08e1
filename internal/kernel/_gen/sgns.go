package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The layout of an SGNSStep, 64 bytes.
const (
	sgnsTargets = 6
	sgnsIn      = 24
	sgnsCount   = 28
	sgnsFirst   = 29
	sgnsLast    = 30
	sgnsLabels  = 32
	sgnsSize    = 64
)

// sgns runs steps of logistic regression on rows: with h a row of in and c_j one to six rows of out,
//
//	g_j = rate·(label_j - σ(h·c_j)),   e = Σ g_j·c_j,   c_j += g_j·h,   h += e
//
// Dot products keep 16 partial sums whatever the width and add them in the same order, so both widths give the same bits. It returns how
// many steps it did: fewer than n when the next one names a row beyond limits, which holds those of the eight words at the head of a step.
func sgns(s isa) {
	s.text("sgns", "func(in, out, e *float32, dim int, steps *int32, n int, limits *int32, rate float32) int")
	// Constants stay in memory: VHADDPS and VPTEST know no register beyond the sixteenth, so few may be taken.
	frugal = true
	defer func() { frugal = false }()
	// clear sets the whole vector: one that is cleared in part is live from the start, and there are many of them
	clear := func(v reg.VecVirtual) { VXORPS(v, v, v) }
	scratch := AllocLocal(40)
	end, bytes := scratch.Offset(32), param("dim") // where whole vectors of a row end, and all of it; from here on dim is in bytes
	per := 16 / s.lanes()

	step, h, off := gp("steps"), GP64(), GP64()
	SHLQ(Imm(2), bytes)
	MOVQ(bytes, off)
	ANDQ(I32(-64), off)
	MOVQ(off, end)
	var rest lanesMask // behind end, at AVX-512
	if s == avx512 {
		n := GP64()
		MOVQ(bytes, n)
		SUBQ(off, n)
		SHRQ(Imm(2), n)
		rest = s.mask(n)
	}
	rows := make([]reg.GPVirtual, sgnsTargets)
	for j := range rows {
		rows[j] = GP64()
	}
	done := param("n") // counts down in place
	table := func(base string, id int, r reg.GPVirtual) {
		MOVLQSX(at(step, id), r)
		IMULQ(bytes, r)
		ADDQ(param(base), r)
	}
	Label("step")
	CMPQ(done, Imm(0))
	JE(LabelRef("end"))
	ids, worse := YMM(), YMM()
	VMOVDQU(at(step, 0), ids)
	limits := GP64()
	MOVQ(param("limits"), limits)
	VPMAXUD(at(limits, 0), ids, worse)
	VPCMPEQD(worse, ids, worse)
	VPTEST(worse, worse)
	JNZ(LabelRef("end"))

	// the rows of the step after this one, while this one computes
	CMPQ(done, Imm(1))
	JE(LabelRef("last"))
	for j, r := range rows {
		table("out", sgnsSize+4*j, r)
	}
	table("in", sgnsSize+sgnsIn, h)
	XORQ(off, off)
	Label("fetch")
	for _, r := range append(rows, h) {
		PREFETCHT0(Mem{Base: r, Index: off, Scale: 1})
	}
	ADDQ(Imm(64), off)
	CMPQ(off, bytes)
	JLT(LabelRef("fetch"))
	Label("last")

	for j, r := range rows {
		table("out", 4*j, r)
	}
	table("in", sgnsIn, h)
	count := GP64()
	MOVBQZX(at(step, sgnsCount), count)
	for k := 1; k < sgnsTargets; k++ {
		CMPQ(count, Imm(uint64(k)))
		JE(LabelRef(fmt.Sprintf("targets%d", k)))
	}
	for k := sgnsTargets; k > 0; k-- {
		label := func(name string) string { return fmt.Sprintf("%s%d", name, k) }
		Label(label("targets"))
		place := func(r reg.Register, half int) Mem {
			return Mem{Base: r, Index: off, Scale: 1, Disp: half * s.bytes()}
		}
		// tail runs body on what is left behind whole vectors: of 16 numbers, one part at AVX-512 and two at AVX2
		tail := func(name string, body func(half int, m lanesMask)) {
			CMPQ(off, bytes)
			JGE(LabelRef(label(name)))
			if s == avx512 {
				body(0, rest)
			} else {
				left := GP64()
				MOVQ(bytes, left)
				SUBQ(off, left)
				SHRQ(Imm(2), left)
				part, bound := GP64(), GP64()
				MOVQ(left, part)
				MOVQ(I32(8), bound)
				CMPQ(part, bound)
				CMOVQGT(bound, part)
				body(0, s.mask(part))
				XORQ(bound, bound)
				SUBQ(Imm(8), left)
				CMOVQLT(bound, left)
				body(1, s.mask(left))
			}
			Label(label(name))
		}
		loop := func(name string, body func(half int)) {
			XORQ(off, off)
			CMPQ(end, Imm(0))
			JE(LabelRef(label(name + "end")))
			Label(label(name))
			for half := range per {
				body(half)
			}
			ADDQ(Imm(64), off)
			CMPQ(off, end)
			JLT(LabelRef(label(name)))
			Label(label(name + "end"))
		}

		sums := s.vecs(k * per)
		for _, v := range sums {
			clear(v)
		}
		loop("dot", func(half int) {
			x := s.vec()
			VMOVUPS(place(h, half), x)
			for j := range k {
				VFMADD231PS(place(rows[j], half), x, sums[j*per+half])
			}
		})
		tail("dottail", func(half int, m lanesMask) {
			x, c := s.vec(), s.vec()
			m.load(place(h, half), x)
			for j := range k {
				m.load(place(rows[j], half), c)
				VFMADD231PS(c, x, sums[j*per+half])
			}
		})
		// sums of eight lanes, then of pairs, in pairs
		low := make([]reg.VecVirtual, k)
		for j := range k {
			low[j] = sums[j*per].AsY().(reg.VecVirtual)
			high := YMM()
			if s == avx512 {
				VEXTRACTF32X8(Imm(1), sums[j], high)
			} else {
				high = sums[2*j+1]
			}
			VADDPS(high, low[j], low[j])
		}
		four := func(v []reg.VecVirtual) reg.VecVirtual {
			pick := func(i int) reg.VecVirtual { return v[min(i, len(v)-1)] }
			a, b, x := YMM(), YMM(), XMM()
			VHADDPS(pick(1), pick(0), a)
			if len(v) > 2 {
				VHADDPS(pick(3), pick(2), b)
			} else {
				VMOVAPS(a, b)
			}
			VHADDPS(b, a, a)
			VEXTRACTF128(Imm(1), a, x)
			VADDPS(x, a.AsX(), a.AsX())
			return a
		}
		score := s.vec()
		clear(score)
		first := four(low[:min(k, 4)])
		if k > 4 {
			VINSERTF128(Imm(1), four(low[4:]).AsX(), first, score.AsY())
		} else {
			VMOVAPS(first, score.AsY())
		}
		sigmoid(s, newExponential(s))(score)
		g := YMM()
		VMOVUPS(at(step, sgnsLabels), g)
		VSUBPS(score.AsY(), g, g)
		rate := YMM()
		VBROADCASTSS(param("rate"), rate)
		VMULPS(rate, g, g)
		VMOVUPS(g, scratch)
		by := s.vecs(k)
		for j := range by {
			VBROADCASTSS(scratch.Offset(4*j), by[j])
		}
		// update runs on one vector of each row
		update := func(name string, half int, load func(Mem, reg.VecVirtual), store func(reg.VecVirtual, Mem)) {
			x, sum := s.vec(), s.vec()
			load(place(h, half), x)
			clear(sum)
			CMPB(at(step, sgnsFirst), Imm(0))
			JNE(LabelRef(label(name + "fresh")))
			e := gp("e")
			load(place(e, half), sum)
			Label(label(name + "fresh"))
			for j := range k {
				c := s.vec()
				load(place(rows[j], half), c)
				VFMADD231PS(c, by[j], sum)
				VFMADD231PS(x, by[j], c)
				store(c, place(rows[j], half))
			}
			CMPB(at(step, sgnsLast), Imm(0))
			JNE(LabelRef(label(name + "finish")))
			e = gp("e")
			store(sum, place(e, half))
			JMP(LabelRef(label(name + "stored")))
			Label(label(name + "finish"))
			VADDPS(sum, x, x)
			store(x, place(h, half))
			Label(label(name + "stored"))
		}
		loop("update", func(half int) {
			update(fmt.Sprint("whole", half), half, func(m Mem, v reg.VecVirtual) { VMOVUPS(m, v) }, func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
		})
		tail("updatetail", func(half int, m lanesMask) {
			update(fmt.Sprint("part", half), half, m.load, func(v reg.VecVirtual, to Mem) { m.store(v, to) })
		})
		if k > 1 {
			JMP(LabelRef("next"))
		}
	}
	Label("next")
	ADDQ(Imm(sgnsSize), step)
	DECQ(done)
	JMP(LabelRef("step"))
	Label("end")
	VZEROUPPER()
	left := GP64()
	MOVQ(done, left)
	Store(left, ReturnIndex(0))
	RET()
}
