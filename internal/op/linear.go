package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Linear is y = x Wᵀ + b over the last axis of x:
//
//	x (…, in), W (out, in), b (out) → y (…, out)
//
// Inputs: x, W and, with bias, b. Gradients: dx = dy W, dW = dyᵀ x, db = Σ dy.
// The products are cut between the workers of m, which may be nil; that changes no bit.
// Cost: 2·rows·in·out operations forward, twice that backward.
func Linear(bias bool, m *Mode) Spec {
	return Spec{Name: "linear", F32: linear[float32]{bias, m}, F64: linear[float64]{bias, m}}
}

type linear[T Float] struct {
	bias bool
	mode *Mode
}

func (l linear[T]) options() (o kernel.Options[T]) {
	if l.mode != nil {
		o.Workers = l.mode.Workers
	}
	return o
}

func (l linear[T]) Shape(in []Value[T]) ([]int, error) {
	x, w := in[0], in[1]
	if err := wantRank("the weight", w, 2); err != nil {
		return nil, err
	}
	if len(x.Shape) == 0 || x.Last() != w.Shape[1] {
		return nil, fmt.Errorf("%w: weight %v wants inputs of %d features, got %v", ErrShape, w.Shape, w.Shape[1], x.Shape)
	}
	if l.bias && (len(in[2].Shape) != 1 || in[2].Shape[0] != w.Shape[0]) {
		return nil, fmt.Errorf("%w: weight %v wants a bias of %d, got %v", ErrShape, w.Shape, w.Shape[0], in[2].Shape)
	}
	shape := append([]int{}, x.Shape...)
	shape[len(shape)-1] = w.Shape[0]
	return shape, nil
}

func (l linear[T]) Forward(in []Value[T], y Value[T]) error {
	x, w := in[0], in[1]
	out, width := w.Shape[0], w.Shape[1]
	rows := len(x.Data) / width
	o := l.options()
	if l.bias {
		o.Bias = in[2].Data
	}
	kernel.GemmWith(o, false, true, rows, out, width, 1, x.Data, width, w.Data, width, 0, y.Data, out)
	return nil
}

func (l linear[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x, w := in[0], in[1]
	out, width := w.Shape[0], w.Shape[1]
	rows := len(x.Data) / width
	if g := din[0]; g.Wanted() {
		kernel.GemmWith(l.options(), false, false, rows, width, out, 1, dy.Data, out, w.Data, width, g.Beta(), g.Data, width)
	}
	if g := din[1]; g.Wanted() {
		kernel.GemmWith(l.options(), true, false, out, width, rows, 1, dy.Data, out, x.Data, width, g.Beta(), g.Data, width)
	}
	if l.bias && din[2].Wanted() {
		kernel.SumRows(rows, out, dy.Data, din[2].Data, din[2].Add)
	}
	return nil
}
