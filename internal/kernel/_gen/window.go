package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// windowMax sums windows of a matrix along a diagonal and keeps for each of up to vecs vectors of columns the largest sum and
// the number of the first window that has it. The last vector has last columns. Sums, maxima and places stay in registers.
func windowMax(s isa) {
	for vecs := 1; vecs <= 4; vecs++ {
		s.text(fmt.Sprintf("windowMax%d_", vecs), "func(best *float32, at *int32, shares *float32, step, diagonal uintptr, taps, windows, first, fresh, last int)")
		best, place, row, step, diagonal := gp("best"), gp("at"), gp("shares"), gp("step"), gp("diagonal")
		taps, windows := gp("taps"), gp("windows")
		tail := s.mask(gp("last"))
		now := s.vec()
		VPBROADCASTD(param("first"), now)
		tops, places := s.vecs(vecs), s.vecs(vecs)
		sums := s.vecs(vecs)
		load := func(base reg.GPVirtual, j int, to reg.VecVirtual) {
			if j == vecs-1 {
				tail.load(at(base, j*s.bytes()), to)
			} else {
				VMOVUPS(at(base, j*s.bytes()), to)
			}
		}
		sum := func(name string) {
			q, left := GP64(), GP64()
			MOVQ(row, q)
			MOVQ(taps, left)
			for _, v := range sums {
				zero(v)
			}
			TESTQ(left, left)
			JZ(LabelRef(name + "summed"))
			Label(name + "tap")
			for j, v := range sums {
				if j < vecs-1 {
					VADDPS(at(q, j*s.bytes()), v, v)
					continue
				}
				t := s.vec()
				load(q, j, t)
				VADDPS(t, v, v)
			}
			ADDQ(diagonal, q)
			DECQ(left)
			JNZ(LabelRef(name + "tap"))
			Label(name + "summed")
		}
		CMPQ(param("fresh"), Imm(0))
		JNE(LabelRef("fresh"))
		for j := range vecs {
			load(best, j, tops[j])
			load(place, j, places[j])
		}
		JMP(LabelRef("window"))
		Label("fresh")
		sum("first")
		for j := range vecs {
			VMOVAPS(sums[j], tops[j])
			VMOVAPS(now, places[j])
		}
		JMP(LabelRef("next"))
		Label("window")
		sum("")
		for j := range vecs {
			larger := s.compare(greater, sums[j], tops[j]).or(s.compare(unordered, sums[j], sums[j])) // a NaN wins
			larger.pick(sums[j], tops[j], tops[j])
			larger.pick(now, places[j], places[j])
		}
		Label("next")
		ADDQ(step, row)
		INCQ(param("first")) // AVX2 has no register left for a vector of ones
		VPBROADCASTD(param("first"), now)
		DECQ(windows)
		JNZ(LabelRef("window"))
		for j := range vecs {
			if j == vecs-1 {
				tail.store(tops[j], at(best, j*s.bytes()))
				tail.store(places[j], at(place, j*s.bytes()))
			} else {
				VMOVUPS(tops[j], at(best, j*s.bytes()))
				VMOVUPS(places[j], at(place, j*s.bytes()))
			}
		}
		VZEROUPPER()
		RET()
	}
}

// addRows writes y += Σ_i a[i]·table[rows[i]·rowB + off:] for some vectors of y, or for n numbers of one, which stay in registers.
func addRows(s isa) {
	for _, vecs := range []int{8, 2, 0} {
		name := fmt.Sprintf("addRows%d_", vecs)
		s.text(name, "func(y, a *float32, rows *int, count int, table *float32, rowB uintptr, n int)")
		y, a, rows, count, table, rowB := gp("y"), gp("a"), gp("rows"), gp("count"), gp("table"), gp("rowB")
		sums := s.vecs(max(vecs, 1))
		var m lanesMask
		if vecs == 0 {
			m = s.mask(gp("n"))
			m.load(at(y, 0), sums[0])
		} else {
			for j := range sums {
				VMOVUPS(at(y, j*s.bytes()), sums[j])
			}
		}
		Label("row")
		q, x := GP64(), s.vec()
		MOVQ(at(rows, 0), q)
		IMULQ(rowB, q)
		ADDQ(table, q)
		VBROADCASTSS(at(a, 0), x)
		if vecs == 0 {
			t := s.vec()
			m.load(at(q, 0), t)
			VFMADD231PS(t, x, sums[0])
		} else {
			for j := range sums {
				VFMADD231PS(at(q, j*s.bytes()), x, sums[j])
			}
		}
		ADDQ(Imm(8), rows)
		ADDQ(Imm(4), a)
		DECQ(count)
		JNZ(LabelRef("row"))
		if vecs == 0 {
			m.store(sums[0], at(y, 0))
		} else {
			for j := range sums {
				VMOVUPS(sums[j], at(y, j*s.bytes()))
			}
		}
		VZEROUPPER()
		RET()
	}
}
