package op_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// must returns an operation that was made without an error.
func must(s op.Spec, err error) op.Spec {
	if err != nil {
		panic(err)
	}
	return s
}

// vector is a value of one axis, matrix one of two.
func vector[T op.Float](x ...T) op.Value[T] { return op.Value[T]{Shape: []int{len(x)}, Data: x} }

func matrix[T op.Float](cols int, x ...T) op.Value[T] {
	return op.Value[T]{Shape: []int{len(x) / cols, cols}, Data: x}
}

func ints[T op.Float](x ...int) op.Value[T] { return op.Value[T]{Shape: []int{len(x)}, Ints: x} }

// forward runs a body once, outside a graph.
func forward[T op.Float](t *testing.T, b op.Body[T], in ...op.Value[T]) op.Value[T] {
	t.Helper()
	shape, err := b.Shape(in)
	require.NoError(t, err)
	n := 1
	for _, d := range shape {
		n *= d
	}
	y := op.Value[T]{Shape: shape, Data: make([]T, n)}
	require.NoError(t, b.Forward(in, y))
	return y
}

// backward runs a body's gradients after forward, all of them, in memory that
// holds other numbers before.
func backward[T op.Float](t *testing.T, b op.Body[T], y op.Value[T], dy []T, in ...op.Value[T]) [][]T {
	t.Helper()
	din, out := make([]op.Grad[T], len(in)), make([][]T, len(in))
	for i, x := range in {
		if x.Ints == nil {
			out[i] = make([]T, len(x.Data))
			for j := range out[i] {
				out[i][j] = 1e6
			}
			din[i].Data = out[i]
		}
	}
	require.NoError(t, b.Backward(in, y, op.Value[T]{Shape: y.Shape, Data: dy}, din))
	return out
}

// fill returns n times x.
func fill[T op.Float](n int, x T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = x
	}
	return s
}

// layer is a function that takes one input.
func layer(f func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return f(g, in[0]) }
}

// tenRows are ten numbers of rows for [gradcheck.Dynamic].
var tenRows = []int{4, 1, 7, 60, 2, 5, 3, 257, 6, 1}

// randomRows returns ten batches of matrices with the given numbers of columns.
func randomRows(rng *rand.Rand, cols ...int) [][]gradcheck.Input {
	var batches [][]gradcheck.Input
	for _, n := range tenRows {
		var in []gradcheck.Input
		for _, c := range cols {
			in = append(in, gradcheck.Random(rng, 1, n, c))
		}
		batches = append(batches, in)
	}
	return batches
}

// shapeError returns what a body says of its inputs.
func shapeError[T op.Float](b op.Body[T], in ...op.Value[T]) error {
	_, err := b.Shape(in)
	return err
}
