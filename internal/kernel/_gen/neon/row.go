package main

import "fmt"

// turn transposes four vectors of four, a..a+3, through b..b+3.
func (w *writer) turn(a, b v) {
	w.op("VTRN1 V%d.S4, V%d.S4, V%d.S4", a+1, a, b)
	w.op("VTRN2 V%d.S4, V%d.S4, V%d.S4", a+1, a, b+1)
	w.op("VTRN1 V%d.S4, V%d.S4, V%d.S4", a+3, a+2, b+2)
	w.op("VTRN2 V%d.S4, V%d.S4, V%d.S4", a+3, a+2, b+3)
	w.op("VZIP1 V%d.D2, V%d.D2, V%d.D2", b+2, b, a)
	w.op("VZIP1 V%d.D2, V%d.D2, V%d.D2", b+3, b+1, a+1)
	w.op("VZIP2 V%d.D2, V%d.D2, V%d.D2", b+2, b, a+2)
	w.op("VZIP2 V%d.D2, V%d.D2, V%d.D2", b+3, b+1, a+3)
}

// transpose writes func(dst, src *float32, dstRow, srcRow uintptr, cols int): four rows of src become four columns of dst.
// cols is a multiple of 4, at least 4; rows are apart in bytes.
func (w *writer) transpose() {
	w.text("transposeNEON", 40)
	w.op("MOVD dst+0(FP), R0")
	w.op("MOVD src+8(FP), R1")
	w.op("MOVD dstRow+16(FP), R2")
	w.op("MOVD srcRow+24(FP), R3")
	w.op("MOVD cols+32(FP), R4")
	w.op("ADD R3, R1, R5")
	w.op("ADD R3, R5, R6")
	w.op("ADD R3, R6, R7")
	w.label("loop")
	for i, r := range []string{"R1", "R5", "R6", "R7"} {
		w.op("FMOVQ.P 16(%s), F%d", r, i)
	}
	w.turn(0, 4)
	for i := range 4 {
		w.store(v(i), "(R0)")
		w.op("ADD R2, R0, R0")
	}
	w.op("SUBS $4, R4, R4")
	w.op("BGT loop")
	w.op("RET")
}

// rowTimesRows writes func(y, x, b *float32, n int, rowB uintptr, add int): y (+)= Σ x[q]·b[q·rowB:], eight q, n numbers of y.
func (w *writer) rowTimesRows() {
	w.text("rowTimesRowsNEON", 48)
	w.op("MOVD y+0(FP), R0")
	w.op("MOVD x+8(FP), R1")
	w.op("MOVD b+16(FP), R2")
	w.op("MOVD n+24(FP), R3")
	w.op("MOVD rowB+32(FP), R4")
	w.op("MOVD add+40(FP), R8")
	w.load("(R1)", 16)
	w.load("16(R1)", 17)
	rows := []string{"R2", "R9", "R10", "R11", "R12", "R13", "R14", "R15"}
	for q := 1; q < 8; q++ {
		w.op("ADD R4, %s, %s", rows[q-1], rows[q])
	}
	for _, lanes := range []int{16, 4, 1} {
		label := fmt.Sprintf("by%d", lanes)
		w.label(label)
		w.op("SUBS $%d, R3, R3", lanes)
		w.op("BLT end%d", lanes)
		vecs := max(1, lanes/4)
		for j := range vecs {
			w.zero(v(j))
		}
		at := func(r string, j int, into v) {
			if lanes == 1 {
				w.op("FMOVS (%s), F%d", r, into)
			} else {
				w.load(fmt.Sprintf("%d(%s)", 16*j, r), into)
			}
		}
		w.op("CBZ R8, begin%d", lanes)
		for j := range vecs {
			at("R0", j, v(j))
		}
		w.label(fmt.Sprintf("begin%d", lanes))
		for q := range 8 {
			for j := range vecs {
				at(rows[q], j, v(4+j))
			}
			w.op("ADD $%d, %s, %s", 4*lanes, rows[q], rows[q])
			for j := range vecs {
				w.fmlaLane(v(4+j), v(16+q/4), q%4, v(j))
			}
		}
		for j := range vecs {
			if lanes == 1 {
				w.op("FMOVS F0, (R0)")
			} else {
				w.store(v(j), fmt.Sprintf("%d(R0)", 16*j))
			}
		}
		w.op("ADD $%d, R0, R0", 4*lanes)
		w.op("B %s", label)
		w.label(fmt.Sprintf("end%d", lanes))
		w.op("ADD $%d, R3, R3", lanes)
	}
	w.op("RET")
}

// rowTimesColumns writes func(y, x, b *float32, k int, rowB uintptr, add int): y[r] (+)= Σ x[q]·b[r·rowB + q] for 16 r; k is a
// multiple of 4, at least 4.
func (w *writer) rowTimesColumns() {
	w.text("rowTimesColumnsNEON", 48)
	w.op("MOVD y+0(FP), R0")
	w.op("MOVD b+16(FP), R2")
	w.op("MOVD rowB+32(FP), R4")
	w.op("MOVD add+40(FP), R8")
	for g := range 4 {
		w.zero(v(g))
	}
	w.op("CBZ R8, begin")
	for g := range 4 {
		w.load(fmt.Sprintf("%d(R0)", 16*g), v(g))
	}
	w.label("begin")
	w.op("MOVD x+8(FP), R1")
	w.op("MOVD k+24(FP), R3")
	w.label("loop")
	w.op("FMOVQ.P 16(R1), F16")
	w.op("MOVD R2, R5")
	for g := range 4 {
		for i := range 4 {
			w.load("(R5)", v(4+i))
			w.op("ADD R4, R5, R5")
		}
		w.turn(4, 20)
		for q := range 4 {
			w.fmlaLane(v(4+q), 16, q, v(g))
		}
	}
	w.op("ADD $16, R2, R2")
	w.op("SUBS $4, R3, R3")
	w.op("BGT loop")
	for g := range 4 {
		w.store(v(g), fmt.Sprintf("%d(R0)", 16*g))
	}
	w.op("RET")
}
