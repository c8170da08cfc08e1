package kernel

import "math"

// What stands for the scale and the shift of a normalisation without them, a piece at a time.
const normPiece = 1024

var (
	ones32, noughts32 [normPiece]float32
	ones64, noughts64 [normPiece]float64
)

func init() {
	for i := range ones32 {
		ones32[i], ones64[i] = 1, 1
	}
}

// LayerNormRows normalises each row of x, rows×cols (Ba, Kiros and Hinton 2016):
//
//	y = (x - mean)·rstd∘γ + β,  mean = Σx/cols,  rstd = 1/√(Σ(x - mean)²/cols + ε)
//
// as PyTorch does, with the variance over cols. gamma and beta, cols numbers, may be nil for 1 and 0; mean and rstd, rows numbers, are
// written for [LayerNormRowsGrad]. y may be x.
func LayerNormRows[T Float](rows, cols int, eps float64, gamma, beta, x, y, mean, rstd []T) {
	sameLength(len(x), area(rows, cols))
	sameLength(len(y), len(x))
	sameLength(len(mean), rows)
	sameLength(len(rstd), rows)
	checkAffine(gamma, cols)
	checkAffine(beta, cols)
	if cols == 0 {
		return
	}
	for i := range rows {
		x, y := x[i*cols:(i+1)*cols], y[i*cols:(i+1)*cols]
		m := Sum(x) / T(cols)
		r := T(1 / math.Sqrt(float64(spread(x, m)/T(cols))+eps))
		mean[i], rstd[i] = m, r
		for lo := 0; lo < cols; lo += normPiece {
			hi := min(lo+normPiece, cols)
			normalise(y[lo:hi], x[lo:hi], affine(gamma, lo, hi, true), affine(beta, lo, hi, false), m, r)
		}
	}
}

// LayerNormRowsGrad is the gradient of [LayerNormRows]; with x̂ = (x - mean)·rstd and g = dy∘γ
//
//	dx = rstd·(g - Σg/cols - x̂·Σ(g∘x̂)/cols),  dγ += Σ_rows dy∘x̂,  dβ += Σ_rows dy
//
// gamma, dgamma and dbeta may be nil. dx may be dy, not x.
func LayerNormRowsGrad[T Float](rows, cols int, gamma, x, mean, rstd, dy, dx, dgamma, dbeta []T) {
	sameLength(len(x), area(rows, cols))
	sameLength(len(dy), len(x))
	sameLength(len(dx), len(x))
	sameLength(len(mean), rows)
	sameLength(len(rstd), rows)
	checkAffine(gamma, cols)
	checkAffine(dgamma, cols)
	checkAffine(dbeta, cols)
	var lost [2][normPiece]T
	for i := range rows {
		x, dy, dx := x[i*cols:(i+1)*cols], dy[i*cols:(i+1)*cols], dx[i*cols:(i+1)*cols]
		m, r := mean[i], rstd[i]
		for lo := 0; lo < cols; lo += normPiece {
			hi := min(lo+normPiece, cols)
			dg, db := lost[0][:hi-lo], lost[1][:hi-lo]
			if dgamma != nil {
				dg = dgamma[lo:hi]
			}
			if dbeta != nil {
				db = dbeta[lo:hi]
			}
			normBack(dx[lo:hi], x[lo:hi], dy[lo:hi], affine(gamma, lo, hi, true), dg, db, m, r)
		}
		a := Sum(dx) / T(cols)
		b := dotLess(dx, x, m) * r * r / T(cols)
		normFinish(dx, x, m, r, a, b)
	}
}

func checkAffine[T Float](x []T, cols int) {
	if x != nil {
		sameLength(len(x), cols)
	}
}

// affine returns part of γ or β, or what stands for it.
func affine[T Float](x []T, lo, hi int, one bool) []T {
	switch {
	case x != nil:
		return x[lo:hi]
	case isFloat32[T]() && one:
		return as[T](ones32[:hi-lo])
	case isFloat32[T]():
		return as[T](noughts32[:hi-lo])
	case one:
		return as[T](ones64[:hi-lo])
	}
	return as[T](noughts64[:hi-lo])
}

// spread returns Σ (x - mean)².
func spread[T Float](x []T, mean T) (s T) {
	if isFloat32[T]() {
		if s, ok := spread32(as[float32](x), float32(mean)); ok {
			return T(s)
		}
	}
	for _, v := range x {
		s += (v - mean) * (v - mean)
	}
	return s
}

func normalise[T Float](y, x, gamma, beta []T, mean, rstd T) {
	if isFloat32[T]() && normalise32(as[float32](y), as[float32](x), as[float32](gamma), as[float32](beta), float32(mean), float32(rstd)) {
		return
	}
	for j, v := range x {
		y[j] = (v-mean)*rstd*gamma[j] + beta[j]
	}
}

func normBack[T Float](dx, x, dy, gamma, dgamma, dbeta []T, mean, rstd T) {
	if isFloat32[T]() && normBack32(as[float32](dx), as[float32](x), as[float32](dy), as[float32](gamma), as[float32](dgamma), as[float32](dbeta), float32(mean), float32(rstd)) {
		return
	}
	for j, v := range x {
		d := dy[j]
		dgamma[j] += d * (v - mean) * rstd
		dbeta[j] += d
		dx[j] = d * gamma[j]
	}
}

// dotLess returns Σ g·(x - mean).
func dotLess[T Float](g, x []T, mean T) (s T) {
	if isFloat32[T]() {
		if s, ok := dotLess32(as[float32](g), as[float32](x), float32(mean)); ok {
			return T(s)
		}
	}
	for j, v := range x {
		s += g[j] * (v - mean)
	}
	return s
}

func normFinish[T Float](dx, x []T, mean, rstd, a, b T) {
	if isFloat32[T]() && normFinish32(as[float32](dx), as[float32](x), float32(mean), float32(rstd), float32(a), float32(b)) {
		return
	}
	for j, v := range x {
		dx[j] = rstd * (dx[j] - a - (v-mean)*b)
	}
}
