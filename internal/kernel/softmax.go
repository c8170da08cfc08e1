package kernel

import "math"

// SoftmaxRows writes e^(x_j - max x) / Σ_j e^(x_j - max x) of each row. src and dst are rows×cols; dst may be src.
// Subtracting the maximum keeps every power in [0, 1], so no offset overflows. An entry of -Inf gets 0; a row of nothing else
// gets 0 throughout, the weights of an empty set. NaN and +Inf make their row NaN.
func SoftmaxRows[T Float](rows, cols int, dst, src []T) {
	sameLength(len(src), area(rows, cols))
	sameLength(len(dst), len(src))
	for i := range rows {
		y, x := dst[i*cols:(i+1)*cols], src[i*cols:(i+1)*cols]
		if isFloat32[T]() && softmaxRow32(as[float32](y), as[float32](x)) {
			continue
		}
		top := Largest(x)
		if math.IsInf(float64(top), -1) {
			clear(y)
			continue
		}
		Scale(1/ExpSum(y, x, top), y)
	}
}

// SoftmaxRowsGrad writes dx = y∘(dy - Σ_j dy_j·y_j) of each row for y of [SoftmaxRows]. dx may be y or dy.
func SoftmaxRowsGrad[T Float](rows, cols int, dx, y, dy []T) {
	sameLength(len(y), area(rows, cols))
	sameLength(len(dy), len(y))
	sameLength(len(dx), len(y))
	for i := range rows {
		d, p, g := dx[i*cols:(i+1)*cols], y[i*cols:(i+1)*cols], dy[i*cols:(i+1)*cols]
		a := Dot(p, g)
		if isFloat32[T]() && softmaxBack32(float32(a), as[float32](d), as[float32](p), as[float32](g)) {
			continue
		}
		for j, v := range p {
			d[j] = v * (g[j] - a)
		}
	}
}

// LogSoftmaxRows writes (x_j - max x) - log Σ_j e^(x_j - max x) of each row. src and dst are rows×cols; dst may be src.
// An entry of -Inf, and every entry of a row of nothing else, gets -Inf. NaN and +Inf make their row NaN.
func LogSoftmaxRows[T Float](rows, cols int, dst, src []T) {
	sameLength(len(src), area(rows, cols))
	sameLength(len(dst), len(src))
	for i := range rows {
		y, x := dst[i*cols:(i+1)*cols], src[i*cols:(i+1)*cols]
		top := Largest(x)
		if math.IsInf(float64(top), -1) {
			copy(y, x)
			continue
		}
		log := T(math.Log(float64(expTotal(x, top))))
		if isFloat32[T]() && lower32(float32(top), float32(log), as[float32](y), as[float32](x)) {
			continue
		}
		for j, v := range x {
			y[j] = v - top - log
		}
	}
}

// LogSoftmaxRowsGrad writes dx = dy - e^y·Σ_j dy_j of each row for y of [LogSoftmaxRows]. dx may be y or dy.
func LogSoftmaxRowsGrad[T Float](rows, cols int, dx, y, dy []T) {
	sameLength(len(y), area(rows, cols))
	sameLength(len(dy), len(y))
	sameLength(len(dx), len(y))
	for i := range rows {
		d, p, g := dx[i*cols:(i+1)*cols], y[i*cols:(i+1)*cols], dy[i*cols:(i+1)*cols]
		a := Sum(g)
		if isFloat32[T]() && logSoftmaxBack32(float32(a), as[float32](d), as[float32](p), as[float32](g)) {
			continue
		}
		for j, v := range p {
			d[j] = g[j] - T(math.Exp(float64(v)))*a
		}
	}
}

// Largest is the value of [Max], without its place.
func Largest[T Float](x []T) T {
	if isFloat32[T]() {
		if top, ok := max32(as[float32](x)); ok {
			return T(top)
		}
	}
	top, _ := Max(x)
	return top
}

// ExpSum writes e^(x - shift) and returns the sum. dst may be x.
func ExpSum[T Float](dst, x []T, shift T) T {
	if isFloat32[T]() {
		return T(expSum32(as[float32](dst), as[float32](x), float32(shift)))
	}
	return expSumGo(dst, x, shift)
}

func expSumGo[T Float](dst, x []T, shift T) T {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = T(math.Exp(float64(v - shift)))
	}
	return sumGo(dst)
}

// expTotal returns Σ e^(x - shift).
func expTotal[T Float](x []T, shift T) (sum T) {
	if isFloat32[T]() {
		if s, ok := expTotal32(as[float32](x), float32(shift)); ok {
			return T(s)
		}
	}
	for _, v := range x {
		sum += T(math.Exp(float64(v - shift)))
	}
	return sum
}
