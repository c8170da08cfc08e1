//go:build amd64 && !purego && !noasm

package kernel

// piece is the most numbers one call of assembly takes: the scheduler cannot stop it, and 64 Ki numbers last some tens of microseconds.
const piece = 1 << 16

func apply32(f function, dst, src []float32) {
	isa := Current()
	if isa == Generic {
		applyGo(f, dst, src)
		return
	}
	for len(src) > 0 {
		n := min(len(src), piece)
		d, s := &dst[:n][0], &src[0]
		if isa == AVX512 {
			apply512(f, d, s, n)
		} else {
			apply256(f, d, s, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// The functions are called by name, since through a variable the slices would move to the heap.

func apply512(f function, d, s *float32, n int) {
	switch f {
	case fExp:
		exp512(d, s, n)
	case fExpm1:
		expm1_512(d, s, n)
	case fLog:
		log512(d, s, n)
	case fLog1p:
		log1p_512(d, s, n)
	case fTanh:
		tanh512(d, s, n)
	case fSigmoid:
		sigmoid512(d, s, n)
	case fSoftplus:
		softplus512(d, s, n)
	case fReLU:
		relu512(d, s, n)
	case fSiLU:
		silu512(d, s, n)
	case fGeluErf:
		geluErf512(d, s, n)
	case fGeluTanh:
		geluTanh512(d, s, n)
	}
}

func apply256(f function, d, s *float32, n int) {
	switch f {
	case fExp:
		exp256(d, s, n)
	case fExpm1:
		expm1_256(d, s, n)
	case fLog:
		log256(d, s, n)
	case fLog1p:
		log1p_256(d, s, n)
	case fTanh:
		tanh256(d, s, n)
	case fSigmoid:
		sigmoid256(d, s, n)
	case fSoftplus:
		softplus256(d, s, n)
	case fReLU:
		relu256(d, s, n)
	case fSiLU:
		silu256(d, s, n)
	case fGeluErf:
		geluErf256(d, s, n)
	case fGeluTanh:
		geluTanh256(d, s, n)
	}
}

func applyGrad32(g gradient, dx, given, dy []float32) {
	isa := Current()
	if isa == Generic {
		applyGradGo(g, dx, given, dy)
		return
	}
	for len(dx) > 0 {
		n := min(len(dx), piece)
		d, x, y := &dx[0], &given[:n][0], &dy[:n][0]
		if isa == AVX512 {
			applyGrad512(g, d, x, y, n)
		} else {
			applyGrad256(g, d, x, y, n)
		}
		dx, given, dy = dx[n:], given[n:], dy[n:]
	}
}

func applyGrad512(g gradient, dx, x, dy *float32, n int) {
	switch g {
	case gTanh:
		tanhGrad512(dx, x, dy, n)
	case gSigmoid:
		sigmoidGrad512(dx, x, dy, n)
	case gReLU:
		reluGrad512(dx, x, dy, n)
	case gSoftplus:
		softplusGrad512(dx, x, dy, n)
	case gSiLU:
		siluGrad512(dx, x, dy, n)
	case gGeluErf:
		geluErfGrad512(dx, x, dy, n)
	case gGeluTanh:
		geluTanhGrad512(dx, x, dy, n)
	}
}

func applyGrad256(g gradient, dx, x, dy *float32, n int) {
	switch g {
	case gTanh:
		tanhGrad256(dx, x, dy, n)
	case gSigmoid:
		sigmoidGrad256(dx, x, dy, n)
	case gReLU:
		reluGrad256(dx, x, dy, n)
	case gSoftplus:
		softplusGrad256(dx, x, dy, n)
	case gSiLU:
		siluGrad256(dx, x, dy, n)
	case gGeluErf:
		geluErfGrad256(dx, x, dy, n)
	case gGeluTanh:
		geluTanhGrad256(dx, x, dy, n)
	}
}

func axpy32(alpha float32, x, y []float32) {
	isa := Current()
	if isa == Generic {
		axpyGo(alpha, x, y)
		return
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		p, q := &x[0], &y[:n][0]
		if isa == AVX512 {
			axpy512(alpha, p, q, n)
		} else {
			axpy256(alpha, p, q, n)
		}
		x, y = x[n:], y[n:]
	}
}

func scale32(alpha float32, x []float32) {
	isa := Current()
	if isa == Generic {
		scaleGo(alpha, x)
		return
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		if isa == AVX512 {
			scale512(alpha, &x[0], n)
		} else {
			scale256(alpha, &x[0], n)
		}
		x = x[n:]
	}
}

func add32(dst, x, y []float32) {
	isa := Current()
	if isa == Generic {
		addGo(dst, x, y)
		return
	}
	for len(dst) > 0 {
		n := min(len(dst), piece)
		d, p, q := &dst[0], &x[:n][0], &y[:n][0]
		if isa == AVX512 {
			add512(d, p, q, n)
		} else {
			add256(d, p, q, n)
		}
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func mul32(dst, x, y []float32) {
	isa := Current()
	if isa == Generic {
		mulGo(dst, x, y)
		return
	}
	for len(dst) > 0 {
		n := min(len(dst), piece)
		d, p, q := &dst[0], &x[:n][0], &y[:n][0]
		if isa == AVX512 {
			mul512(d, p, q, n)
		} else {
			mul256(d, p, q, n)
		}
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func dot32(x, y []float32) (s float32) {
	isa := Current()
	if isa == Generic {
		return dotGo(x, y)
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		p, q := &x[0], &y[:n][0]
		if isa == AVX512 {
			s += dot512(p, q, n)
		} else {
			s += dot256(p, q, n)
		}
		x, y = x[n:], y[n:]
	}
	return s
}

func sum32(x []float32) (s float32) {
	isa := Current()
	if isa == Generic {
		return sumGo(x)
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		if isa == AVX512 {
			s += sum512(&x[0], n)
		} else {
			s += sum256(&x[0], n)
		}
		x = x[n:]
	}
	return s
}

// max32 returns the largest number of x, unless x is short or holds NaN.
func max32(x []float32) (top float32, ok bool) {
	isa := Current()
	if isa == Generic || len(x) < 16 {
		return 0, false
	}
	top = x[0]
	for len(x) > 0 {
		n := min(len(x), piece)
		if len(x)-n < 16 {
			n = len(x)
		}
		t, nan := float32(0), 0
		if isa == AVX512 {
			t, nan = largest512(&x[0], n)
		} else {
			t, nan = largest256(&x[0], n)
		}
		if nan != 0 {
			return 0, false
		}
		top = max(top, t)
		x = x[n:]
	}
	return top, true
}

func expSum32(dst, src []float32, shift float32) (sum float32) {
	isa := Current()
	if isa == Generic {
		return expSumGo(dst, src, shift)
	}
	for len(src) > 0 {
		n := min(len(src), piece)
		d, p := &dst[:n][0], &src[0]
		if isa == AVX512 {
			sum += expSum512(d, p, n, shift)
		} else {
			sum += expSum256(d, p, n, shift)
		}
		dst, src = dst[n:], src[n:]
	}
	return sum
}
