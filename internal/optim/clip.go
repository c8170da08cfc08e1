package optim

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Norm returns the p-norm (Σ|x|^p)^(1/p) of a vector, added up in float64: p = +Inf is the largest absolute value, −Inf
// the smallest, 0 the number of elements that are not 0. The norm of nothing is 0.
func Norm[T Float](p float64, x []T) float64 {
	if len(x) == 0 {
		return 0
	}
	switch {
	case p == 2:
		return math.Sqrt(kernel.SumSquares(x))
	case math.IsInf(p, 1):
		var most T
		for _, v := range x {
			most = max(most, v, -v)
		}
		return float64(most)
	case math.IsInf(p, -1):
		least := math.Inf(1)
		for _, v := range x {
			least = min(least, math.Abs(float64(v)))
		}
		return least
	case p == 0:
		n := 0.0
		for _, v := range x {
			if v != 0 {
				n++
			}
		}
		return n
	case p == 1:
		var sum float64
		for _, v := range x {
			sum += math.Abs(float64(v))
		}
		return sum
	}
	var sum float64
	for _, v := range x {
		sum += math.Pow(math.Abs(float64(v)), p)
	}
	return math.Pow(sum, 1/p)
}

// ClipCoefficient returns what gradients of norm total are to be multiplied by for a norm of at most maxNorm:
//
//	min(1, maxNorm / (total + 1e-6))
//
// It is NaN if total is.
func ClipCoefficient(total, maxNorm float64) float64 { return min(1, maxNorm/(total+1e-6)) }

// RowMaxNorm rescales each row of w (rows, cols) whose 2-norm exceeds s to the norm s; other rows stay as they are, bit
// for bit. Hinton et al. 2012; Kim 2014 has s = 3.
func RowMaxNorm[T Float](w []T, cols int, s float64) {
	if cols <= 0 {
		return
	}
	for ; len(w) >= cols; w = w[cols:] {
		if norm := Norm(2, w[:cols]); norm > s {
			kernel.Scale(T(s/norm), w[:cols])
		}
	}
}
