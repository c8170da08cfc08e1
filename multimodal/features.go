package multimodal

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// Visuals gives pictures, or videos, by their ids.
type Visuals interface {
	// Dim is the width of a visual vector.
	Dim() int
	// Frames returns the visual vectors of an id, row by row: one row of a
	// picture, several of a video. The rows must not be changed. An unknown id
	// wraps [ErrID].
	Frames(id string) (rows []float32, err error)
}

// Features is a table of visual vectors with a name each: n rows of D numbers.
// It does not change once made, so many goroutines may read one.
type Features struct {
	ids  []string
	data []float32
	dim  int
	at   map[string]int
}

// NewFeatures makes a table of rows that follow one another in data, one for
// each id. It keeps both slices. Ids must be different and not empty, numbers
// finite.
func NewFeatures(ids []string, data []float32, dim int) (*Features, error) {
	if dim < 1 || len(ids)*dim != len(data) {
		return nil, fmt.Errorf("%w: %d rows of %d numbers want %d, got %d", ErrShape, len(ids), dim, len(ids)*dim, len(data))
	}
	f := &Features{ids: ids, data: data, dim: dim, at: make(map[string]int, len(ids))}
	for i, id := range ids {
		if id == "" {
			return nil, fmt.Errorf("%w: row %d has an empty id", ErrID, i)
		}
		if first, twice := f.at[id]; twice {
			return nil, fmt.Errorf("%w: rows %d and %d are both %q", ErrID, first, i, id)
		}
		f.at[id] = i
	}
	for i, v := range data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%w: %v in row %d, %q, column %d", ErrNotFinite, v, i/dim, ids[i/dim], i%dim)
		}
	}
	return f, nil
}

// Len returns the number of rows.
func (f *Features) Len() int { return len(f.ids) }

// Dim returns the width of a row.
func (f *Features) Dim() int { return f.dim }

// IDs returns the names of the rows, in their order.
func (f *Features) IDs() []string { return slices.Clone(f.ids) }

// Data returns the table itself, not a copy, row by row.
func (f *Features) Data() []float32 { return f.data }

// Vectors returns the table as word vectors: the published programs hold theirs as
// a BigFile. It shares the rows.
func (f *Features) Vectors() (*vectors.Vectors, error) { return vectors.New(f.ids, f.data, f.dim) }

// Frames returns the row of an id, not a copy.
func (f *Features) Frames(id string) (row []float32, err error) {
	i, ok := f.at[id]
	if !ok {
		return nil, fmt.Errorf("%w: no row is %q", ErrID, id)
	}
	return f.data[i*f.dim : (i+1)*f.dim], nil
}

// Select returns a table of the rows of these ids, in their order. An unknown id
// is an error.
func (f *Features) Select(ids []string) (*Features, error) {
	data := make([]float32, 0, len(ids)*f.dim)
	for _, id := range ids {
		row, err := f.Frames(id)
		if err != nil {
			return nil, err
		}
		data = append(data, row...)
	}
	return NewFeatures(slices.Clone(ids), data, f.dim)
}
