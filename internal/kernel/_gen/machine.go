package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pause writes a loop of n PAUSE instructions: how a goroutine waits for work that is about to come.
func pause() {
	TEXT("pause", NOSPLIT, "func(n int)")
	n := gp("n")
	Label("loop")
	PAUSE()
	DECQ(n)
	JNZ(LabelRef("loop"))
	RET()
}

// cpuid writes the registers of CPUID for a leaf.
func cpuid() {
	TEXT("cpuid", NOSPLIT, "func(leaf uint32) (ax, bx, cx, dx uint32)")
	Load(Param("leaf"), reg.EAX)
	XORL(reg.ECX, reg.ECX)
	CPUID()
	for i, r := range []reg.Register{reg.EAX, reg.EBX, reg.ECX, reg.EDX} {
		Store(r, ReturnIndex(i))
	}
	RET()
}
