package op

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Float is the element type of an operation: float32 in models, float64 where
// gradients are checked.
type Float = kernel.Float

// Errors that every operation may return, wrapped with its name.
var (
	// ErrShape signifies that an input's shape is not what the operation wants.
	ErrShape = errors.New("shape mismatch")
	// ErrInput signifies an integer input out of its range.
	ErrInput = errors.New("input out of range")
	// ErrPanic signifies a panic inside an operation, turned into an error.
	ErrPanic = errors.New("panic in operation")
)

// Value is one input or output of an operation. While a graph is being built a
// value may carry a shape alone.
type Value[T Float] struct {
	Shape []int // empty for a scalar
	Data  []T   // row-major; nil for integer inputs
	Ints  []int // integer inputs: ids, labels, lengths
}

// Rows and Cols read a matrix; a vector is one column.
func (v Value[T]) Rows() int { return v.Shape[0] }

// Cols returns the number of elements a row: the product of all axes but the first.
func (v Value[T]) Cols() int { return size(v.Shape[1:]) }

// Last returns the size of the last axis, 1 for a scalar.
func (v Value[T]) Last() int {
	if len(v.Shape) == 0 {
		return 1
	}
	return v.Shape[len(v.Shape)-1]
}

// Grad is where an operation puts the gradient of one input.
type Grad[T Float] struct {
	Data []T      // same size as the input; nil where no gradient is wanted or where it is row-sparse
	Add  bool     // add to Data instead of overwriting it: the parameter is used more than once
	Rows *Rows[T] // row-sparse gradient of a table, always added to; only bodies that are [RowSparse] see one
}

// Wanted reports whether anybody asks for this gradient.
func (g Grad[T]) Wanted() bool { return g.Data != nil || g.Rows != nil }

// Beta is the factor for what Data holds already: 1 to add, 0 to overwrite.
func (g Grad[T]) Beta() T {
	if g.Add {
		return 1
	}
	return 0
}

// Clear zeroes Data unless the gradient is to be added to what is there, for
// operations that touch some elements only.
func (g Grad[T]) Clear() {
	if !g.Add {
		clear(g.Data)
	}
}

// AddScaled puts alpha·x into the gradient, if it is wanted.
func (g Grad[T]) AddScaled(alpha T, x []T) {
	if g.Data == nil {
		return
	}
	if !g.Add {
		for i, v := range x {
			g.Data[i] = alpha * v
		}
		return
	}
	kernel.Axpy(alpha, x, g.Data)
}

// Body is the arithmetic of an operation in one precision. A body belongs to
// one node of one graph, so it may keep buffers between its passes.
type Body[T Float] interface {
	// Shape checks the inputs and returns the output's shape. It is called
	// before every forward pass, and once while the graph is built: then
	// integer inputs may have no values yet, and a number of rows that
	// depends on them may be given as it stands in the inputs.
	Shape(in []Value[T]) ([]int, error)
	// Forward writes the whole of out.
	Forward(in []Value[T], out Value[T]) error
	// Backward writes the gradients that are wanted, given that of the output.
	Backward(in []Value[T], out, dout Value[T], din []Grad[T]) error
}

// RowSparse marks bodies that write the gradient of a table row by row. Others
// get dense memory, which the kit then adds to the table's rows.
type RowSparse interface{ RowSparse() }

// Spec is an operation in both precisions; the graph takes the one of its
// inputs. With F64 alone it is in float64 whatever its inputs are: for
// operations on integers.
type Spec struct {
	Name string
	F32  Body[float32]
	F64  Body[float64]
	// Stop holds the numbers of float inputs through which no gradient passes, such
	// as targets: Backward does not write theirs.
	Stop []int
}

// Mode is shared by all operations of a graph.
type Mode struct {
	Train   bool   // dropout acts only here
	Seed    uint64 // of the graph
	Step    uint64 // training step: random operations draw a new stream at each
	Shard   uint64 // which part of a cut batch this graph works on
	Workers int    // goroutines that a kernel may use; 0 and 1 mean the caller's own
}

// size returns the number of elements of a shape.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// wantRank returns an error unless the value has the wanted number of axes.
func wantRank[T Float](what string, v Value[T], rank int) error {
	if len(v.Shape) != rank {
		return fmt.Errorf("%w: %s: want %d axes, got shape %v", ErrShape, what, rank, v.Shape)
	}
	return nil
}

// Lengths checks a ragged batch of the given number of rows and returns how
// many rows the lengths cover. Without values, while a graph is built, all rows
// count as covered.
func Lengths(lengths []int, rows int) (int, error) {
	if lengths == nil {
		return rows, nil
	}
	total := 0
	for i, n := range lengths {
		if n < 0 {
			return 0, fmt.Errorf("%w: length %d of sequence %d is negative", ErrInput, n, i)
		}
		total += min(n, math.MaxInt-total) // lengths of a caller may overflow
	}
	if total != rows && !(total == 0 && rows == 1) {
		return 0, fmt.Errorf("%w: lengths sum to %d, but there are %d rows", ErrShape, total, rows)
	}
	return total, nil
}

// grow returns a slice of n elements, the old one where it is large enough. Its
// content is undefined.
func grow[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n, n+n/4)
}
