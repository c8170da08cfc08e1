package torchfile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// dtype is the type of a storage's elements.
type dtype struct {
	name  string
	size  int  // bytes
	float bool // others are listed, but not read
}

var dtypes = map[global]dtype{
	"torch FloatStorage":    {"float32", 4, true},
	"torch DoubleStorage":   {"float64", 8, true},
	"torch HalfStorage":     {"float16", 2, true},
	"torch BFloat16Storage": {"bfloat16", 2, true},
	"torch LongStorage":     {"int64", 8, false},
	"torch IntStorage":      {"int32", 4, false},
	"torch ShortStorage":    {"int16", 2, false},
	"torch CharStorage":     {"int8", 1, false},
	"torch ByteStorage":     {"uint8", 1, false},
	"torch BoolStorage":     {"bool", 1, false},
}

// Float32s returns the elements of a tensor of floats, row by row; float64 is rounded.
func (f *File) Float32s(name string) ([]float32, error) { return floats[float32](f, name) }

// Float64s returns the elements of a tensor of floats, row by row, exactly.
func (f *File) Float64s(name string) ([]float64, error) { return floats[float64](f, name) }

func floats[T float32 | float64](f *File, name string) ([]T, error) {
	t, ok := f.tensors[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: %.100q", ErrNotFound, name)
	case !t.dtype.float:
		return nil, fmt.Errorf("%w: %.100q is %s, want floats", ErrTensor, name, t.dtype.name)
	case t.count == 0:
		return []T{}, nil
	}
	b, err := f.storages[t.key].read(t.offset*t.dtype.size, t.span*t.dtype.size) // checked by Open
	if err != nil {
		return nil, fmt.Errorf("%.100q: %w", name, err)
	}
	x := decode[T](t.dtype, b)
	if t.contiguous() {
		return x, nil
	}
	return gather(t, x), nil
}

// read returns n bytes. Of a whole storage the sum is checked.
func (s section) read(at, n int) ([]byte, error) {
	b := make([]byte, n)
	if got, err := s.ReadAt(b, int64(at)); got < n {
		return nil, fmt.Errorf("%w: %d bytes at %d: %w", ErrFormat, n, at, err)
	}
	if s.sum != nil && int64(n) == s.Size() && crc32.ChecksumIEEE(b) != *s.sum {
		return nil, fmt.Errorf("%w: %d bytes do not have their checksum", ErrFormat, n)
	}
	return b, nil
}

// gather picks the view's elements, row by row, from its part of the storage.
func gather[T float32 | float64](t *tensor, part []T) []T {
	out := make([]T, 0, t.count)
	index := make([]int, len(t.shape))
	for at := 0; ; {
		out = append(out, part[at])
		k := len(index) - 1
		for ; k >= 0; k-- {
			at += t.strides[k]
			if index[k]++; index[k] < t.shape[k] {
				break
			}
			at -= index[k] * t.strides[k]
			index[k] = 0
		}
		if k < 0 {
			return out
		}
	}
}

// contiguous reports whether the elements stand in the storage as they are wanted.
func (t *tensor) contiguous() bool {
	step := 1
	for k := len(t.shape) - 1; k >= 0; k-- {
		if t.shape[k] > 1 && t.strides[k] != step {
			return false
		}
		step *= t.shape[k]
	}
	return true
}

// decode reads the elements of a storage.
func decode[T float32 | float64](d dtype, b []byte) []T {
	out := make([]T, len(b)/d.size)
	switch d.name {
	case "float64":
		for i := range out {
			out[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
	case "float16":
		widen(out, b, kernel.Float16ToFloat32)
	case "bfloat16":
		widen(out, b, kernel.BFloat16ToFloat32)
	default:
		for i := range out {
			out[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	}
	return out
}

// widen reads elements of two bytes.
func widen[T float32 | float64](out []T, b []byte, convert func(dst []float32, src []uint16)) {
	half, wide := make([]uint16, len(out)), make([]float32, len(out))
	for i := range half {
		half[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	convert(wide, half)
	for i, v := range wide {
		out[i] = T(v)
	}
}
