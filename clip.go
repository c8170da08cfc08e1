package verso

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/optim"
)

// GradientNorm returns the p-norm of all gradients taken as one vector, added up
// in float64; p is 2, 1 or any other number above 0, or math.Inf(1) for the
// largest absolute value.
func GradientNorm(grads []ParamGradient, p float64) float64 {
	if p == 2 { // the usual one, a NaN or an infinity anywhere shows in it
		var sum float64
		for _, g := range grads {
			sum += kernel.SumSquares(g.F32) + kernel.SumSquares(g.F64)
		}
		return math.Sqrt(sum)
	}
	norms := make([]float64, 0, 2*len(grads))
	for _, g := range grads {
		norms = append(norms, optim.Norm(p, g.F32), optim.Norm(p, g.F64))
	}
	return optim.Norm(p, norms)
}

// ClipGradients multiplies all gradients by min(1, maxNorm / (n + 10⁻⁶)), where n
// is their common p-norm, which it returns: PyTorch's clip_grad_norm_. Rows that
// a sparse gradient does not hold count as the zeros they are.
// Source: Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent
// neural networks, algorithm 1 (p = 2).
func ClipGradients(grads []ParamGradient, maxNorm, p float64) float64 {
	n := GradientNorm(grads, p)
	scaleGradients(grads, optim.ClipCoefficient(n, maxNorm))
	return n
}

func scaleGradients(grads []ParamGradient, factor float64) {
	if factor == 1 {
		return
	}
	for _, g := range grads {
		kernel.Scale(float32(factor), g.F32)
		kernel.Scale(factor, g.F64)
	}
}
