package main

// v is a vector register of four lanes.
type v int

// threeSame are instructions d = n ∘ m on four float32, which Go's assembler does not know, by their encoding with all registers 0.
type threeSame struct {
	name string
	code uint32
}

var (
	fadd  = threeSame{"FADD", 0x4e20d400}
	fsub  = threeSame{"FSUB", 0x4ea0d400}
	fmul  = threeSame{"FMUL", 0x6e20dc00}
	fdiv  = threeSame{"FDIV", 0x6e20fc00}
	fmin  = threeSame{"FMIN", 0x4ea0f400}
	fmax  = threeSame{"FMAX", 0x4e20f400}
	faddp = threeSame{"FADDP", 0x6e20d400}
)

// twoSame are instructions d = ∘ n.
type twoSame threeSame

var (
	frintn = twoSame{"FRINTN", 0x4e218800} // to the nearest whole number
	fcvtns = twoSame{"FCVTNS", 0x4e21a800} // the same as an integer
	fabs   = twoSame{"FABS", 0x4ea0f800}
	fneg   = twoSame{"FNEG", 0x6ea0f800}
	cmltz  = twoSame{"CMLT0", 0x4ea0a800} // all ones where an integer is below zero
)

func (w *writer) three(i threeSame, n, m, d v) {
	w.op("WORD $0x%08x // %s V%d.S4, V%d.S4, V%d.S4", i.code|uint32(m)<<16|uint32(n)<<5|uint32(d), i.name, d, n, m)
}

func (w *writer) two(i twoSame, n, d v) {
	w.op("WORD $0x%08x // %s V%d.S4, V%d.S4", i.code|uint32(n)<<5|uint32(d), i.name, d, n)
}

// fmla is d += n·m.
func (w *writer) fmla(n, m, d v) { w.op("VFMLA V%d.S4, V%d.S4, V%d.S4", m, n, d) }

// fmls is d -= n·m.
func (w *writer) fmls(n, m, d v) { w.op("VFMLS V%d.S4, V%d.S4, V%d.S4", m, n, d) }

// fmlaLane is d += n·m[lane].
func (w *writer) fmlaLane(n, m v, lane int, d v) {
	code := 0x4f801000 | uint32(lane&1)<<21 | uint32(lane>>1)<<11 | uint32(m)<<16 | uint32(n)<<5 | uint32(d)
	w.op("WORD $0x%08x // FMLA V%d.S4, V%d.S4, V%d.S[%d]", code, d, n, m, lane)
}

func (w *writer) zero(r v) { w.op("VEOR V%d.B16, V%d.B16, V%d.B16", r, r, r) }

func (w *writer) move(n, d v) { w.op("VORR V%d.B16, V%d.B16, V%d.B16", n, n, d) }

// load and store four numbers at an address such as "16(R1)" or "(R1)".
func (w *writer) load(at string, r v)  { w.op("FMOVQ %s, F%d", at, r) }
func (w *writer) store(r v, at string) { w.op("FMOVQ F%d, %s", r, at) }

// loadTail reads the first 1 to 3 numbers at a register and nothing behind; the other lanes become zero. The count is in another register;
// next must be a label of its own.
func (w *writer) loadTail(at, count string, r v, next string) {
	w.op("TBNZ $1, %s, %s_two", count, next)
	w.op("FMOVS (%s), F%d", at, r)
	w.op("B %s", next)
	w.label(next + "_two")
	w.op("FMOVD (%s), F%d", at, r)
	w.op("TBZ $0, %s, %s", count, next)
	w.op("FMOVS 8(%s), F31", at)
	w.op("VMOV V31.S[0], V%d.S[2]", r)
	w.label(next)
}

// storeTail writes the first 1 to 3 lanes.
func (w *writer) storeTail(r v, at, count, next string) {
	w.op("TBNZ $1, %s, %s_two", count, next)
	w.op("FMOVS F%d, (%s)", r, at)
	w.op("B %s", next)
	w.label(next + "_two")
	w.op("FMOVD F%d, (%s)", r, at)
	w.op("TBZ $0, %s, %s", count, next)
	w.op("VDUP V%d.S[2], V31.S4", r)
	w.op("FMOVS F31, 8(%s)", at)
	w.label(next)
}

// fold adds the four lanes of r into its first, through s.
func (w *writer) fold(r, s v) {
	w.three(faddp, r, r, s)
	w.three(faddp, s, s, r)
}
