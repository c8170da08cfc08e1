package verso

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Activation names a function y = f(x) that is applied to every element, with
// its numbers in brackets where they are not the default ones: "relu",
// "leaky_relu(0.2)". It is a string, so that a configuration which holds one can
// be written to a file and read back. The empty name is the identity.
//
// Definitions, defaults, and gradients at kinks are PyTorch's.
type Activation string

// The activations.
const (
	Identity   = Activation(op.Identity)   // x
	ReLU       = Activation(op.ReLU)       // max(x, 0); gradient 0 at 0
	SELU       = Activation(op.SELU)       // λ x where x > 0, else λα(e^x − 1); Klambauer et al. 2017, equation 2
	GELU       = Activation(op.GELU)       // x Φ(x), Φ the normal distribution function; Hendrycks & Gimpel 2016
	GELUTanh   = Activation(op.GELUTanh)   // x/2 (1 + tanh(√(2/π)(x + 0.044715 x³))): GELU's approximation, "gelu_new"
	Sigmoid    = Activation(op.Sigmoid)    // σ(x) = 1/(1 + e^−x)
	Tanh       = Activation(op.Tanh)       // tanh x
	SiLU       = Activation(op.SiLU)       // x σ(x), also known as swish
	LogSigmoid = Activation(op.LogSigmoid) // log σ(x)
	Mish       = Activation(op.Mish)       // x tanh(log(1 + e^x)); Misra 2019
	Softsign   = Activation(op.Softsign)   // x/(1 + |x|)
)

// LeakyReLU is x where x > 0, else slope·x; PyTorch's default slope is 0.01.
func LeakyReLU(slope float64) Activation { return withNumbers(op.LeakyReLU, slope) }

// ELU is x where x > 0, else α(e^x − 1); PyTorch's default α is 1. Clevert,
// Unterthiner & Hochreiter 2016, equation 15.
func ELU(alpha float64) Activation { return withNumbers(op.ELU, alpha) }

// Softplus is log(1 + e^βx)/β, and x itself where βx > threshold; PyTorch's
// defaults are 1 and 20. β is above 0.
func Softplus(beta, threshold float64) Activation { return withNumbers(op.Softplus, beta, threshold) }

// Hardtanh is min(max(x, lo), hi); PyTorch's defaults are −1 and 1. The gradient
// is 0 at the limits. lo is below hi.
func Hardtanh(lo, hi float64) Activation { return withNumbers(op.Hardtanh, lo, hi) }

func withNumbers(name op.Activation, numbers ...float64) Activation {
	s := string(name) + "("
	for i, v := range numbers {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprint(v)
	}
	return Activation(s + ")")
}

// Forward returns f(x), of the shape of x. A name that is none of the above, or
// numbers outside their range, are an [ErrConfig].
//
// Cost: one pass over the elements each way. In float32, the exponential, tanh,
// sigmoid and GELU are vector code, correct to a few units in the last place.
func (a Activation) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	s, err := op.Activate(op.Activation(a), g.mode)
	return g.applyConfigured("activation", s, err, x)
}
