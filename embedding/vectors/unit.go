package vectors

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// unitRows returns the table with every row divided by its length, (n, dim); rows of
// zeros stay so. It is made at the first call and kept.
func (v *Vectors) unitRows() []float32 {
	v.once.Do(func() {
		v.unit = make([]float32, len(v.data))
		for i := range v.words {
			normalise(v.unit[i*v.dim:(i+1)*v.dim], v.row(i))
		}
	})
	return v.unit
}

// unitRow is the row i of unitRows.
func (v *Vectors) unitRow(i int) []float32 {
	return v.unitRows()[i*v.dim : (i+1)*v.dim : (i+1)*v.dim]
}

// normalise writes x/‖x‖ and returns ‖x‖, or zeros where x has no length.
func normalise(dst, x []float32) float64 {
	norm := Norm(x)
	if norm > 0 && norm < 0x1p-100 { // 1/norm may be more than a float32 holds
		for i, v := range x {
			dst[i] = float32(float64(v) / norm)
		}
		return norm
	}
	copy(dst, x)
	if norm > 0 {
		kernel.Scale(float32(1/norm), dst)
	}
	return norm
}

// Norm returns the length of a vector, ‖x‖ = √(Σ x_i²).
func Norm(x []float32) float64 { return math.Sqrt(kernel.SumSquares(x)) }

// Cosine returns x·y / (‖x‖·‖y‖), added up in float64, 0 where one of the two is zero,
// and NaN unless they are equally long.
func Cosine(x, y []float32) float64 {
	if len(x) != len(y) {
		return math.NaN()
	}
	var xy, xx, yy float64
	for i, a := range x {
		b := float64(y[i])
		xy += float64(a) * b
		xx += float64(a) * float64(a)
		yy += b * b
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(xx) / math.Sqrt(yy)
}
