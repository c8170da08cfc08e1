package op

import (
	"fmt"
	"slices"
)

// recurrentInputs are the inputs by name; what is not given is empty.
type recurrentInputs[E any] struct{ x, lengths, wx, wh, bx, bh, h, c E }

// named gives the inputs, or their gradients, their names.
func named[T Float, E any](r *recurrent[T], in []E) (v recurrentInputs[E]) {
	v.x, v.lengths, v.wx, v.wh, in = in[0], in[1], in[2], in[3], in[4:]
	if r.Bias {
		v.bx, v.bh, in = in[0], in[1], in[2:]
	}
	if r.State {
		v.h, in = in[0], in[1:]
	}
	if r.Memory {
		v.c = in[0]
	}
	return v
}

// Shapes checks all inputs.
func (r *recurrent[T]) Shapes(in []Value[T]) ([][]int, error) {
	v := named(r, in)
	if err := wantRank("the rows", v.x, 2); err != nil {
		return nil, err
	}
	if err := wantRank("the lengths", v.lengths, 1); err != nil {
		return nil, err
	}
	if err := wantRank("weight_hh", v.wh, 2); err != nil {
		return nil, err
	}
	g, hidden, width, batch := r.cell.gates(), v.wh.Cols(), v.x.Cols(), v.lengths.Rows()
	want := func(what string, x Value[T], shape ...int) error {
		if slices.Equal(x.Shape, shape) {
			return nil
		}
		return fmt.Errorf("%w: %s wants %v for rows of %d and states of %d features, got %v", ErrShape, what, shape, width, hidden, x.Shape)
	}
	if err := want("weight_hh", v.wh, g*hidden, hidden); err != nil {
		return nil, err
	}
	if err := want("weight_ih", v.wx, g*hidden, width); err != nil {
		return nil, err
	}
	for i, x := range []Value[T]{v.bx, v.bh} {
		if !r.Bias {
			break
		}
		if err := want([]string{"bias_ih", "bias_hh"}[i], x, g*hidden); err != nil {
			return nil, err
		}
	}
	for i, x := range []Value[T]{v.h, v.c} {
		if x.Shape == nil {
			continue
		}
		rows := batch
		if v.lengths.Ints == nil && len(x.Shape) > 0 {
			rows = x.Shape[0] // the size of the batch is not known yet
		}
		if err := want([]string{"h_0", "c_0"}[i], x, rows, hidden); err != nil {
			return nil, err
		}
	}
	if _, err := Lengths(v.lengths.Ints, v.x.Rows()); err != nil {
		return nil, err
	}
	shapes := [][]int{{v.x.Rows(), hidden}, {batch, hidden}}
	if r.memory != nil {
		shapes = append(shapes, []int{batch, hidden})
	}
	return shapes, nil
}
