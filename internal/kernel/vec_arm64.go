//go:build arm64 && !purego && !noasm

package kernel

// piece is the most numbers one call of assembly takes: the scheduler cannot stop it, and 64 Ki numbers last some tens of microseconds.
const piece = 1 << 16

//go:noescape
func dotNEON(x, y *float32, n int) float32

//go:noescape
func sumNEON(x *float32, n int) float32

//go:noescape
func axpyNEON(alpha float32, x, y *float32, n int)

//go:noescape
func scaleNEON(alpha float32, x *float32, n int)

//go:noescape
func addNEON(dst, x, y *float32, n int)

//go:noescape
func mulNEON(dst, x, y *float32, n int)

//go:noescape
func expNEON(dst, src *float32, n int)

//go:noescape
func sigmoidNEON(dst, src *float32, n int)

//go:noescape
func tanhNEON(dst, src *float32, n int)

func apply32(f function, dst, src []float32) {
	if Current() == Generic || f != fExp && f != fSigmoid && f != fTanh {
		applyGo(f, dst, src)
		return
	}
	for len(src) > 0 {
		n := min(len(src), piece)
		d, s := &dst[:n][0], &src[0]
		switch f {
		case fExp:
			expNEON(d, s, n)
		case fSigmoid:
			sigmoidNEON(d, s, n)
		case fTanh:
			tanhNEON(d, s, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

func axpy32(alpha float32, x, y []float32) {
	if Current() == Generic {
		axpyGo(alpha, x, y)
		return
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		axpyNEON(alpha, &x[0], &y[:n][0], n)
		x, y = x[n:], y[n:]
	}
}

func scale32(alpha float32, x []float32) {
	if Current() == Generic {
		scaleGo(alpha, x)
		return
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		scaleNEON(alpha, &x[0], n)
		x = x[n:]
	}
}

func add32(dst, x, y []float32) {
	if Current() == Generic {
		addGo(dst, x, y)
		return
	}
	for len(dst) > 0 {
		n := min(len(dst), piece)
		addNEON(&dst[0], &x[:n][0], &y[:n][0], n)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func mul32(dst, x, y []float32) {
	if Current() == Generic {
		mulGo(dst, x, y)
		return
	}
	for len(dst) > 0 {
		n := min(len(dst), piece)
		mulNEON(&dst[0], &x[:n][0], &y[:n][0], n)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func dot32(x, y []float32) (s float32) {
	if Current() == Generic {
		return dotGo(x, y)
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		s += dotNEON(&x[0], &y[:n][0], n)
		x, y = x[n:], y[n:]
	}
	return s
}

func sum32(x []float32) (s float32) {
	if Current() == Generic {
		return sumGo(x)
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		s += sumNEON(&x[0], n)
		x = x[n:]
	}
	return s
}

func expSum32(dst, src []float32, shift float32) float32 {
	if Current() == Generic {
		return expSumGo(dst, src, shift)
	}
	for i, x := range src {
		dst[i] = x - shift
	}
	apply32(fExp, dst, dst)
	return sum32(dst)
}
