package multimodal

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/seed6481993f/verso/internal/atomicfile"
	"github.com/seed6481993f/verso/internal/npy"
)

// NumberType is how a file holds its numbers.
type NumberType = npy.Type

// The types of numbers of .npy files.
const (
	Float16 = npy.Float16 // half the space, 3 digits: enough for features
	Float32 = npy.Float32
	Float64 = npy.Float64
)

// ReadNPY reads a NumPy array of two axes, (n, D), of float16, float32 or float64,
// as the features of these ids; without ids (nil) rows are named "0",
// "1" and so on.
func ReadNPY(r io.Reader, ids []string) (*Features, error) {
	shape, data, err := npy.Read(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if len(shape) != 2 || shape[1] < 1 {
		return nil, fmt.Errorf("%w: features want an array (n, D), got %v", ErrShape, shape)
	}
	if ids == nil {
		ids = make([]string, shape[0])
		for i := range ids {
			ids[i] = fmt.Sprint(i)
		}
	}
	if len(ids) != shape[0] {
		return nil, fmt.Errorf("%w: %d ids, the array is %v", ErrShape, len(ids), shape)
	}
	return NewFeatures(ids, data, shape[1])
}

// LoadNPY reads the file at path by [ReadNPY].
func LoadNPY(path string, ids []string) (*Features, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	f, err := ReadNPY(bufio.NewReaderSize(file, 1<<16), ids)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// WriteNPY writes the rows, without their ids, as a NumPy array (n, D).
func (f *Features) WriteNPY(w io.Writer, t NumberType) error {
	return npy.Write(w, t, []int{f.Len(), f.dim}, f.data)
}

// SaveNPY writes the file at path by [Features.WriteNPY], whole or not at all.
func (f *Features) SaveNPY(path string, t NumberType) error {
	return atomicfile.Write(path, func(w io.Writer) error { return f.WriteNPY(w, t) })
}
