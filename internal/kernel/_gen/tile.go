package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of kernel.tile.
const (
	fieldA, fieldB, fieldC, fieldK            = 0, 8, 16, 24
	fieldRowA, fieldColA                      = 32, 40
	fieldRowB, fieldRowC, fieldTail, fieldAcc = 48, 56, 64, 72
)

// tiles writes the tiles the driver asks for: up to 14x2 vectors (28 of 32 registers hold sums) on AVX-512, up to 6x2
// (12 of 16) on AVX2, and flat ones four vectors wide for products of few rows.
func tiles(s isa) {
	most, flat := 14, 4
	if s == avx2 {
		most, flat = 6, 2
	}
	for m := 1; m <= most; m++ {
		for v := 1; v <= 4; v++ {
			if v > 2 && m > flat {
				continue
			}
			tile(s, m, v, true)
			if s == avx2 {
				tile(s, m, v, false)
			}
		}
	}
}

// tile writes C[m, v vectors] = A·B, or C += A·B when acc is set. Each element is one chain of fused multiply-adds over
// k that starts from 0 or from C, so the bits of the result do not depend on the tile or on the blocking of k.
// masked: the last vector has tail lanes. (On AVX-512 a full mask costs nothing; on AVX2 it does.)
func tile(s isa, m, v int, masked bool) {
	name := fmt.Sprintf("tile%dx%d", m, v)
	if s == avx2 && masked {
		name += "tail"
	}
	s.text(name+"_", "func(t *byte)")
	args := gp("t")
	field := func(off int) reg.GPVirtual {
		r := GP64()
		MOVQ(at(args, off), r)
		return r
	}
	stride := func(off int) reg.GPVirtual {
		r := field(off)
		SHLQ(Imm(2), r)
		return r
	}
	a := newRows(field(fieldA), stride(fieldRowA), m)
	colA := stride(fieldColA)
	b, rowB := field(fieldB), stride(fieldRowB)
	k := field(fieldK)
	var tail lanesMask
	if masked {
		tail = s.mask(field(fieldTail))
	}
	load := func(mem Mem, j int, to reg.VecVirtual) {
		if masked && j == v-1 {
			tail.load(mem, to)
		} else {
			VMOVUPS(mem, to)
		}
	}
	eachRowOfC := func(f func(i int, row reg.GPVirtual)) {
		c, rowC := field(fieldC), stride(fieldRowC)
		for i := range m {
			f(i, c)
			if i < m-1 {
				ADDQ(rowC, c)
			}
		}
	}

	sums := make([][]reg.VecVirtual, m)
	for i := range sums {
		sums[i] = s.vecs(v)
	}
	CMPQ(at(args, fieldAcc), Imm(0))
	JEQ(LabelRef("fresh"))
	eachRowOfC(func(i int, row reg.GPVirtual) {
		for j := range v {
			load(at(row, j*s.bytes()), j, sums[i][j])
		}
	})
	JMP(LabelRef("start"))
	Label("fresh")
	eachRowOfC(func(i int, row reg.GPVirtual) { // bring C in while the sums are formed
		PREFETCHT0(at(row, 0))
		if v > 2 || s == avx512 && v > 1 {
			PREFETCHT0(at(row, v*s.bytes()-64))
		}
		for j := range v {
			zero(sums[i][j])
		}
	})
	Label("start")

	bs := s.vecs(v)
	spare := 1
	if s == avx512 || m*v+v+3 <= 16 {
		spare = 2
	}
	if m*v+v+spare > 32 {
		spare = 1
	}
	as := s.vecs(spare)
	step := func() {
		for j := range bs {
			load(at(b, j*s.bytes()), j, bs[j])
		}
		for i := range m {
			if s == avx512 && v == 1 {
				VFMADD231PS_BCST(a.at(i, 0), bs[0], sums[i][0])
				continue
			}
			x := as[i%spare]
			VBROADCASTSS(a.at(i, 0), x)
			for j := range bs {
				VFMADD231PS(bs[j], x, sums[i][j])
			}
		}
		a.advance(colA)
		ADDQ(rowB, b)
	}
	unroll := 4
	if m*v > 8 {
		unroll = 2
	}
	SUBQ(Imm(uint64(unroll)), k)
	JLT(LabelRef("rest"))
	Label("loop")
	for range unroll {
		step()
	}
	SUBQ(Imm(uint64(unroll)), k)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(Imm(uint64(unroll)), k)
	JZ(LabelRef("done"))
	Label("one")
	step()
	DECQ(k)
	JNZ(LabelRef("one"))
	Label("done")
	eachRowOfC(func(i int, row reg.GPVirtual) {
		for j := range v {
			mem := at(row, j*s.bytes())
			if masked && j == v-1 {
				tail.store(sums[i][j], mem)
			} else {
				VMOVUPS(sums[i][j], mem)
			}
		}
	})
	VZEROUPPER()
	RET()
}
