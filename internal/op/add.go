package op

import (
	"fmt"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Add is the sum of any number of values of one shape: y = Σ_i x_i.
func Add() Spec { return Spec{Name: "add", F32: add[float32]{}, F64: add[float64]{}} }

type add[T Float] struct{}

func (add[T]) Shape(in []Value[T]) ([]int, error) {
	if len(in) == 0 {
		return nil, fmt.Errorf("%w: a sum wants at least one input", ErrShape)
	}
	for _, x := range in[1:] {
		if !slices.Equal(x.Shape, in[0].Shape) {
			return nil, fmt.Errorf("%w: a sum of %v and %v", ErrShape, in[0].Shape, x.Shape)
		}
	}
	return in[0].Shape, nil
}

func (add[T]) Forward(in []Value[T], y Value[T]) error {
	copy(y.Data, in[0].Data)
	for _, x := range in[1:] {
		kernel.Add(y.Data, y.Data, x.Data)
	}
	return nil
}

func (add[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	for i := range in {
		din[i].AddScaled(1, dy.Data)
	}
	return nil
}
