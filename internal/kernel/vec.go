package kernel

import (
	"fmt"
	"math"
)

// function names an elementwise function.
type function int

const (
	fExp function = iota
	fExpm1
	fLog
	fLog1p
	fTanh
	fSigmoid
	fSoftplus
	fReLU
	fSiLU
	fGeluErf
	fGeluTanh
)

// exact are the functions in float64, from which portable float32 rounds.
var exact = [...]func(float64) float64{
	fExp: math.Exp, fExpm1: math.Expm1, fLog: math.Log, fLog1p: math.Log1p, fTanh: math.Tanh, fSigmoid: sigmoid, fSoftplus: softplus,
	fReLU: relu, fSiLU: silu, fGeluErf: geluErf, fGeluTanh: geluTanh,
}

// Exp writes e^x for each x of src. dst may be src; it panics unless they are equally long, as all here do.
// float32 assembly: within 1.2 ulp, denormal results included; below -103.98 the result is 0, above 88.72 +Inf.
func Exp[T Float](dst, src []T) { apply(fExp, dst, src) }

// Expm1 writes e^x - 1. float32 assembly: within 2 ulp, near 0 too; ±0 and denormal numbers give themselves.
func Expm1[T Float](dst, src []T) { apply(fExpm1, dst, src) }

// Log writes the natural logarithm: -Inf of ±0, NaN below. float32 assembly: within 2 ulp, of denormal numbers too.
func Log[T Float](dst, src []T) { apply(fLog, dst, src) }

// Log1p writes log(1+x): -Inf of -1, NaN below. float32 assembly: within 2 ulp, near 0 too; ±0 and denormal numbers give themselves.
func Log1p[T Float](dst, src []T) { apply(fLog1p, dst, src) }

// Tanh writes the hyperbolic tangent. float32 assembly: within 3 ulp; ±0 and denormal numbers give themselves.
func Tanh[T Float](dst, src []T) { apply(fTanh, dst, src) }

// Sigmoid writes 1/(1+e^-x). float32 assembly: within 3 ulp, in both tails; results that are denormal, below x = -87.3, within one of
// their last place.
func Sigmoid[T Float](dst, src []T) { apply(fSigmoid, dst, src) }

// Softplus writes log(1 + e^x). float32 assembly: within 3 ulp, in both tails.
func Softplus[T Float](dst, src []T) { apply(fSoftplus, dst, src) }

// ReLU writes max(x, 0); NaN and -0 give themselves.
func ReLU[T Float](dst, src []T) { apply(fReLU, dst, src) }

// SiLU writes x·σ(x) (Elfwing et al. 2017), 0 at -Inf. float32 assembly: within 4 ulp while the result is a normal number.
func SiLU[T Float](dst, src []T) { apply(fSiLU, dst, src) }

// GeluErf writes x·Φ(x) = ½x(1 + erf(x/√2)), the Gaussian error linear unit (Hendrycks and Gimpel 2016), 0 at -Inf.
// float32 assembly: within 4 ulp for x ≥ -3, 5 to the left while the result is a normal number; below x = -13 or so it is denormal, or 0.
func GeluErf[T Float](dst, src []T) { apply(fGeluErf, dst, src) }

// GeluTanh writes ½x(1 + tanh(√(2/π)(x + 0.044715x³))), the same unit with the approximation of its authors, 0 at -Inf.
// float32 assembly: within 4 ulp while the result is a normal number, the left tail included; below x = -9.9 or so it is denormal, or 0.
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
	if f == fReLU {
		reluGo(dst, src)
		return
	}
	g := exact[f]
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = T(g(float64(x)))
	}
}

func reluGo[T Float](dst, src []T) {
	dst = dst[:len(src)]
	for i, x := range src {
		if x < 0 {
			x = 0
		}
		dst[i] = x
	}
}

func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	z := math.Exp(x)
	return z / (1 + z)
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func relu(x float64) float64 { return max(x, 0) }

func silu(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * sigmoid(x)
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
