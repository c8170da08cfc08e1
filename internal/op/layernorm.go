package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// LayerNormConfig holds the options of [LayerNorm].
type LayerNormConfig struct {
	Sizes  []int   // the last axes of the input, over which each row is normalised
	Eps    float64 // ε, under the root
	Affine bool    // whether γ and β are inputs
	Mode   *Mode   // for the number of workers; may be nil
}

// LayerNorm normalises every row over its last axes, n numbers in all:
//
//	y = (x − μ)/√(σ² + ε) ∘ γ + β,  μ = Σ x/n,  σ² = Σ (x − μ)²/n
//
//	x (…, n_1, …, n_k), γ (n_1, …, n_k), β (n_1, …, n_k) → y (…, n_1, …, n_k)
//
// Inputs: x and, where it is affine, γ and β. Gradients, with x̂ the normalised
// x and g = dy ∘ γ: dx = (g − mean g − x̂ mean(g ∘ x̂))/√(σ² + ε), dγ = Σ dy ∘ x̂,
// dβ = Σ dy. Two numbers a row are kept between the passes.
//
// Source: Ba, Kiros & Hinton 2016, Layer normalization, equation 4.
func LayerNorm(c LayerNormConfig) (Spec, error) {
	if len(c.Sizes) == 0 || size(c.Sizes) < 1 {
		return Spec{}, fmt.Errorf("layer normalisation wants at least one axis of at least 1, got %v", c.Sizes)
	}
	if !(c.Eps >= 0) || math.IsInf(c.Eps, 0) {
		return Spec{}, fmt.Errorf("layer normalisation wants an ε of at least 0, got %v", c.Eps)
	}
	return Spec{Name: "layer norm", F32: &layerNorm[float32]{LayerNormConfig: c}, F64: &layerNorm[float64]{LayerNormConfig: c}}, nil
}

type layerNorm[T Float] struct {
	LayerNormConfig
	mean, rstd []T
	dx         whole[T]
	sums       []T // dγ and dβ of each run of rows
}

// normRows is how many rows give one partial sum of dγ and dβ: a fixed number,
// so that the sums come out the same for any number of workers.
const normRows = 128

func (l *layerNorm[T]) Shape(in []Value[T]) ([]int, error) {
	x := in[0].Shape
	k := len(l.Sizes)
	if len(x) < k || !slices.Equal(x[len(x)-k:], l.Sizes) {
		return nil, fmt.Errorf("%w: want last axes %v, got %v", ErrShape, l.Sizes, x)
	}
	for i, name := range []string{"scale", "shift"} {
		if l.Affine && !slices.Equal(in[1+i].Shape, l.Sizes) {
			return nil, fmt.Errorf("%w: the %s wants %v, got %v", ErrShape, name, l.Sizes, in[1+i].Shape)
		}
	}
	return x, nil
}

// rows returns the sizes of x as a matrix of rows that are normalised each.
func (l *layerNorm[T]) rows(x Value[T]) (rows, cols int) {
	cols = size(l.Sizes)
	return len(x.Data) / cols, cols
}

func (l *layerNorm[T]) Forward(in []Value[T], y Value[T]) error {
	x := in[0].Data
	rows, n := l.rows(in[0])
	var gamma, beta []T
	if l.Affine {
		gamma, beta = in[1].Data, in[2].Data
	}
	l.mean, l.rstd = grow(l.mean, rows), grow(l.rstd, rows)
	l.Mode.split(rows, n, func(i, j int) {
		kernel.LayerNormRows(j-i, n, l.Eps, gamma, beta, x[i*n:j*n], y.Data[i*n:j*n], l.mean[i:j], l.rstd[i:j])
	})
	return nil
}

func (l *layerNorm[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x := in[0].Data
	rows, n := l.rows(in[0])
	var gamma []T
	if l.Affine {
		gamma = in[1].Data
	}
	dx := l.dx.of(din[0], len(x))
	runs := (rows + normRows - 1) / normRows
	l.sums = grow(l.sums, 2*n*runs)
	clear(l.sums)
	l.Mode.split(runs, normRows*n, func(from, to int) {
		for r := from; r < to; r++ {
			i, j := r*normRows, min((r+1)*normRows, rows)
			dgamma, dbeta := l.sums[2*n*r:2*n*r+n], l.sums[2*n*r+n:2*n*(r+1)]
			kernel.LayerNormRowsGrad(j-i, n, gamma, x[i*n:j*n], l.mean[i:j], l.rstd[i:j], dy.Data[i*n:j*n], dx[i*n:j*n], dgamma, dbeta)
		}
	})
	l.dx.give(din[0], dx)
	if !l.Affine {
		return nil
	}
	for r := range runs {
		for k, g := range din[1:] {
			if r == 0 {
				g.AddScaled(1, l.sums[k*n:(k+1)*n])
			} else if g.Wanted() {
				kernel.Add(g.Data, g.Data, l.sums[(2*r+k)*n:(2*r+k+1)*n])
			}
		}
	}
	return nil
}
