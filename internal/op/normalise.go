package op

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// L2Normalise gives each row of x the Euclidean norm 1:
//
//	y_i = x_i / max(‖x_i‖, ε),  x (…, features) → y (…, features)
//
// Input: x. Gradient, where ‖x_i‖ > ε: dx_i = (dy_i − y_i ⟨y_i, dy_i⟩) / ‖x_i‖;
// elsewhere dx_i = dy_i/ε.
func L2Normalise(eps float64) (Spec, error) {
	if !(eps > 0) || math.IsInf(eps, 0) {
		return Spec{}, fmt.Errorf("normalising wants an ε above 0, got %v", eps)
	}
	return Spec{Name: "l2-normalise", F32: &l2Normalise[float32]{eps: eps}, F64: &l2Normalise[float64]{eps: eps}}, nil
}

type l2Normalise[T Float] struct {
	eps   float64
	norms []float64 // of the rows of the last forward pass
	dx    whole[T]
}

func (l *l2Normalise[T]) Shape(in []Value[T]) ([]int, error) {
	if len(in[0].Shape) == 0 {
		return nil, fmt.Errorf("%w: normalising wants rows, got a scalar", ErrShape)
	}
	return in[0].Shape, nil
}

func (l *l2Normalise[T]) Forward(in []Value[T], y Value[T]) error {
	x, f := in[0].Data, in[0].Last()
	l.norms = grow(l.norms, len(x)/f)
	copy(y.Data, x)
	for i := range l.norms {
		l.norms[i] = math.Sqrt(kernel.SumSquares(x[i*f : (i+1)*f]))
		kernel.Scale(T(1/max(l.norms[i], l.eps)), y.Data[i*f:(i+1)*f])
	}
	return nil
}

func (l *l2Normalise[T]) Backward(in []Value[T], y, dy Value[T], din []Grad[T]) error {
	f := in[0].Last()
	dx := l.dx.of(din[0], len(dy.Data))
	copy(dx, dy.Data)
	for i, norm := range l.norms {
		row, unit := dx[i*f:(i+1)*f], y.Data[i*f:(i+1)*f]
		if norm > l.eps {
			kernel.Axpy(-kernel.Dot(unit, row), unit, row)
		}
		kernel.Scale(T(1/max(norm, l.eps)), row)
	}
	l.dx.give(din[0], dx)
	return nil
}
