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
	fieldRowB, fieldRowC, fieldTail, fieldAdd = 48, 56, 64, 72
	fieldCount, fieldStepB, fieldNextB        = 80, 88, 96
)

// flavour of a tile: how its last vector is held.
type flavour string

const (
	whole  flavour = ""     // all lanes in use
	tail   flavour = "tail" // some lanes in use
	narrow flavour = "half" // half a vector of AVX-512, masked: half the time where 512 bits take two cycles
)

// tiles writes the tiles the driver asks for: up to 14x2 vectors (28 of 32 registers hold sums) on AVX-512, up to 6x2
// (12 of 16) on AVX2, and flat ones four vectors wide for products of few rows.
func tiles(s isa) {
	most, flat := 14, 6
	if s == avx2 {
		most, flat = 6, 2
	}
	for m := 1; m <= most; m++ {
		if s == avx512 {
			tile(s, m, 1, tail)
			tile(s, m, 1, narrow)
			tile(s, m, 2, whole)
		} else {
			for v := 1; v <= 2; v++ {
				tile(s, m, v, whole)
				tile(s, m, v, tail)
			}
		}
		if m <= flat {
			tile(s, m, 4, whole)
		}
	}
}

// tile writes C[m, v vectors] = A·B, or C += A·B when add is set, for count tiles side by side. The vectors of a row of B are nextB apart and
// those of the next tile stepB further on; those of C follow each other at once.
//
// Each element is one chain of fused multiply-adds over k that starts from 0 or from C, so the bits of the result do not
// depend on the tile or on the blocking of k. (On AVX-512 a full mask costs nothing; on AVX2 it does.)
func tile(s isa, m, v int, f flavour) {
	name := fmt.Sprintf("tile%dx%d", m, v)
	if f == narrow || s == avx2 {
		name += string(f)
	}
	s.text(name+"_", "func(t *byte)")
	masking := s
	if f == narrow {
		s = avx2
	}
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
	var last lanesMask
	if f != whole {
		last = masking.mask(field(fieldTail))
	}
	load := func(mem Mem, j int, to reg.VecVirtual) {
		if f != whole && j == v-1 {
			last.load(mem, to)
		} else {
			VMOVUPS(mem, to)
		}
	}
	colA, rowB := stride(fieldColA), stride(fieldRowB)
	var next, next3 reg.GPVirtual
	if v > 1 {
		next = stride(fieldNextB)
	}
	if v > 3 {
		next3 = GP64()
		LEAQ(Mem{Base: next, Index: next, Scale: 2}, next3)
	}

	Label("tile")
	a := newRows(field(fieldA), stride(fieldRowA), m)
	b := field(fieldB)
	k := field(fieldK)
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
	CMPQ(at(args, fieldAdd), Imm(0))
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
	if masking == avx512 || m*v+v+3 <= 16 {
		spare = 2
	}
	if m*v+v+spare > 32 {
		spare = 1
	}
	as := s.vecs(spare)
	step := func() {
		for j := range bs {
			from := at(b, 0)
			switch j {
			case 1, 2:
				from.Index, from.Scale = next, uint8(j)
			case 3:
				from.Index, from.Scale = next3, 1
			}
			load(from, j, bs[j])
		}
		for i := range m {
			if masking == avx512 && v == 1 {
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
			if f != whole && j == v-1 {
				last.store(sums[i][j], mem)
			} else {
				VMOVUPS(sums[i][j], mem)
			}
		}
	})
	DECQ(at(args, fieldCount)) // before the pointers move on: they never point behind the last tile
	JZ(LabelRef("end"))
	stepB := stride(fieldStepB)
	ADDQ(stepB, at(args, fieldB))
	ADDQ(I32(int32(v*s.bytes())), at(args, fieldC))
	JMP(LabelRef("tile"))
	Label("end")
	VZEROUPPER()
	RET()
}
