package op

import (
	"fmt"
	"slices"
)

// decoderInputs are the inputs of [AttendGRU] by name, or their gradients.
type decoderInputs[E any] struct{ x, lengths, keys, values, sources, h, wq, v, wx, wh, bx, bh E }

func decoderNamed[E any](in []E) decoderInputs[E] {
	return decoderInputs[E]{in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], in[8], in[9], in[10], in[11]}
}

// Shapes checks all inputs.
func (a *attendGRU[T]) Shapes(in []Value[T]) ([][]int, error) {
	if len(in) != 12 {
		return nil, fmt.Errorf("%w: 12 inputs are wanted, got %d", ErrShape, len(in))
	}
	v := decoderNamed(in)
	for _, c := range []struct {
		what string
		x    Value[T]
	}{{"the rows", v.x}, {"the keys", v.keys}, {"the values", v.values}, {"h_0", v.h}, {"weight_hh", v.wh}} {
		if err := wantRank(c.what, c.x, 2); err != nil {
			return nil, err
		}
	}
	if err := placePairs(&a.pairs, v.x.Rows(), v.keys.Rows(), v.lengths, v.sources); err != nil {
		return nil, err
	}
	width, attn, hidden, batch := v.values.Cols(), v.keys.Cols(), v.wh.Cols(), v.lengths.Rows()
	if v.lengths.Ints == nil {
		batch = v.h.Rows() // not known yet
	}
	for _, c := range []struct {
		what string
		x    Value[T]
		want []int
	}{
		{"the values", v.values, []int{v.keys.Rows(), width}},
		{"h_0", v.h, []int{batch, hidden}},
		{"Wq", v.wq, []int{attn, hidden}},
		{"v", v.v, []int{1, attn}},
		{"weight_ih", v.wx, []int{3 * hidden, v.x.Cols() + width}},
		{"weight_hh", v.wh, []int{3 * hidden, hidden}},
		{"bias_ih", v.bx, []int{3 * hidden}},
		{"bias_hh", v.bh, []int{3 * hidden}},
	} {
		if !slices.Equal(c.x.Shape, c.want) {
			return nil, fmt.Errorf("%w: %s wants %v for rows of %d, keys of %d, values of %d and states of %d features, got %v",
				ErrShape, c.what, c.want, v.x.Cols(), attn, width, hidden, c.x.Shape)
		}
	}
	return [][]int{{v.x.Rows(), hidden}, {v.x.Rows(), width}, {max(1, a.scores)}}, nil
}
