package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is a vector width; the generator writes each function once for each.
type isa int

const (
	avx512 isa = 512
	avx2   isa = 256
)

func (s isa) bytes() int { return int(s) / 8 }
func (s isa) lanes() int { return int(s) / 32 }

func (s isa) vec() reg.VecVirtual {
	if s == avx512 {
		return ZMM()
	}
	return YMM()
}

func (s isa) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vec()
	}
	return v
}

// text starts a function; its name ends in the width.
func (s isa) text(name, signature string) {
	TEXT(fmt.Sprintf("%s%d", name, int(s)), NOSPLIT, signature)
	Pragma("noescape")
}

func zero(v reg.VecVirtual) {
	y := v.AsY()
	VXORPS(y, y, y)
}

func gp(name string) reg.GPVirtual {
	return Load(Param(name), GP64()).(reg.GPVirtual)
}

func at(base reg.Register, disp int) Mem { return Mem{Base: base, Disp: disp} }

// lanesMask selects the first lanes of a vector: an opmask on AVX-512, a vector of signs on AVX2.
// Lanes left out are read as zero and neither read from nor written to memory.
type lanesMask struct {
	s isa
	r reg.Register
}

var signs *Mem

// mask selects the first n lanes, n in 0..lanes.
func (s isa) mask(n reg.GPVirtual) lanesMask {
	if s == avx512 {
		ones, k := GP32(), K()
		MOVL(I32(-1), ones)
		BZHIL(n.As32(), ones, ones)
		KMOVW(ones, k)
		return lanesMask{s, k}
	}
	if signs == nil {
		m := GLOBL("signs", RODATA|NOPTR)
		for i := range 16 {
			v := U32(0)
			if i < 8 {
				v = 1<<32 - 1
			}
			DATA(4*i, v)
		}
		signs = &m
	}
	base, i, y := GP64(), GP64(), YMM()
	LEAQ(*signs, base)
	MOVQ(I32(8), i)
	SUBQ(n, i)
	VMOVUPS(Mem{Base: base, Index: i, Scale: 4}, y)
	return lanesMask{s, y}
}

func (m lanesMask) load(from Mem, to reg.VecVirtual) {
	if m.s == avx512 {
		VMOVUPS_Z(from, m.r, to)
	} else {
		VMASKMOVPS(from, m.r, to)
	}
}

func (m lanesMask) store(from reg.VecVirtual, to Mem) {
	if m.s == avx512 {
		VMOVUPS(from, m.r, to)
	} else {
		VMASKMOVPS(from, m.r, to)
	}
}

// frugal keeps constants in memory on AVX-512 too, for loops that need more of them than there are registers.
var frugal bool

// bits returns a vector of the 32-bit pattern b: in a register on AVX-512, which has 32 of them, in memory on AVX2.
func (s isa) bits(b uint32) Op {
	if s == avx512 && !frugal {
		return s.bitsReg(b)
	}
	return s.inMemory(b)
}

func (s isa) bitsReg(b uint32) reg.VecVirtual {
	r := s.vec()
	VBROADCASTSS(s.inMemory(b), r)
	return r
}

// set writes the constant f to v.
func (s isa) set(v reg.VecVirtual, f float64) { VBROADCASTSS(s.inMemory(pattern(f)), v) }

var constants = map[uint32]Mem{}

func (s isa) inMemory(b uint32) Mem {
	m, ok := constants[b]
	if !ok {
		m = GLOBL(fmt.Sprintf("x%08x", b), RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(b))
		}
		constants[b] = m
	}
	return m
}

var vectors = map[string]Mem{}

// vector returns a vector of words, of which AVX2 sees the first eight.
func (s isa) vector(name string, words [16]uint32) Op {
	m, ok := vectors[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i, w := range words {
			DATA(4*i, U32(w))
		}
		vectors[name] = m
	}
	if s == avx512 && !frugal {
		r := s.vec()
		VMOVUPS(m, r)
		return r
	}
	return m
}

// copy writes a constant, register or memory, to v.
func (s isa) copy(from Op, v reg.VecVirtual) {
	if _, ok := from.(Mem); ok {
		VMOVUPS(from, v)
	} else {
		VMOVAPS(from, v)
	}
}

// fMem is the constant x in memory, for functions that have more of them than registers.
func (s isa) fMem(x float64) Op { return s.inMemory(pattern(x)) }

// choice holds a truth value for each lane.
type choice struct {
	s isa
	r reg.Register
}

// predicates of VCMPPS.
const (
	equal        = 0
	less         = 1
	lessEqual    = 2
	unordered    = 3
	notLessEqual = 6
	greaterEqual = 13
	greater      = 14
	notGreaterEq = 9
)

// compare tells where a stands to b as the predicate says.
func (s isa) compare(predicate uint64, a reg.Register, b Op) choice {
	if s == avx512 {
		k := K()
		VCMPPS(Imm(predicate), b, a, k)
		return choice{s, k}
	}
	m := s.vec()
	VCMPPS(Imm(predicate), b, a, m)
	return choice{s, m}
}

// negative tells where the sign bit of x is set.
func (s isa) negative(x reg.Register) choice {
	if s == avx512 {
		k := K()
		VPMOVD2M(x, k)
		return choice{s, k}
	}
	return choice{s, x}
}

// or is true where one of two choices is. It may take c's register.
func (c choice) or(d choice) choice {
	if c.s == avx512 {
		k := K()
		KORW(c.r, d.r, k)
		return choice{c.s, k}
	}
	VORPS(c.r, d.r, c.r)
	return c
}

// pick writes yes where the choice is true, else no. yes may be memory.
func (c choice) pick(yes Op, no, to reg.Register) {
	if c.s == avx512 {
		VBLENDMPS(yes, no, c.r, to)
	} else {
		VBLENDVPS(c.r, yes, no, to)
	}
}

// drop writes 0 where the choice is true, else x.
func (c choice) drop(x, to reg.Register) {
	if c.s == avx512 {
		k := K()
		KNOTW(c.r, k)
		VMOVAPS_Z(x, k, to)
	} else {
		VANDNPS(x, c.r, to)
	}
}

func pattern(x float64) uint32 { return math.Float32bits(float32(x)) }

func (s isa) f(x float64) Op                { return s.bits(pattern(x)) }
func (s isa) fReg(x float64) reg.VecVirtual { return s.bitsReg(pattern(x)) }

// rows addresses up to 16 rows of a matrix with one base register for each four.
type rows struct {
	bases       []reg.GPVirtual
	step, step3 reg.GPVirtual
}

func newRows(base, step reg.GPVirtual, n int) rows {
	r := rows{bases: []reg.GPVirtual{base}, step: step}
	if n > 3 {
		r.step3 = GP64()
		LEAQ(Mem{Base: step, Index: step, Scale: 2}, r.step3)
	}
	for i := 4; i < n; i += 4 {
		next := GP64()
		LEAQ(Mem{Base: r.bases[len(r.bases)-1], Index: step, Scale: 4}, next)
		r.bases = append(r.bases, next)
	}
	return r
}

func (r rows) at(i, disp int) Mem {
	m := Mem{Base: r.bases[i/4], Disp: disp}
	switch i % 4 {
	case 1, 2:
		m.Index, m.Scale = r.step, uint8(i%4)
	case 3:
		m.Index, m.Scale = r.step3, 1
	}
	return m
}

func (r rows) advance(by Op) {
	for _, b := range r.bases {
		ADDQ(by, b)
	}
}
