package safetensors

import (
	"fmt"
	"math"
	"strconv"
)

// A DType is the type of a tensor's elements, written as in the file.
type DType string

// The element types whose values this package reads and writes.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"  // 1 sign, 5 exponent, 10 fraction bits
	BF16 DType = "BF16" // 1 sign, 8 exponent, 7 fraction bits
	I64  DType = "I64"
	I32  DType = "I32"
	U8   DType = "U8"
	BOOL DType = "BOOL" // one byte, 0 or 1
)

// sizes are the bytes of an element. Types without a constant are read as bytes
// alone; those of parts of a byte (F4, F6_E2M3, F6_E3M2) are not known.
var sizes = map[DType]int{
	F64: 8, I64: 8, "U64": 8, "C64": 8, F32: 4, I32: 4, "U32": 4, F16: 2, BF16: 2, "I16": 2, "U16": 2,
	U8: 1, BOOL: 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
}

// Size returns the bytes of one element, or 0 for an unknown type.
func (d DType) Size() int { return sizes[d] }

// An Info says what a file holds under one name.
type Info struct {
	Name  string
	DType DType
	Shape []int // row-major; empty for a scalar

	begin, end int64 // from the header's end
}

// Len returns the number of elements.
func (i Info) Len() int {
	n := 1
	for _, dim := range i.Shape {
		n *= dim
	}
	return n
}

// byteSize returns the size of a tensor's data, which must not pass the largest int64 (or int, on a smaller machine).
func byteSize(d DType, shape []int) (int64, error) {
	size := d.Size()
	if size == 0 {
		return 0, fmt.Errorf("%w %s", ErrDType, clip(string(d)))
	}
	for _, dim := range shape {
		if dim < 0 {
			return 0, fmt.Errorf("%w: dimension %d is negative", ErrShape, dim)
		}
		if dim > 0 && size > math.MaxInt/dim {
			return 0, fmt.Errorf("%w: more elements than can be counted", ErrShape)
		}
		size *= dim
	}
	return int64(size), nil
}

// clip quotes a string of a file for an error message, which a forged file could make as long as it likes.
func clip(s string) string {
	const most = 100
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strconv.Quote(s)
}
