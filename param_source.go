package verso

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// WeightSource is a file of named tensors, or whatever else can give parameters
// their values: see [ParamsFrom].
type WeightSource interface {
	// Shape returns the sizes of the tensor of that name.
	Shape(name string) (shape []int, ok bool)
	// Float32s and Float64s return its elements row by row, as a slice that
	// belongs to the caller.
	Float32s(name string) ([]float32, error)
	Float64s(name string) ([]float64, error)
}

// ParamsFrom returns an empty set of float32 parameters that take their values
// from w as they are made; nothing is drawn. A model is loaded by building it over
// such a set.
//
// A tensor that is missing, of another shape than the layer wants, or not finite
// is an [ErrFile] of [Params.Err] that names it. Shapes are compared before
// memory is taken: what a file claims costs nothing that it does not hold.
func ParamsFrom(w WeightSource) *Params {
	ps := NewParams(0)
	ps.set.source = w
	return ps
}

// ParamsFrom64 is [ParamsFrom] in float64.
func ParamsFrom64(w WeightSource) *Params {
	ps := NewParams64(0)
	ps.set.source = w
	return ps
}

// load takes the values of a parameter from the source.
func (s *paramSet) load(name string, n int, shape []int) (*tensor.Dense, error) {
	switch got, ok := s.source.Shape(name); {
	case !ok:
		return nil, fmt.Errorf("%w: tensor %q is missing, want shape %v", ErrFile, name, shape)
	case !slices.Equal(got, shape):
		return nil, fmt.Errorf("%w: tensor %q: want shape %v, the file has %v", ErrFile, name, shape, clipShape(got))
	}
	if s.dtype == tensor.Float64 {
		return loaded(name, n, shape, s.source.Float64s)
	}
	return loaded(name, n, shape, s.source.Float32s)
}

func loaded[T float32 | float64](name string, n int, shape []int, read func(string) ([]T, error)) (*tensor.Dense, error) {
	x, err := read(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if len(x) != n {
		return nil, fmt.Errorf("%w: tensor %q: want %d elements, the file has %d", ErrFile, name, n, len(x))
	}
	if err := wantFinite(name, x); err != nil {
		return nil, err
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)), nil
}

// wantFinite finds the first element of a tensor that is NaN or infinite.
func wantFinite[T float32 | float64](name string, x []T) error {
	for i, v := range x {
		if v-v != 0 {
			return fmt.Errorf("%w: tensor %q: want finite numbers, element %d is %v", ErrFile, name, i, v)
		}
	}
	return nil
}

// clipShape shortens the shape of a file for an error's text.
func clipShape(shape []int) []int { return shape[:min(len(shape), 8)] }
