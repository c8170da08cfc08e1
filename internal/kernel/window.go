package kernel

import "fmt"

// NoWindow marks a column over which no window fits.
const NoWindow = -1 << 31

// WindowMax slides a window of taps rows over n rows of shares, stride numbers apart, with pad rows of zeros before and after. For each
// column f of best, m in number, tap j has its shares in columns j·m + f:
//
//	best[f] = max over t = -pad … n+pad-taps of Σ_j shares[(t+j)·stride + j·m + f],  at[f] = the first t that has it
//
// It is the convolution over time of Kim (2014) and its maximum, once the shares of all rows in all taps are multiplied out. A NaN wins,
// the last of several, so that it is seen. When no window fits, at is [NoWindow] and best 0. Taps are added in order.
func WindowMax[T Float](n, taps, pad int, shares []T, stride int, best []T, at []int32) {
	m := len(best)
	sameLength(len(at), m)
	if n < 0 || taps < 1 || pad < 0 || stride < taps*m || n > 0 && len(shares) < (n-1)*stride+taps*m {
		panic(fmt.Sprintf("kernel: windows of %d over %d rows, %d zeros around, %d numbers apart, in %d numbers", taps, n, pad, stride, len(shares)))
	}
	if n+2*pad < taps {
		clear(best)
		for f := range at {
			at[f] = NoWindow
		}
		return
	}
	if m == 0 {
		return
	}
	last := n + pad - taps
	for t := -pad; t <= last; {
		lo, hi := max(0, -t), min(taps, n-t) // taps inside
		windows := 1
		if lo == 0 && hi == taps {
			windows = n - taps - t + 1
		}
		from := 0
		if lo < hi {
			from = (t+lo)*stride + lo*m
		}
		w := slide{taps: max(hi-lo, 0), windows: windows, first: t, fresh: t == -pad, stride: stride}
		if !isFloat32[T]() || !windowMax32(&w, as[float32](shares), from, as[float32](best), at) {
			windowMaxGo(&w, shares, from, best, at)
		}
		t += windows
	}
}

// slide is a run of windows with the same taps inside.
type slide struct {
	taps, windows int
	first         int  // number of the first
	fresh         bool // the first of all
	stride        int
}

func windowMaxGo[T Float](w *slide, shares []T, from int, best []T, at []int32) {
	m := len(best)
	for t := range w.windows {
		for f := range best {
			var sum T
			for j := range w.taps {
				sum += shares[from+t*w.stride+j*(w.stride+m)+f]
			}
			if w.fresh && t == 0 || sum > best[f] || sum != sum {
				best[f], at[f] = sum, int32(w.first+t)
			}
		}
	}
}

// AddRows adds Σ_i a[i]·row rows[i] of table to y, in order; rows have len(y) numbers. It is a run of [Axpy] that reads and writes y once.
// It panics when a row is outside the table.
func AddRows[T Float](y, a []T, rows []int, table []T) {
	sameLength(len(a), len(rows))
	width := len(y)
	if width == 0 || len(rows) == 0 {
		return
	}
	n := len(table) / width
	for _, r := range rows {
		checkRow(r, n)
	}
	if isFloat32[T]() && addRows32(as[float32](y), as[float32](a), rows, as[float32](table)) {
		return
	}
	for i, r := range rows {
		Axpy(a[i], table[r*width:(r+1)*width], y)
	}
}
