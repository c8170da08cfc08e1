package main

import "fmt"

const (
	mostRows = 8
	mostVecs = 2
)

// Registers of a tile: sums, B, and A. The rows of A have a pointer each.
const (
	firstB v = 16
	firstA v = 18
)

var rowOfA = [mostRows]string{"R9", "R10", "R11", "R12", "R13", "R14", "R15", "R19"}

// tiles writes func(t *byte) for all numbers of rows and vectors, whole and with a last vector of 1 to 3 lanes. The argument is the
// struct tile of the package.
//
// FMLA by lane takes a number of A straight from a loaded vector. Where the numbers of a row of A are neighbours, four steps
// of k share a load of it.
func (w *writer) tiles() {
	for vecs := 1; vecs <= mostVecs; vecs++ {
		for rows := 1; rows <= mostRows; rows++ {
			w.tile(rows, vecs, false)
			w.tile(rows, vecs, true)
		}
	}
}

func (w *writer) tile(rows, vecs int, tail bool) {
	name := fmt.Sprintf("tile%dx%d", rows, vecs)
	if tail {
		name += "tail"
	}
	w.text(name+"NEON", 8)
	w.op("MOVD t+0(FP), R0")
	w.op("MOVD 0(R0), R9")
	w.op("MOVD 8(R0), R1")  // B
	w.op("MOVD 16(R0), R2") // C
	w.op("MOVD 24(R0), R3") // k
	w.op("MOVD 32(R0), R20")
	w.op("LSL $2, R20")     // bytes between rows of A
	w.op("MOVD 40(R0), R5") // between its columns
	w.op("LSL $2, R5")
	w.op("MOVD 48(R0), R4") // between rows of B
	w.op("LSL $2, R4")
	w.op("MOVD 56(R0), R6") // between rows of C
	w.op("LSL $2, R6")
	if tail {
		w.op("MOVD 64(R0), R7")
	}
	w.op("MOVD 72(R0), R8")
	for i := 1; i < rows; i++ {
		w.op("ADD R20, %s, %s", rowOfA[i-1], rowOfA[i])
	}
	sum := func(i, j int) v { return v(i*vecs + j) }
	for i := range rows {
		for j := range vecs {
			w.zero(sum(i, j))
		}
	}
	w.op("CBZ R8, begin")
	w.op("MOVD R2, R21")
	for i := range rows {
		w.vectorsAt("R21", vecs, tail, fmt.Sprintf("c%d", i), func(j int) v { return sum(i, j) }, true)
		if i < rows-1 {
			w.op("ADD R6, R21, R21")
		}
	}
	w.label("begin")

	w.op("CMP $4, R5")
	w.op("BNE single")
	w.label("four")
	w.op("SUBS $4, R3, R3")
	w.op("BLT rest")
	for i := range rows {
		w.op("FMOVQ.P 16(%s), F%d", rowOfA[i], firstA+v(i))
	}
	for q := range 4 {
		w.vectorsAt("R1", vecs, tail, fmt.Sprintf("b%d", q), func(j int) v { return firstB + v(j) }, true)
		for i := range rows {
			for j := range vecs {
				w.fmlaLane(firstB+v(j), firstA+v(i), q, sum(i, j))
			}
		}
		w.op("ADD R4, R1, R1")
	}
	w.op("B four")
	w.label("rest")
	w.op("ADD $4, R3, R3")

	w.label("single")
	w.op("SUBS $1, R3, R3")
	w.op("BLT done")
	w.vectorsAt("R1", vecs, tail, "b", func(j int) v { return firstB + v(j) }, true)
	for i := range rows {
		w.op("FMOVS (%s), F%d", rowOfA[i], firstA+v(i))
		w.op("ADD R5, %s, %s", rowOfA[i], rowOfA[i])
	}
	for i := range rows {
		for j := range vecs {
			w.fmlaLane(firstB+v(j), firstA+v(i), 0, sum(i, j))
		}
	}
	w.op("ADD R4, R1, R1")
	w.op("B single")

	w.label("done")
	for i := range rows {
		w.vectorsAt("R2", vecs, tail, fmt.Sprintf("s%d", i), func(j int) v { return sum(i, j) }, false)
		if i < rows-1 {
			w.op("ADD R6, R2, R2")
		}
	}
	w.op("RET")
}

// vectorsAt loads or stores neighbouring vectors, of which the last may be short: R7 has its lanes then.
func (w *writer) vectorsAt(at string, vecs int, tail bool, next string, r func(j int) v, load bool) {
	for j := range vecs {
		switch {
		case tail && j == vecs-1:
			if j > 0 {
				w.op("ADD $%d, %s, R22", 16*j, at)
				at = "R22"
			}
			if load {
				w.loadTail(at, "R7", r(j), next)
			} else {
				w.storeTail(r(j), at, "R7", next)
			}
		case load:
			w.load(fmt.Sprintf("%d(%s)", 16*j, at), r(j))
		default:
			w.store(r(j), fmt.Sprintf("%d(%s)", 16*j, at))
		}
	}
}
