package op

import "fmt"

// Inner is the inner product of two values of one shape, a scalar:
// y = Σ_i a_i b_i.
func Inner() Spec { return Spec{Name: "inner", F32: inner[float32]{}, F64: inner[float64]{}} }

type inner[T Float] struct{}

func (inner[T]) Shape(in []Value[T]) ([]int, error) {
	if a, b := size(in[0].Shape), size(in[1].Shape); a != b {
		return nil, fmt.Errorf("%w: %v and %v", ErrShape, in[0].Shape, in[1].Shape)
	}
	return []int{}, nil
}

func (inner[T]) Forward(in []Value[T], y Value[T]) error {
	var sum T
	for i, a := range in[0].Data {
		sum += a * in[1].Data[i]
	}
	y.Data[0] = sum
	return nil
}

func (inner[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	din[0].AddScaled(dy.Data[0], in[1].Data)
	din[1].AddScaled(dy.Data[0], in[0].Data)
	return nil
}
