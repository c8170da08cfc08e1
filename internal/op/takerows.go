package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// TakeRows takes rows of x by number; −1 gives a row of zeros:
//
//	x (n, width), at (m) integers → y (m, width), y_i = x[at_i]
//
// Gradient: dx[at_i] += dy_i, in the order of i. A number outside −1 … n−1 is [ErrInput].
func TakeRows() Spec {
	return Spec{Name: "take rows", F32: takeRows[float32]{}, F64: takeRows[float64]{}}
}

type takeRows[T Float] struct{}

func (takeRows[T]) Shape(in []Value[T]) ([]int, error) {
	x, at := in[0], in[1]
	if len(x.Shape) != 2 || len(at.Shape) != 1 {
		return nil, fmt.Errorf("%w: want a matrix and a vector of its rows' numbers, got %v and %v", ErrShape, x.Shape, at.Shape)
	}
	for i, r := range at.Ints {
		if r < -1 || r >= x.Rows() {
			return nil, fmt.Errorf("%w: row %d at place %d, there are %d", ErrInput, r, i, x.Rows())
		}
	}
	return []int{at.Shape[0], x.Cols()}, nil
}

func (takeRows[T]) Forward(in []Value[T], y Value[T]) error {
	x, w := in[0].Data, in[0].Cols()
	for i, r := range in[1].Ints {
		if to := y.Data[i*w : (i+1)*w]; r < 0 {
			clear(to)
		} else {
			copy(to, x[r*w:(r+1)*w])
		}
	}
	return nil
}

func (takeRows[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	if !din[0].Wanted() {
		return nil
	}
	d, w := din[0].Data, in[0].Cols()
	din[0].Clear()
	for i, r := range in[1].Ints {
		if r >= 0 {
			row := d[r*w : (r+1)*w]
			kernel.Add(row, row, dy.Data[i*w:(i+1)*w])
		}
	}
	return nil
}
