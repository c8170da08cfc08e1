//go:build amd64 && !purego && !noasm

package kernel

import "math"

func softmaxBack32(a float32, dx, y, dy []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), piece)
		if isa == AVX512 {
			softmaxBack512(a, &dx[0], &y[:n][0], &dy[:n][0], n)
		} else {
			softmaxBack256(a, &dx[0], &y[:n][0], &dy[:n][0], n)
		}
		dx, y, dy = dx[n:], y[n:], dy[n:]
	}
	return true
}

func logSoftmaxBack32(a float32, dx, y, dy []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), piece)
		if isa == AVX512 {
			logSoftmaxBack512(a, &dx[0], &y[:n][0], &dy[:n][0], n)
		} else {
			logSoftmaxBack256(a, &dx[0], &y[:n][0], &dy[:n][0], n)
		}
		dx, y, dy = dx[n:], y[n:], dy[n:]
	}
	return true
}

func lower32(a, b float32, dst, x []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(dst) > 0 {
		n := min(len(dst), piece)
		if isa == AVX512 {
			lower512(a, b, &dst[0], &x[:n][0], n)
		} else {
			lower256(a, b, &dst[0], &x[:n][0], n)
		}
		dst, x = dst[n:], x[n:]
	}
	return true
}

func normalise32(y, x, gamma, beta []float32, mean, rstd float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(y) > 0 {
		n := min(len(y), piece)
		if isa == AVX512 {
			normalise512(mean, rstd, &y[0], &x[:n][0], &gamma[:n][0], &beta[:n][0], n)
		} else {
			normalise256(mean, rstd, &y[0], &x[:n][0], &gamma[:n][0], &beta[:n][0], n)
		}
		y, x, gamma, beta = y[n:], x[n:], gamma[n:], beta[n:]
	}
	return true
}

func normBack32(dx, x, dy, gamma, dgamma, dbeta []float32, mean, rstd float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), piece)
		if isa == AVX512 {
			normBack512(mean, rstd, &dx[0], &x[:n][0], &dy[:n][0], &gamma[:n][0], &dgamma[:n][0], &dbeta[:n][0], n)
		} else {
			normBack256(mean, rstd, &dx[0], &x[:n][0], &dy[:n][0], &gamma[:n][0], &dgamma[:n][0], &dbeta[:n][0], n)
		}
		dx, x, dy, gamma, dgamma, dbeta = dx[n:], x[n:], dy[n:], gamma[n:], dgamma[n:], dbeta[n:]
	}
	return true
}

func normFinish32(dx, x []float32, mean, rstd, a, b float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), piece)
		if isa == AVX512 {
			normFinish512(mean, rstd, a, b, &dx[0], &x[:n][0], n)
		} else {
			normFinish256(mean, rstd, a, b, &dx[0], &x[:n][0], n)
		}
		dx, x = dx[n:], x[n:]
	}
	return true
}

func expTotal32(x []float32, shift float32) (s float32, ok bool) {
	isa := Current()
	if isa == Generic {
		return 0, false
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		if isa == AVX512 {
			s += expTotal512(&x[0], n, shift)
		} else {
			s += expTotal256(&x[0], n, shift)
		}
		x = x[n:]
	}
	return s, true
}

func spread32(x []float32, mean float32) (s float32, ok bool) {
	isa := Current()
	if isa == Generic {
		return 0, false
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		if isa == AVX512 {
			s += spread512(&x[0], n, mean)
		} else {
			s += spread256(&x[0], n, mean)
		}
		x = x[n:]
	}
	return s, true
}

func dotLess32(g, x []float32, mean float32) (s float32, ok bool) {
	isa := Current()
	if isa == Generic {
		return 0, false
	}
	for len(g) > 0 {
		n := min(len(g), piece)
		if isa == AVX512 {
			s += dotLess512(&g[0], &x[:n][0], n, mean)
		} else {
			s += dotLess256(&g[0], &x[:n][0], n, mean)
		}
		g, x = g[n:], x[n:]
	}
	return s, true
}

func squares32(x []float32) (s float64, ok bool) {
	isa := Current()
	if isa == Generic {
		return 0, false
	}
	for len(x) > 0 {
		n := min(len(x), piece)
		if isa == AVX512 {
			s += squares512(&x[0], n)
		} else {
			s += squares256(&x[0], n)
		}
		x = x[n:]
	}
	return s, true
}

// softmaxRow32 returns false when it left the row alone: without assembly, or when no number is above -Inf, or when the row is longer than a
// call should last.
func softmaxRow32(dst, src []float32) bool {
	isa := Current()
	if isa == Generic || len(src) == 0 || len(src) > 4*piece {
		return false
	}
	var top float32
	if isa == AVX512 {
		top = softmaxRow512(&dst[0], &src[0], len(src))
	} else {
		top = softmaxRow256(&dst[0], &src[0], len(src))
	}
	return top >= -math.MaxFloat32 || top != top
}
