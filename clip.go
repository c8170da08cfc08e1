package verso

import (
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/optim"
)

// gradientPiece is into pieces of how many numbers work on gradients is cut: a
// constant, so that sums are the same on any number of cores.
const gradientPiece = 1 << 15

// gradientPart is a piece of a gradient, in one precision.
type gradientPart struct {
	f32 []float32
	f64 []float64
}

// cutGradients lists the pieces of all gradients, in order.
func cutGradients(grads []ParamGradient) (parts []gradientPart) {
	for _, g := range grads {
		for p := range slices.Chunk(g.F32, gradientPiece) {
			parts = append(parts, gradientPart{f32: p})
		}
		for p := range slices.Chunk(g.F64, gradientPiece) {
			parts = append(parts, gradientPart{f64: p})
		}
	}
	return parts
}

// GradientNorm returns the p-norm of all gradients taken as one vector, added up
// in float64; p is 2, 1 or any other number above 0, or math.Inf(1) for the
// largest absolute value.
func GradientNorm(grads []ParamGradient, p float64) float64 {
	if p == 2 {
		return gradientNorm(grads, 1)
	}
	norms := make([]float64, 0, 2*len(grads))
	for _, g := range grads {
		norms = append(norms, optim.Norm(p, g.F32), optim.Norm(p, g.F64))
	}
	return optim.Norm(p, norms)
}

// gradientNorm is the Euclidean norm on so many cores. A NaN or an infinity anywhere
// shows in it.
func gradientNorm(grads []ParamGradient, workers int) float64 {
	parts := cutGradients(grads)
	sums := make([]float64, len(parts))
	kernel.Parallel(workers, len(parts), func(i int) {
		sums[i] = kernel.SumSquares(parts[i].f32) + kernel.SumSquares(parts[i].f64)
	})
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return math.Sqrt(sum)
}

// ClipGradients multiplies all gradients by min(1, maxNorm / (n + 10⁻⁶)), where n
// is their common p-norm, which it returns: PyTorch's clip_grad_norm_. Rows that
// a sparse gradient does not hold count as the zeros they are.
// Source: Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent
// neural networks, algorithm 1 (p = 2).
func ClipGradients(grads []ParamGradient, maxNorm, p float64) float64 {
	n := GradientNorm(grads, p)
	scaleGradients(grads, optim.ClipCoefficient(n, maxNorm), 1)
	return n
}

func scaleGradients(grads []ParamGradient, factor float64, workers int) {
	if factor == 1 {
		return
	}
	parts := cutGradients(grads)
	kernel.Parallel(workers, len(parts), func(i int) {
		kernel.Scale(float32(factor), parts[i].f32)
		kernel.Scale(factor, parts[i].f64)
	})
}
