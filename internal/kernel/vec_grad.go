package kernel

import "math"

// gradient names the derivative of an elementwise function, times what comes from above.
type gradient int

const (
	gTanh gradient = iota
	gSigmoid
	gReLU
	gSoftplus
	gSiLU
	gGeluErf
	gGeluTanh
)

// slopes are the derivatives in float64, of the value y for the first two, else of x.
var slopes = [...]func(float64) float64{
	gTanh: func(y float64) float64 { return 1 - y*y }, gSigmoid: func(y float64) float64 { return y * (1 - y) },
	gReLU: reluSlope, gSoftplus: sigmoid, gSiLU: siluSlope, gGeluErf: geluErfSlope, gGeluTanh: geluTanhSlope,
}

// TanhGrad writes dx = dy·(1 - y²) for y = tanh x. dx may be y or dy, here and below.
func TanhGrad[T Float](dx, y, dy []T) { applyGrad(gTanh, dx, y, dy) }

// SigmoidGrad writes dx = dy·y·(1 - y) for y = σ(x).
func SigmoidGrad[T Float](dx, y, dy []T) { applyGrad(gSigmoid, dx, y, dy) }

// ReLUGrad writes dx = dy where x > 0 or x is NaN, else 0. y = max(x, 0) serves as well as x.
func ReLUGrad[T Float](dx, x, dy []T) { applyGrad(gReLU, dx, x, dy) }

// SoftplusGrad writes dx = dy·σ(x). float32 assembly: within 4 ulp.
func SoftplusGrad[T Float](dx, x, dy []T) { applyGrad(gSoftplus, dx, x, dy) }

// SiLUGrad writes dx = dy·σ(x)(1 + x(1 - σ(x))). float32 assembly: the derivative is within 4 ulp of itself for x ≥ -½; below, where it crosses
// 0 near -1.278, within 4 ulp of σ(x)·max(1, |x|).
func SiLUGrad[T Float](dx, x, dy []T) { applyGrad(gSiLU, dx, x, dy) }

// GeluErfGrad writes dx = dy·(Φ(x) + x·φ(x)). float32 assembly: the derivative is within 4 ulp of itself for x ≥ -½; below, where it crosses 0
// near -0.752, within 4 ulp of φ(x)·max(1, |x|).
func GeluErfGrad[T Float](dx, x, dy []T) { applyGrad(gGeluErf, dx, x, dy) }

// GeluTanhGrad writes dx = dy·f'(x) for f of [GeluTanh]. float32 assembly: as [GeluErfGrad], but within 5 ulp of
// σ(v)·max(1, |x·v'|) on the left, v = 2√(2/π)(x + 0.044715x³).
func GeluTanhGrad[T Float](dx, x, dy []T) { applyGrad(gGeluTanh, dx, x, dy) }

func applyGrad[T Float](g gradient, dx, given, dy []T) {
	sameLength(len(given), len(dx))
	sameLength(len(dy), len(dx))
	if isFloat32[T]() {
		applyGrad32(g, as[float32](dx), as[float32](given), as[float32](dy))
		return
	}
	applyGradGo(g, dx, given, dy)
}

func applyGradGo[T Float](g gradient, dx, given, dy []T) {
	given, dy = given[:len(dx)], dy[:len(dx)]
	if g == gReLU {
		for i, x := range given {
			d := dy[i]
			if x <= 0 {
				d = 0
			}
			dx[i] = d
		}
		return
	}
	f := slopes[g]
	for i, x := range given {
		dx[i] = T(f(float64(x)) * float64(dy[i]))
	}
}

func reluSlope(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return 1
}

func siluSlope(x float64) float64 {
	if math.IsInf(x, 0) {
		return sigmoid(x)
	}
	s := sigmoid(x)
	return s * (1 + x*sigmoid(-x))
}

func geluErfSlope(x float64) float64 {
	if math.IsInf(x, 0) {
		return sigmoid(x)
	}
	return 0.5*math.Erfc(-x/math.Sqrt2) + x*math.Exp(-0.5*x*x)/math.Sqrt(2*math.Pi)
}

func geluTanhSlope(x float64) float64 {
	if math.IsInf(x, 0) {
		return sigmoid(x)
	}
	c := 2 * math.Sqrt(2/math.Pi)
	v := c * x * (1 + 0.044715*x*x)
	return sigmoid(v) * (1 + sigmoid(-v)*x*c*(1+3*0.044715*x*x))
}
