package main

import (
	"fmt"
	"math"
)

// stream runs body on vectors of four, then on the last 1 to 3 numbers of all pointers, which body sees with zeros behind. in are
// registers of the pointers read, into V0, V1, …; the result, V0, goes to out unless that is empty. R3 counts.
func (w *writer) stream(in []string, out string, body func()) {
	walk := func(tail bool) {
		for i, r := range in {
			if tail {
				w.loadTail(r, "R3", v(i), fmt.Sprintf("in%d", i))
			} else {
				w.load("("+r+")", v(i))
			}
		}
		body()
		if out != "" && tail {
			w.storeTail(0, out, "R3", "out")
		} else if out != "" {
			w.store(0, "("+out+")")
		}
	}
	w.label("loop")
	w.op("SUBS $4, R3, R3")
	w.op("BLT rest")
	walk(false)
	moved := map[string]bool{}
	for _, r := range append(append([]string(nil), in...), out) {
		if r != "" && !moved[r] {
			w.op("ADD $16, %s, %s", r, r)
			moved[r] = true
		}
	}
	w.op("B loop")
	w.label("rest")
	w.op("ADD $4, R3, R3")
	w.op("CBZ R3, end")
	walk(true)
	w.label("end")
}

// unrolled runs body for eight vectors at a time, before stream takes what is left.
func (w *writer) unrolled(pointers []string, body func(j int)) {
	w.label("wide")
	w.op("SUBS $32, R3, R3")
	w.op("BLT narrow")
	for j := range 8 {
		body(j)
	}
	for _, r := range pointers {
		w.op("ADD $128, %s, %s", r, r)
	}
	w.op("B wide")
	w.label("narrow")
	w.op("ADD $32, R3, R3")
}

// gather adds the eight sums V16..V23 into the first lane of V16.
func (w *writer) gather() {
	for half := 4; half > 0; half /= 2 {
		for j := range half {
			w.three(fadd, v(16+j), v(16+half+j), v(16+j))
		}
	}
	w.fold(16, 17)
}

// dot writes func(x, y *float32, n int) float32, with 32 partial sums.
func (w *writer) dot() {
	w.text("dotNEON", 28)
	w.op("MOVD x+0(FP), R0")
	w.op("MOVD y+8(FP), R1")
	w.op("MOVD n+16(FP), R3")
	for j := range 8 {
		w.zero(v(16 + j))
	}
	w.unrolled([]string{"R0", "R1"}, func(j int) {
		w.load(fmt.Sprintf("%d(R0)", 16*j), v(j))
		w.load(fmt.Sprintf("%d(R1)", 16*j), v(8+j))
		w.fmla(v(j), v(8+j), v(16+j))
	})
	w.stream([]string{"R0", "R1"}, "", func() { w.fmla(0, 1, 16) })
	w.gather()
	w.op("FMOVS F16, ret+24(FP)")
	w.op("RET")
}

// sum writes func(x *float32, n int) float32, with 32 partial sums.
func (w *writer) sum() {
	w.text("sumNEON", 20)
	w.op("MOVD x+0(FP), R0")
	w.op("MOVD n+8(FP), R3")
	for j := range 8 {
		w.zero(v(16 + j))
	}
	w.unrolled([]string{"R0"}, func(j int) {
		w.load(fmt.Sprintf("%d(R0)", 16*j), v(j))
		w.three(fadd, v(j), v(16+j), v(16+j))
	})
	w.stream([]string{"R0"}, "", func() { w.three(fadd, 0, 16, 16) })
	w.gather()
	w.op("FMOVS F16, ret+16(FP)")
	w.op("RET")
}

// axpy writes func(alpha float32, x, y *float32, n int).
func (w *writer) axpy() {
	w.text("axpyNEON", 32)
	w.op("FMOVS alpha+0(FP), F30")
	w.op("MOVD x+8(FP), R1")
	w.op("MOVD y+16(FP), R0")
	w.op("MOVD n+24(FP), R3")
	w.unrolled([]string{"R0", "R1"}, func(j int) {
		w.load(fmt.Sprintf("%d(R1)", 16*j), v(8+j))
		w.load(fmt.Sprintf("%d(R0)", 16*j), v(j))
		w.fmlaLane(v(8+j), 30, 0, v(j))
		w.store(v(j), fmt.Sprintf("%d(R0)", 16*j))
	})
	w.stream([]string{"R0", "R1"}, "R0", func() { w.fmlaLane(1, 30, 0, 0) })
	w.op("RET")
}

// scale writes func(alpha float32, x *float32, n int).
func (w *writer) scale() {
	w.text("scaleNEON", 24)
	w.op("FMOVS alpha+0(FP), F30")
	w.op("VDUP V30.S[0], V30.S4")
	w.op("MOVD x+8(FP), R0")
	w.op("MOVD n+16(FP), R3")
	w.unrolled([]string{"R0"}, func(j int) {
		w.load(fmt.Sprintf("%d(R0)", 16*j), v(j))
		w.three(fmul, v(j), 30, v(j))
		w.store(v(j), fmt.Sprintf("%d(R0)", 16*j))
	})
	w.stream([]string{"R0"}, "R0", func() { w.three(fmul, 0, 30, 0) })
	w.op("RET")
}

// binary writes func(dst, x, y *float32, n int).
func (w *writer) binary(name string, i threeSame) {
	w.text(name, 32)
	w.op("MOVD dst+0(FP), R0")
	w.op("MOVD x+8(FP), R1")
	w.op("MOVD y+16(FP), R2")
	w.op("MOVD n+24(FP), R3")
	w.unrolled([]string{"R0", "R1", "R2"}, func(j int) {
		w.load(fmt.Sprintf("%d(R1)", 16*j), v(j))
		w.load(fmt.Sprintf("%d(R2)", 16*j), v(8+j))
		w.three(i, v(j), v(8+j), v(j))
		w.store(v(j), fmt.Sprintf("%d(R0)", 16*j))
	})
	w.stream([]string{"R1", "R2"}, "R0", func() { w.three(i, 0, 1, 0) })
	w.op("RET")
}

// Registers of constants.
const (
	cHigh, cLow, cLog2e, cH, cL, cOne, cBias v = 16, 17, 18, 19, 20, 21, 22
	cP                                       v = 23 // to 28
	cTwo, cLimit                             v = 29, 30
)

// constant fills a register with a number.
func (w *writer) constant(r v, x float32) { w.bits(r, math.Float32bits(x)) }

func (w *writer) bits(r v, x uint32) {
	w.op("MOVW $0x%08x, R4", x)
	w.op("VDUP R4, V%d.S4", r)
}

// elementwise writes func(dst, src *float32, n int); body replaces V0 by its function and may use V1..V7.
func (w *writer) elementwise(name string, body func()) {
	w.text(name, 24)
	w.op("MOVD dst+0(FP), R0")
	w.op("MOVD src+8(FP), R1")
	w.op("MOVD n+16(FP), R3")
	w.constant(cHigh, 89)
	w.constant(cLow, -104)
	w.constant(cLog2e, 1.44269504088896341)
	w.constant(cH, 0.693359375)
	w.constant(cL, -2.12194440e-4)
	w.constant(cOne, 1)
	w.bits(cBias, 127)
	for i, c := range []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		w.constant(cP+v(i), c)
	}
	w.constant(cTwo, 2)
	w.constant(cLimit, 10)
	w.stream([]string{"R1"}, "R0", body)
	w.op("RET")
}

// reduce splits V0 = n·ln2 + r, |r| ≤ ln2/2, into n in V1 and r in V0, and leaves P(r) in V2, where e^r = 1 + r + r²·P(r). ln2 is in two
// parts, so that n·high is exact. The coefficients are those of Cephes' expf (Moshier 1989), as on amd64.
func (w *writer) reduce() {
	w.three(fmul, 0, cLog2e, 1)
	w.two(frintn, 1, 1)
	w.fmls(1, cH, 0)
	w.fmls(1, cL, 0)
	w.move(cP, 2)
	for i := range 5 {
		w.move(cP+v(i)+1, 3)
		w.fmla(2, 0, 3)
		w.move(3, 2)
	}
}

// power replaces V1, whole numbers, by 2^V1.
func (w *writer) power(r v) {
	w.op("VADD V%d.S4, V%d.S4, V%d.S4", cBias, r, r)
	w.op("VSHL $23, V%d.S4, V%d.S4", r, r)
}

// exp replaces V0 by e^V0 and uses V1..V3. 2^n comes in two factors, since n may be 128 or below -126; the first product is
// exact, the second rounds once.
func (w *writer) exp() {
	w.three(fmin, 0, cHigh, 0)
	w.three(fmax, 0, cLow, 0)
	w.reduce()
	w.move(cOne, 3)
	w.fmla(2, 0, 3)
	w.move(cOne, 2)
	w.fmla(3, 0, 2) // 1 + r·(1 + r·P)
	w.two(fcvtns, 1, 1)
	w.half(1, 3)
	w.op("VSUB V3.S4, V1.S4, V1.S4")
	w.power(3)
	w.power(1)
	w.three(fmul, 2, 3, 0)
	w.three(fmul, 0, 1, 0)
}

// half writes d = n/2 rounded down, n whole: SSHR #1.
func (w *writer) half(n, d v) {
	w.op("WORD $0x%08x // SSHR V%d.S4, V%d.S4, $1", 0x4f3f0400|uint32(n)<<5|uint32(d), d, n)
}

// sigmoid: with z = e^-|x|, 1/(1+z) for x ≥ 0 and z/(1+z) below, so that both tails keep their relative accuracy.
func (w *writer) sigmoid() {
	w.two(cmltz, 0, 7) // the sign bit
	w.two(fabs, 0, 0)
	w.two(fneg, 0, 0)
	w.exp()
	w.op("VBSL V%d.B16, V0.B16, V7.B16", cOne) // z where x < 0
	w.three(fadd, 0, cOne, 0)
	w.three(fdiv, 7, 0, 0)
}

// tanh: with m = e^(2|x|) - 1, m/(m+2), and the sign of x. m comes from r + r²·P(r) without forming e^r, so small x lose nothing.
func (w *writer) tanh() {
	w.move(0, 7)
	w.two(fabs, 0, 6)
	w.three(fmin, 6, cLimit, 0)
	w.three(fadd, 0, 0, 0)
	w.reduce()
	w.two(fcvtns, 1, 1)
	w.power(1)
	w.three(fmul, 0, 0, 3)
	w.fmla(3, 2, 0) // r + r²·P
	w.three(fsub, 1, cOne, 3)
	w.fmla(0, 1, 3) // m·2^n + (2^n - 1)
	w.three(fadd, 3, cTwo, 2)
	w.three(fdiv, 3, 2, 0)
	w.op("VEOR V6.B16, V7.B16, V7.B16") // the sign bit
	w.op("VORR V7.B16, V0.B16, V0.B16")
}
