package op

import (
	"fmt"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Mul is the elementwise product of two values of one shape: y = a ∘ b.
func Mul() Spec { return Spec{Name: "mul", F32: mul[float32]{}, F64: mul[float64]{}} }

type mul[T Float] struct{}

func (mul[T]) Shape(in []Value[T]) ([]int, error) {
	if !slices.Equal(in[0].Shape, in[1].Shape) {
		return nil, fmt.Errorf("%w: a product of %v and %v", ErrShape, in[0].Shape, in[1].Shape)
	}
	return in[0].Shape, nil
}

func (mul[T]) Forward(in []Value[T], y Value[T]) error {
	kernel.Mul(y.Data, in[0].Data, in[1].Data)
	return nil
}

func (mul[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	for i, g := range din {
		if !g.Wanted() {
			continue
		}
		other := in[1-i].Data
		if !g.Add {
			kernel.Mul(g.Data, dy.Data, other)
			continue
		}
		for j, v := range dy.Data {
			g.Data[j] += v * other[j]
		}
	}
	return nil
}
