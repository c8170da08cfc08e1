package op

import "fmt"

// OneHot makes a vector of n numbers of every id, with a 1 at the id's place and
// 0 elsewhere:
//
//	ids (…) → y (…, n)
//
// Input: ids. It has no gradient.
func OneHot(n int) Spec {
	return Spec{Name: "one-hot", F32: oneHot[float32]{n}, F64: oneHot[float64]{n}}
}

type oneHot[T Float] struct{ n int }

func (o oneHot[T]) Shape(in []Value[T]) ([]int, error) {
	ids := in[0]
	if ids.Data != nil {
		return nil, fmt.Errorf("%w: a one-hot vector wants integers, got %v of floats", ErrShape, ids.Shape)
	}
	if o.n < 1 {
		return nil, fmt.Errorf("%w: a one-hot vector of %d numbers", ErrShape, o.n)
	}
	for i, id := range ids.Ints {
		if id < 0 || id >= o.n {
			return nil, fmt.Errorf("%w: id %d at place %d, a one-hot vector has %d places", ErrInput, id, i, o.n)
		}
	}
	return append(append([]int{}, ids.Shape...), o.n), nil
}

func (o oneHot[T]) Forward(in []Value[T], y Value[T]) error {
	clear(y.Data)
	for i, id := range in[0].Ints {
		y.Data[i*o.n+id] = 1
	}
	return nil
}

func (o oneHot[T]) Backward([]Value[T], Value[T], Value[T], []Grad[T]) error { return nil }
