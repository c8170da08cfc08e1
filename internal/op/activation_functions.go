package op

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// The constants of SELU: Klambauer et al. 2017, Self-normalizing neural
// networks, equation 14.
const (
	seluAlpha = 1.6732632423543772848170429916717
	seluScale = 1.0507009873554804934193349852946
)

// value writes f(x) to y. Comparisons are written so that a NaN stays one.
func (f *activate[T]) value(x, y []T) {
	switch f.name {
	case Identity:
		copy(y, x)
	case ReLU:
		for i, v := range x {
			y[i] = max(v, 0)
		}
	case LeakyReLU:
		slope := [2]T{1, f.a}
		for i, v := range x {
			y[i] = v * slope[bit(v <= 0)]
		}
	case ELU, SELU:
		alpha, scale := f.elu()
		for i, v := range x {
			if v <= 0 {
				v = alpha * T(math.Expm1(float64(v)))
			}
			y[i] = scale * v
		}
	case GELU:
		kernel.GeluErf(y, x)
	case GELUTanh:
		kernel.GeluTanh(y, x)
	case Sigmoid:
		kernel.Sigmoid(y, x)
	case Tanh:
		kernel.Tanh(y, x)
	case Softplus:
		for i, v := range x {
			if u := v * f.a; u <= f.b {
				v = T(math.Log1p(math.Exp(float64(u)))) / f.a
			}
			y[i] = v
		}
	case SiLU:
		kernel.Sigmoid(y, x)
		kernel.Mul(y, y, x)
	case LogSigmoid:
		for i, v := range x {
			y[i] = min(v, 0) - T(math.Log1p(math.Exp(-math.Abs(float64(v)))))
		}
	case Mish:
		kernel.Exp(y, x)
		for i, v := range x {
			y[i] = v * mishFactor(v, y[i])
		}
	case Hardtanh:
		for i, v := range x {
			y[i] = min(max(v, f.a), f.b)
		}
	case Softsign:
		for i, v := range x {
			y[i] = v / (1 + max(v, -v))
		}
	}
}

// gradient writes dy·f'(x) to d.
func (f *activate[T]) gradient(x, y, dy, d []T) {
	switch f.name {
	case Identity:
		copy(d, dy)
	case ReLU, LeakyReLU:
		slope := [2]T{1, f.a} // ReLU has no number: 0
		for i, v := range x {
			d[i] = dy[i] * slope[bit(v <= 0)]
		}
	case ELU, SELU: // α e^x = f(x) + α below 0
		alpha, scale := f.elu()
		for i, v := range x {
			d[i] = dy[i] * scale
			if v <= 0 {
				d[i] = dy[i] * (y[i] + alpha*scale)
			}
		}
	case GELU:
		f.geluGradient(x, y, dy, d)
	case GELUTanh: // f = x σ(2u), u = √(2/π)(x + 0.044715 x³)
		const c, a = 0.7978845608028654, 0.044715
		for i, v := range x {
			d[i] = 2 * c * v * (1 + a*v*v)
		}
		kernel.Sigmoid(d, d)
		for i, v := range x {
			s := d[i]
			d[i] = dy[i] * (s + v*s*(1-s)*2*c*(1+3*a*v*v))
		}
	case Sigmoid:
		for i, v := range y {
			d[i] = dy[i] * v * (1 - v)
		}
	case Tanh:
		for i, v := range y {
			d[i] = dy[i] * (1 - v*v)
		}
	case Softplus:
		for i, v := range x {
			d[i] = v * f.a
		}
		kernel.Sigmoid(d, d)
		for i, v := range x {
			if v*f.a > f.b {
				d[i] = 1
			}
			d[i] *= dy[i]
		}
	case SiLU:
		kernel.Sigmoid(d, x)
		for i, v := range x {
			d[i] = dy[i] * d[i] * (1 + v*(1-d[i]))
		}
	case LogSigmoid:
		for i, v := range x {
			d[i] = -v
		}
		kernel.Sigmoid(d, d)
		kernel.Mul(d, d, dy)
	case Mish: // t + x σ(x)(1 − t²), t = tanh(log(1 + e^x))
		kernel.Exp(d, x)
		for i, v := range x {
			e := d[i]
			t, s := mishFactor(v, e), T(1)
			if v <= mishLinear {
				s = e / (1 + e)
			}
			d[i] = dy[i] * (t + v*s*(1-t*t))
		}
	case Hardtanh:
		for i, v := range x {
			d[i] = dy[i]
			if v <= f.a || v >= f.b {
				d[i] = 0
			}
		}
	case Softsign:
		for i, v := range x {
			s := 1 + max(v, -v)
			d[i] = dy[i] / (s * s)
		}
	}
}

// bit is 1 for true. Indexing by it takes no branch, which random signs would
// make mispredicted half of the time.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// elu returns α and λ.
func (f *activate[T]) elu() (alpha, scale T) {
	if f.name == SELU {
		return seluAlpha, seluScale
	}
	return f.a, 1
}

// geluGradient is dy (Φ(x) + x φ(x)). Φ(x) is f(x)/x, to the last digits of f.
func (f *activate[T]) geluGradient(x, y, dy, d []T) {
	for i, v := range x {
		d[i] = -0.5 * v * v
	}
	kernel.Exp(d, d)
	const density = 0.3989422804014327 // 1/√(2π)
	for i, v := range x {
		phi := T(0.5)
		if max(v, -v) > 1e-20 {
			phi = y[i] / v
		}
		d[i] = dy[i] * (phi + v*density*d[i])
	}
}

// mishLinear is where tanh(log(1 + e^x)) is 1 to the last digit of float64.
const mishLinear = 20

// mishFactor is tanh(log(1 + e)) = e(e + 2)/(e(e + 2) + 2) for e = e^x.
func mishFactor[T Float](x, e T) T {
	if x > mishLinear {
		return 1
	}
	n := e * (e + 2)
	return n / (n + 2)
}
