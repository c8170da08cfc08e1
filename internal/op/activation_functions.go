package op

import "github.com/seed6481993f/verso/internal/kernel"

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
		kernel.ReLU(y, x)
	case LeakyReLU:
		slope := [2]T{1, f.a}
		for i, v := range x {
			y[i] = v * slope[bit(v <= 0)]
		}
	case ELU, SELU:
		alpha, scale := f.elu()
		for i, v := range x {
			y[i] = min(v, 0)
		}
		kernel.Expm1(y, y)
		for i, v := range x {
			if v <= 0 {
				v = alpha * y[i]
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
		f.times(f.a, x, y)
		kernel.Softplus(y, y)
		for i, v := range x {
			if v*f.a <= f.b {
				v = y[i] / f.a
			}
			y[i] = v
		}
	case SiLU:
		kernel.SiLU(y, x)
	case LogSigmoid:
		f.times(-1, x, y)
		kernel.Softplus(y, y)
		kernel.Scale(-1, y)
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
	case ReLU:
		kernel.ReLUGrad(d, x, dy)
	case LeakyReLU:
		slope := [2]T{1, f.a}
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
		kernel.GeluErfGrad(d, x, dy)
	case GELUTanh:
		kernel.GeluTanhGrad(d, x, dy)
	case Sigmoid:
		kernel.SigmoidGrad(d, y, dy)
	case Tanh:
		kernel.TanhGrad(d, y, dy)
	case Softplus:
		f.times(f.a, x, d)
		kernel.SoftplusGrad(d, d, dy)
		for i, v := range x {
			if v*f.a > f.b {
				d[i] = dy[i]
			}
		}
	case SiLU:
		kernel.SiLUGrad(d, x, dy)
	case LogSigmoid:
		f.times(-1, x, d) // the slope of log σ at x is that of softplus at −x
		kernel.SoftplusGrad(d, d, dy)
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

// times writes a·x to y.
func (f *activate[T]) times(a T, x, y []T) {
	copy(y, x)
	kernel.Scale(a, y)
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
