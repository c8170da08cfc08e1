//go:build amd64 && !purego && !noasm

package kernel

// windowMax32 returns false without assembly. Columns go in strips of up to four vectors.
func windowMax32(w *slide, shares []float32, from int, best []float32, at []int32) bool {
	isa := Current()
	if isa == Generic || len(shares) == 0 {
		return false
	}
	m, lanes := len(best), 8
	if isa == AVX512 {
		lanes = 16
	}
	if w.taps > 0 {
		_ = shares[from+(w.windows-1)*w.stride+(w.taps-1)*(w.stride+m)+m-1]
	}
	fresh := 0
	if w.fresh {
		fresh = 1
	}
	step, diagonal := uintptr(w.stride)*4, uintptr(w.stride+m)*4
	for f := 0; f < m; f += 4 * lanes {
		columns := min(4*lanes, m-f)
		vecs := (columns + lanes - 1) / lanes
		last := columns - (vecs-1)*lanes
		b, a, s := &best[f], &at[f], &shares[min(from+f, len(shares)-1)]
		switch vecs + lanes {
		case 16 + 1:
			windowMax1_512(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 16 + 2:
			windowMax2_512(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 16 + 3:
			windowMax3_512(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 16 + 4:
			windowMax4_512(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 8 + 1:
			windowMax1_256(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 8 + 2:
			windowMax2_256(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 8 + 3:
			windowMax3_256(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		case 8 + 4:
			windowMax4_256(b, a, s, step, diagonal, w.taps, w.windows, w.first, fresh, last)
		}
	}
	return true
}

// addRows32 returns false without assembly. Columns go in strips of eight vectors, two, and part of one. The rows are inside the table.
func addRows32(y, a []float32, rows []int, table []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	lanes := 8
	if isa == AVX512 {
		lanes = 16
	}
	rowB := uintptr(len(y)) * 4
	for f := 0; f < len(y); {
		rest := len(y) - f
		n := min(rest, lanes)
		if rest >= 8*lanes {
			n = 8 * lanes
		} else if rest >= 2*lanes {
			n = 2 * lanes
		}
		d, p, q, t := &y[f], &a[0], &rows[0], &table[f]
		switch {
		case isa == AVX512 && n == 128:
			addRows8_512(d, p, q, len(rows), t, rowB, n)
		case isa == AVX512 && n == 32:
			addRows2_512(d, p, q, len(rows), t, rowB, n)
		case isa == AVX512:
			addRows0_512(d, p, q, len(rows), t, rowB, n)
		case n == 64:
			addRows8_256(d, p, q, len(rows), t, rowB, n)
		case n == 16:
			addRows2_256(d, p, q, len(rows), t, rowB, n)
		default:
			addRows0_256(d, p, q, len(rows), t, rowB, n)
		}
		f += n
	}
	return true
}
