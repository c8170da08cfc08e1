package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// span is a vector of each slice that a function walks along: whole, or the first lanes of it.
type span struct {
	s    isa
	mask *lanesMask
	off  int
}

func (v span) load(p reg.Register) reg.VecVirtual {
	x := v.s.vec()
	if v.mask != nil {
		v.mask.load(at(p, v.off), x)
	} else {
		VMOVUPS(at(p, v.off), x)
	}
	return x
}

func (v span) store(x reg.VecVirtual, p reg.Register) {
	if v.mask != nil {
		v.mask.store(x, at(p, v.off))
	} else {
		VMOVUPS(x, at(p, v.off))
	}
}

// walk runs body over n ≥ 0 numbers of the slices at pointers: unroll vectors at a time, then one, then part of one.
func (s isa) walk(n reg.GPVirtual, pointers []reg.GPVirtual, unroll int, body func(v span)) {
	forward := func(vecs int) {
		for _, p := range pointers {
			ADDQ(I32(int32(vecs*s.bytes())), p)
		}
	}
	l := int32(s.lanes())
	for _, vecs := range []int{unroll, 1} {
		name := fmt.Sprintf("by%d", vecs)
		count := I32(l * int32(vecs))
		SUBQ(count, n)
		JLT(LabelRef(name + "end"))
		Label(name)
		for i := range vecs {
			body(span{s: s, off: i * s.bytes()})
		}
		forward(vecs)
		SUBQ(count, n)
		JGE(LabelRef(name))
		Label(name + "end")
		ADDQ(count, n)
		if unroll == 1 {
			break
		}
	}
	JZ(LabelRef("done"))
	m := s.mask(n)
	body(span{s: s, mask: &m})
	Label("done")
	VZEROUPPER()
	RET()
}

// pass writes a function over equally long slices, with numbers before them:
//
//	func(numbers float32, slices *float32, n int)
//
// prepare loads constants and returns the body, which gets the slices' pointers in order.
func (s isa) pass(name, numbers, slices string, unroll int, prepare func(number func(string) reg.VecVirtual) func(v span, p []reg.GPVirtual)) {
	signature := "func("
	if numbers != "" {
		signature += list(numbers) + " float32, "
	}
	s.text(name, signature+list(slices)+" *float32, n int)")
	var pointers []reg.GPVirtual
	for _, p := range fields(slices) {
		pointers = append(pointers, gp(p))
	}
	n := gp("n")
	body := prepare(func(name string) reg.VecVirtual { return broadcastParam(s, name) })
	s.walk(n, pointers, unroll, func(v span) { body(v, pointers) })
}

func broadcastParam(s isa, name string) reg.VecVirtual {
	v := s.vec()
	VBROADCASTSS(param(name), v)
	return v
}

// param is an argument where it lies.
func param(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
