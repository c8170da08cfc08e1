//go:build amd64 && !purego && !noasm

package kernel

func lstm32(i, f, g, o, c, next, u, h []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(i) > 0 {
		n := min(len(i), piece)
		if isa == AVX512 {
			lstm512(&i[0], &f[:n][0], &g[:n][0], &o[:n][0], &c[:n][0], &next[:n][0], &u[:n][0], &h[:n][0], n)
		} else {
			lstm256(&i[0], &f[:n][0], &g[:n][0], &o[:n][0], &c[:n][0], &next[:n][0], &u[:n][0], &h[:n][0], n)
		}
		i, f, g, o, c, next, u, h = i[n:], f[n:], g[n:], o[n:], c[n:], next[n:], u[n:], h[n:]
	}
	return true
}

func lstmGrad32(i, f, g, o, c, u, dh, dc []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(i) > 0 {
		n := min(len(i), piece)
		if isa == AVX512 {
			lstmGrad512(&i[0], &f[:n][0], &g[:n][0], &o[:n][0], &c[:n][0], &u[:n][0], &dh[:n][0], &dc[:n][0], n)
		} else {
			lstmGrad256(&i[0], &f[:n][0], &g[:n][0], &o[:n][0], &c[:n][0], &u[:n][0], &dh[:n][0], &dc[:n][0], n)
		}
		i, f, g, o, c, u, dh, dc = i[n:], f[n:], g[n:], o[n:], c[n:], u[n:], dh[n:], dc[n:]
	}
	return true
}

func gru32(r, z, c, ar, az, ac, h, next []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(r) > 0 {
		n := min(len(r), piece)
		if isa == AVX512 {
			gru512(&r[0], &z[:n][0], &c[:n][0], &ar[:n][0], &az[:n][0], &ac[:n][0], &h[:n][0], &next[:n][0], n)
		} else {
			gru256(&r[0], &z[:n][0], &c[:n][0], &ar[:n][0], &az[:n][0], &ac[:n][0], &h[:n][0], &next[:n][0], n)
		}
		r, z, c, ar, az, ac, h, next = r[n:], z[n:], c[n:], ar[n:], az[n:], ac[n:], h[n:], next[n:]
	}
	return true
}

func gruGrad32(r, z, c, ar, az, ac, h, dh []float32) bool {
	isa := Current()
	if isa == Generic {
		return false
	}
	for len(r) > 0 {
		n := min(len(r), piece)
		if isa == AVX512 {
			gruGrad512(&r[0], &z[:n][0], &c[:n][0], &ar[:n][0], &az[:n][0], &ac[:n][0], &h[:n][0], &dh[:n][0], n)
		} else {
			gruGrad256(&r[0], &z[:n][0], &c[:n][0], &ar[:n][0], &az[:n][0], &ac[:n][0], &h[:n][0], &dh[:n][0], n)
		}
		r, z, c, ar, az, ac, h, dh = r[n:], z[n:], c[n:], ar[n:], az[n:], ac[n:], h[n:], dh[n:]
	}
	return true
}
