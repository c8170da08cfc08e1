package op

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// readValue takes shape and elements of a Gorgonia value, without a copy where
// it lies in memory row by row.
func readValue[T Float](v gorgonia.Value, into *Value[T]) error {
	*into = Value[T]{}
	switch x := v.(type) {
	case *gorgonia.F32:
		into.Data = []T{T(*x)}
		return nil
	case *gorgonia.F64:
		into.Data = []T{T(*x)}
		return nil
	case *tensor.Dense:
		if x.RequiresIterator() || x.DataOrder().IsColMajor() {
			x = x.Materialize().(*tensor.Dense) // a view or a transposed tensor
		}
		into.Shape = x.Shape()
		switch d := x.Data().(type) {
		case []T:
			into.Data = d
		case []int:
			into.Ints = d
		case T:
			into.Data = []T{d}
		case int:
			into.Ints = []int{d}
		default:
			return fmt.Errorf("%w: elements of type %v", ErrShape, x.Dtype())
		}
		return nil
	}
	return fmt.Errorf("%w: a value of type %T", ErrShape, v)
}

func scalar[T Float](x T) gorgonia.Value {
	if x32, ok := any(x).(float32); ok {
		return gorgonia.NewF32(x32)
	}
	return gorgonia.NewF64(float64(x))
}

// buffer is the memory of one result, kept from run to run.
type buffer[T Float] struct {
	data  []T
	shape []int
	dense *tensor.Dense // header over data, made again when the shape changes
}

// value returns memory for a result of the given shape; its content is undefined.
func (b *buffer[T]) value(shape []int) Value[T] {
	n := size(shape)
	if b.dense == nil || n > cap(b.data) || !slices.Equal(b.shape, shape) {
		b.data = grow(b.data, n)
		b.shape = append(b.shape[:0], shape...)
		b.dense = nil
	}
	b.data = b.data[:n]
	return Value[T]{Shape: b.shape, Data: b.data}
}

// gorgonia wraps the memory for the machine.
func (b *buffer[T]) gorgonia() gorgonia.Value {
	if len(b.shape) == 0 {
		return scalar(b.data[0])
	}
	if b.dense == nil {
		b.dense = tensor.New(tensor.WithShape(b.shape...), tensor.WithBacking(b.data))
	}
	return b.dense
}
