//go:build amd64 && !purego && !noasm

package kernel

// Each update returns false when there is no assembly for it.

func sgdStep32(k *SGD[float32], w, g []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			sgdStep512(k.Sign, k.Decay, k.Rate, &w[0], &g[:n][0], n)
		} else {
			sgdStep256(k.Sign, k.Decay, k.Rate, &w[0], &g[:n][0], n)
		}
		w, g = w[n:], g[n:]
	}
	return true
}

func momentumStep32(k *Momentum[float32], w, g, buf []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			momentumStep512(k.Sign, k.Decay, k.Keep, k.Take, k.OfGrad, k.OfBuf, k.Rate, &w[0], &g[:n][0], &buf[:n][0], n)
		} else {
			momentumStep256(k.Sign, k.Decay, k.Keep, k.Take, k.OfGrad, k.OfBuf, k.Rate, &w[0], &g[:n][0], &buf[:n][0], n)
		}
		w, g, buf = w[n:], g[n:], buf[n:]
	}
	return true
}

func adamStep32(k *Adam[float32], w, g, m, v []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			adamStep512(k.Sign, k.Decay, k.Beta1, k.Rest1, k.Beta2, k.Rest2, k.Size, k.Correct, k.Eps, k.Remain, &w[0], &g[:n][0], &m[:n][0], &v[:n][0], n)
		} else {
			adamStep256(k.Sign, k.Decay, k.Beta1, k.Rest1, k.Beta2, k.Rest2, k.Size, k.Correct, k.Eps, k.Remain, &w[0], &g[:n][0], &m[:n][0], &v[:n][0], n)
		}
		w, g, m, v = w[n:], g[n:], m[n:], v[n:]
	}
	return true
}

func sparseAdamStep32(k *SparseAdam[float32], w, g, m, v []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			sparseAdamStep512(k.Sign, k.Rest1, k.Rest2, k.Size, k.Eps, &w[0], &g[:n][0], &m[:n][0], &v[:n][0], n)
		} else {
			sparseAdamStep256(k.Sign, k.Rest1, k.Rest2, k.Size, k.Eps, &w[0], &g[:n][0], &m[:n][0], &v[:n][0], n)
		}
		w, g, m, v = w[n:], g[n:], m[n:], v[n:]
	}
	return true
}

func rmspropStep32(k *RMSprop[float32], w, g, v []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			rmspropStep512(k.Sign, k.Decay, k.Alpha, k.Rest, k.Eps, k.Rate, &w[0], &g[:n][0], &v[:n][0], n)
		} else {
			rmspropStep256(k.Sign, k.Decay, k.Alpha, k.Rest, k.Eps, k.Rate, &w[0], &g[:n][0], &v[:n][0], n)
		}
		w, g, v = w[n:], g[n:], v[n:]
	}
	return true
}

func adagradStep32(k *Adagrad[float32], w, g, sum []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			adagradStep512(k.Sign, k.Decay, k.Rate, k.Eps, &w[0], &g[:n][0], &sum[:n][0], n)
		} else {
			adagradStep256(k.Sign, k.Decay, k.Rate, k.Eps, &w[0], &g[:n][0], &sum[:n][0], n)
		}
		w, g, sum = w[n:], g[n:], sum[n:]
	}
	return true
}

func adadeltaStep32(k *Adadelta[float32], w, g, v, u []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), piece)
		if isa == AVX512 {
			adadeltaStep512(k.Sign, k.Decay, k.Rho, k.Rest, k.Eps, k.Rate, &w[0], &g[:n][0], &v[:n][0], &u[:n][0], n)
		} else {
			adadeltaStep256(k.Sign, k.Decay, k.Rho, k.Rest, k.Eps, k.Rate, &w[0], &g[:n][0], &v[:n][0], &u[:n][0], n)
		}
		w, g, v, u = w[n:], g[n:], v[n:], u[n:]
	}
	return true
}
