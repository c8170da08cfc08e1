package kernel

import "math"

// Dot returns Σ x_i·y_i, 0 when there is nothing to add. Assembly keeps 64 partial sums, Go 4.
func Dot[T Float](x, y []T) T {
	sameLength(len(x), len(y))
	if isFloat32[T]() {
		return T(dot32(as[float32](x), as[float32](y)))
	}
	return dotGo(x, y)
}

// Sum returns Σ x_i, 0 when there is nothing to add.
func Sum[T Float](x []T) T {
	if isFloat32[T]() {
		return T(sum32(as[float32](x)))
	}
	return sumGo(x)
}

// SumSquares returns Σ x_i², added up in float64: the square of a norm over many numbers. Assembly keeps 32 partial sums, Go 4.
func SumSquares[T Float](x []T) float64 {
	if isFloat32[T]() {
		if s, ok := squares32(as[float32](x)); ok {
			return s
		}
	}
	var s [4]float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		v := x[i : i+4]
		s[0] += float64(v[0]) * float64(v[0])
		s[1] += float64(v[1]) * float64(v[1])
		s[2] += float64(v[2]) * float64(v[2])
		s[3] += float64(v[3]) * float64(v[3])
	}
	for ; i < len(x); i++ {
		s[0] += float64(x[i]) * float64(x[i])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// Max returns the largest number of x and the first place where it stands. A NaN counts as largest. Of nothing it is -Inf at -1.
func Max[T Float](x []T) (largest T, at int) {
	if len(x) == 0 {
		return T(math.Inf(-1)), -1
	}
	if isFloat32[T]() {
		if top, ok := max32(as[float32](x)); ok {
			for x[at] != T(top) {
				at++
			}
			return x[at], at
		}
	}
	largest = x[0]
	for i, v := range x {
		if v > largest {
			largest, at = v, i
		} else if v != v {
			return v, i
		}
	}
	return largest, at
}

func dotGo[T Float](x, y []T) T {
	y = y[:len(x)]
	var s0, s1, s2, s3 T
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a, b := x[i:i+4], y[i:i+4]
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
	}
	for ; i < len(x); i++ {
		s0 += x[i] * y[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func sumGo[T Float](x []T) T {
	var s0, s1, s2, s3 T
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a := x[i : i+4]
		s0 += a[0]
		s1 += a[1]
		s2 += a[2]
		s3 += a[3]
	}
	for ; i < len(x); i++ {
		s0 += x[i]
	}
	return (s0 + s1) + (s2 + s3)
}
