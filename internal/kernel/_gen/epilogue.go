package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// finish writes y[i] = max(low, ((y[i] + row) + bias[i]) + add[i]) to n numbers of a row of C, n ≥ 1. A nil bias or add is left out. low is -Inf, or 0 for
// the rectified linear unit. NaN stays NaN: MAXPS gives its second source, which avo writes first, when one is NaN.
func finish(s isa) {
	s.text("finish", "func(y, bias, add *float32, n int, row, low float32)")
	row, low := broadcastParam(s, "row"), broadcastParam(s, "low")
	y, bias, add, n := gp("y"), gp("bias"), gp("add"), gp("n")
	step := func(vecs int, m *lanesMask, tag string) {
		x := s.vecs(vecs)
		for j := range x {
			if m != nil {
				m.load(at(y, j*s.bytes()), x[j])
			} else {
				VMOVUPS(at(y, j*s.bytes()), x[j])
			}
			VADDPS(row, x[j], x[j])
		}
		for _, operand := range []struct {
			name string
			p    reg.GPVirtual
		}{{"bias", bias}, {"add", add}} {
			TESTQ(operand.p, operand.p)
			JZ(LabelRef("no_" + operand.name + tag))
			for j := range x {
				from := at(operand.p, j*s.bytes())
				if m == nil {
					VADDPS(from, x[j], x[j])
					continue
				}
				t := s.vec()
				m.load(from, t)
				VADDPS(t, x[j], x[j])
			}
			ADDQ(I32(int32(vecs*s.bytes())), operand.p)
			Label("no_" + operand.name + tag)
		}
		for j := range x {
			VMAXPS(x[j], low, x[j])
			if m != nil {
				m.store(x[j], at(y, j*s.bytes()))
			} else {
				VMOVUPS(x[j], at(y, j*s.bytes()))
			}
		}
		ADDQ(I32(int32(vecs*s.bytes())), y)
	}
	l := int32(s.lanes())
	SUBQ(I32(4*l), n)
	JLT(LabelRef("rest"))
	Label("loop")
	step(4, nil, "4")
	SUBQ(I32(4*l), n)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(I32(4*l), n)
	Label("one")
	CMPQ(n, I32(l))
	JLT(LabelRef("tail"))
	step(1, nil, "1")
	SUBQ(I32(l), n)
	JMP(LabelRef("one"))
	Label("tail")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	m := s.mask(n)
	step(1, &m, "tail")
	Label("done")
	VZEROUPPER()
	RET()
}
