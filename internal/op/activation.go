package op

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Activation names an elementwise function y = f(x), with its numbers in
// brackets where they are not the default ones: "relu", "leaky_relu(0.2)".
// The empty name is the identity.
type Activation string

// The activations; defaults and values at kinks are PyTorch's.
const (
	Identity   Activation = "identity"   // x
	ReLU       Activation = "relu"       // max(x, 0)
	LeakyReLU  Activation = "leaky_relu" // x where x > 0, else slope·x; slope 0.01
	ELU        Activation = "elu"        // x where x > 0, else α(e^x − 1); α 1
	SELU       Activation = "selu"       // λ·ELU with α, λ that keep mean 0 and variance 1
	GELU       Activation = "gelu"       // x Φ(x)
	GELUTanh   Activation = "gelu_tanh"  // x/2 (1 + tanh(√(2/π)(x + 0.044715 x³)))
	Sigmoid    Activation = "sigmoid"    // σ(x) = 1/(1 + e^−x)
	Tanh       Activation = "tanh"       // tanh x
	Softplus   Activation = "softplus"   // log(1 + e^βx)/β, x where βx > threshold; β 1, threshold 20
	SiLU       Activation = "silu"       // x σ(x)
	LogSigmoid Activation = "logsigmoid" // log σ(x)
	Mish       Activation = "mish"       // x tanh(log(1 + e^x))
	Hardtanh   Activation = "hardtanh"   // min(max(x, lo), hi); lo −1, hi 1
	Softsign   Activation = "softsign"   // x/(1 + |x|)
)

// activationNumbers holds the default numbers of each activation.
var activationNumbers = map[Activation][]float64{
	Identity: {}, ReLU: {}, LeakyReLU: {0.01}, ELU: {1}, SELU: {}, GELU: {}, GELUTanh: {}, Sigmoid: {}, Tanh: {},
	Softplus: {1, 20}, SiLU: {}, LogSigmoid: {}, Mish: {}, Hardtanh: {-1, 1}, Softsign: {},
}

// The constants of SELU: Klambauer et al. 2017, Self-normalizing neural
// networks, equation 14.
const (
	seluAlpha = 1.6732632423543772848170429916717
	seluScale = 1.0507009873554804934193349852946
)

// parse returns the function's name and its numbers.
func (a Activation) parse() (Activation, []float64, error) {
	if a == "" {
		return Identity, nil, nil
	}
	name, list, bracket := strings.Cut(string(a), "(")
	numbers, ok := activationNumbers[Activation(name)]
	if !ok {
		return "", nil, fmt.Errorf("no activation is named %q", name)
	}
	if !bracket {
		return Activation(name), numbers, nil
	}
	list, closed := strings.CutSuffix(list, ")")
	parts := strings.Split(list, ",")
	if !closed || len(parts) != len(numbers) {
		return "", nil, fmt.Errorf("activation %q wants %d numbers in brackets, got %q", name, len(numbers), string(a))
	}
	given := make([]float64, len(parts))
	for i, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil {
			return "", nil, fmt.Errorf("activation %q: %q is no number", string(a), p)
		}
		given[i] = v
	}
	return Activation(name), given, nil
}

// Activate is y = f(x) for every element. Input: x, of any shape.
func Activate(a Activation, m *Mode) (Spec, error) {
	name, numbers, err := a.parse()
	if err != nil {
		return Spec{}, err
	}
	if name == Softplus && !(numbers[0] > 0) {
		return Spec{}, fmt.Errorf("softplus wants a β above 0, got %v", numbers[0])
	}
	if name == Hardtanh && !(numbers[0] < numbers[1]) {
		return Spec{}, fmt.Errorf("hardtanh wants lo < hi, got %v and %v", numbers[0], numbers[1])
	}
	return Spec{Name: string(name), F32: newActivate[float32](name, numbers, m), F64: newActivate[float64](name, numbers, m)}, nil
}

type activate[T Float] struct {
	name Activation
	a, b T // the numbers of the function
	mode *Mode
	dx   whole[T]
}

func newActivate[T Float](name Activation, numbers []float64, m *Mode) *activate[T] {
	f := &activate[T]{name: name, mode: m}
	if len(numbers) > 0 {
		f.a = T(numbers[0])
	}
	if len(numbers) > 1 {
		f.b = T(numbers[1])
	}
	return f
}

func (f *activate[T]) Shape(in []Value[T]) ([]int, error) { return in[0].Shape, nil }

func (f *activate[T]) Forward(in []Value[T], y Value[T]) error {
	f.mode.split(len(y.Data), 1, func(from, to int) { f.value(in[0].Data[from:to], y.Data[from:to]) })
	return nil
}

func (f *activate[T]) Backward(in []Value[T], y, dy Value[T], din []Grad[T]) error {
	d := f.dx.of(din[0], len(y.Data))
	f.mode.split(len(d), 1, func(from, to int) {
		f.gradient(in[0].Data[from:to], y.Data[from:to], dy.Data[from:to], d[from:to])
	})
	f.dx.give(din[0], d)
	return nil
}

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
		for i, v := range x {
			if v <= 0 {
				v *= f.a
			}
			y[i] = v
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
	case ReLU:
		for i, v := range x {
			d[i] = dy[i]
			if v <= 0 {
				d[i] = 0
			}
		}
	case LeakyReLU:
		for i, v := range x {
			d[i] = dy[i]
			if v <= 0 {
				d[i] *= f.a
			}
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
		if v > 1e-20 || v < -1e-20 {
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
