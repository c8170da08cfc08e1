package kernel

import (
	"fmt"
	"math"
)

// function names an elementwise function.
type function int

const (
	fExp function = iota
	fTanh
	fSigmoid
	fGeluErf
	fGeluTanh
)

// exact are the functions in float64, from which portable float32 rounds.
var exact = [...]func(float64) float64{fExp: math.Exp, fTanh: math.Tanh, fSigmoid: sigmoid, fGeluErf: geluErf, fGeluTanh: geluTanh}

// Exp writes e^x for each x of src. dst may be src; it panics unless they are equally long, as all here do.
// float32 assembly: within 1 ulp; below -103.98 the result is 0, above 88.72 +Inf.
func Exp[T Float](dst, src []T) { apply(fExp, dst, src) }

// Tanh writes the hyperbolic tangent. float32 assembly: within 3 ulp.
func Tanh[T Float](dst, src []T) { apply(fTanh, dst, src) }

// Sigmoid writes 1/(1+e^-x). float32 assembly: within 3 ulp, in both tails.
func Sigmoid[T Float](dst, src []T) { apply(fSigmoid, dst, src) }

// GeluErf writes x·Φ(x) = ½x(1 + erf(x/√2)), the Gaussian error linear unit (Hendrycks and Gimpel 2016).
// float32 assembly: within 7 ulp while the result is a normal number, the negative tail included.
func GeluErf[T Float](dst, src []T) { apply(fGeluErf, dst, src) }

// GeluTanh writes ½x(1 + tanh(√(2/π)(x + 0.044715x³))), the same unit with the approximation of its authors.
// float32 assembly: within 4 ulp for x ≥ -1; below, the relative error grows with the exponent, to 1e-5 at x = -9.
func GeluTanh[T Float](dst, src []T) { apply(fGeluTanh, dst, src) }

func apply[T Float](f function, dst, src []T) {
	sameLength(len(dst), len(src))
	if isFloat32[T]() {
		apply32(f, as[float32](dst), as[float32](src))
		return
	}
	applyGo(f, dst, src)
}

func applyGo[T Float](f function, dst, src []T) {
	g := exact[f]
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = T(g(float64(x)))
	}
}

func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	z := math.Exp(x)
	return z / (1 + z)
}

func geluErf(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return 0.5 * x * math.Erfc(-x/math.Sqrt2)
}

func geluTanh(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * sigmoid(2*math.Sqrt(2/math.Pi)*x*(1+0.044715*x*x))
}

func sameLength(got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: slices of %d and %d numbers, want equal lengths", got, want))
	}
}
