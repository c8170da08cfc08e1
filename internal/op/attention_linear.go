package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Block is a part of a weight, rows and columns from the first up to but without
// the second, and the place in the bias where the part's begins.
type Block struct{ FromRow, ToRow, FromCol, ToCol, Bias int }

// LinearBlock is an affine map by a block of a weight that several maps share:
//
//	x (rows, in), W (…, …), b (…) → y (rows, out), y = x W[block]ᵀ + b[Bias …]
//
// Inputs: x, W and, with bias, b. The gradients of W and b are 0 outside the block.
func LinearBlock(b Block, bias bool, m *Mode) Spec {
	return Spec{Name: "linear", F32: linearBlock[float32]{b, bias, m}, F64: linearBlock[float64]{b, bias, m}}
}

type linearBlock[T Float] struct {
	Block
	bias bool
	mode *Mode
}

func (l linearBlock[T]) Shape(in []Value[T]) ([]int, error) {
	x, w := in[0], in[1]
	if err := wantRank("the rows", x, 2); err != nil {
		return nil, err
	}
	if err := wantRank("the weight", w, 2); err != nil {
		return nil, err
	}
	if l.FromRow < 0 || l.FromRow >= l.ToRow || l.ToRow > w.Shape[0] || l.FromCol < 0 || l.FromCol >= l.ToCol || l.ToCol > w.Shape[1] {
		return nil, fmt.Errorf("%w: rows %d to %d and columns %d to %d of a weight %v", ErrShape, l.FromRow, l.ToRow, l.FromCol, l.ToCol, w.Shape)
	}
	if x.Cols() != l.ToCol-l.FromCol {
		return nil, fmt.Errorf("%w: want rows of %d features, got %v", ErrShape, l.ToCol-l.FromCol, x.Shape)
	}
	out := l.ToRow - l.FromRow
	if l.bias && (l.Block.Bias < 0 || size(in[2].Shape) < l.Block.Bias+out) {
		return nil, fmt.Errorf("%w: %d biases from %d on, got %v", ErrShape, out, l.Block.Bias, in[2].Shape)
	}
	return []int{x.Rows(), out}, nil
}

// sizes returns the sizes of the product and the place of the block in W.
func (l linearBlock[T]) sizes(in []Value[T]) (rows, out, width, at, ld int) {
	ld = in[1].Cols()
	return in[0].Rows(), l.ToRow - l.FromRow, l.ToCol - l.FromCol, l.FromRow*ld + l.FromCol, ld
}

func (l linearBlock[T]) options() kernel.Options[T] {
	if l.mode == nil {
		return kernel.Options[T]{}
	}
	return kernel.Options[T]{Workers: l.mode.Workers}
}

func (l linearBlock[T]) Forward(in []Value[T], y Value[T]) error {
	rows, out, width, at, ld := l.sizes(in)
	o := l.options()
	if l.bias {
		o.Bias = in[2].Data[l.Block.Bias : l.Block.Bias+out]
	}
	kernel.GemmWith(o, false, true, rows, out, width, 1, in[0].Data, width, in[1].Data[at:], ld, 0, y.Data, out)
	return nil
}

func (l linearBlock[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	rows, out, width, at, ld := l.sizes(in)
	o := l.options()
	if g := din[0]; g.Wanted() {
		kernel.GemmWith(o, false, false, rows, width, out, 1, dy.Data, out, in[1].Data[at:], ld, g.Beta(), g.Data, width)
	}
	if g := din[1]; g.Wanted() {
		g.Clear()
		kernel.GemmWith(o, true, false, out, width, rows, 1, dy.Data, out, in[0].Data, width, 1, g.Data[at:], ld)
	}
	if l.bias && din[2].Wanted() {
		din[2].Clear()
		kernel.SumRows(rows, out, dy.Data, din[2].Data[l.Block.Bias:l.Block.Bias+out], true)
	}
	return nil
}
