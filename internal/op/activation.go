package op

import (
	"fmt"
	"strconv"
	"strings"
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
