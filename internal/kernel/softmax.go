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
		top := largest(x)
		if math.IsInf(float64(top), -1) {
			clear(y)
			continue
		}
		Scale(1/expSum(y, x, top), y)
	}
}

// LogSoftmaxRows writes (x_j - max x) - log Σ_j e^(x_j - max x) of each row. src and dst are rows×cols; dst may be src.
// An entry of -Inf, and every entry of a row of nothing else, gets -Inf. NaN and +Inf make their row NaN.
func LogSoftmaxRows[T Float](rows, cols int, dst, src []T) {
	sameLength(len(src), area(rows, cols))
	sameLength(len(dst), len(src))
	var buffer [256]T
	for i := range rows {
		y, x := dst[i*cols:(i+1)*cols], src[i*cols:(i+1)*cols]
		top := largest(x)
		if math.IsInf(float64(top), -1) {
			copy(y, x)
			continue
		}
		var sum T
		for from := 0; from < cols; from += len(buffer) {
			part := x[from:min(from+len(buffer), cols)]
			sum += expSum(buffer[:len(part)], part, top)
		}
		log := T(math.Log(float64(sum)))
		for j, v := range x {
			y[j] = v - top - log
		}
	}
}

// largest is the value of Max.
func largest[T Float](x []T) T {
	if isFloat32[T]() {
		if top, ok := max32(as[float32](x)); ok {
			return T(top)
		}
	}
	top, _ := Max(x)
	return top
}

// expSum writes e^(x - shift) and returns the sum.
func expSum[T Float](dst, x []T, shift T) T {
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
