package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// Type is the type of the numbers in a file.
type Type string

// The types of numbers.
const (
	Float16 Type = "<f2"
	Float32 Type = "<f4"
	Float64 Type = "<f8"
)

// Write writes numbers row by row, version 1 of the format. Float16 rounds to
// the nearest, ties to even; from 65520 on that is infinity.
func Write(w io.Writer, t Type, shape []int, data []float32) error {
	total := 1
	dims := make([]string, len(shape))
	for i, n := range shape {
		if n < 0 {
			return fmt.Errorf("%w: %v", ErrShape, shape)
		}
		total *= n
		dims[i] = fmt.Sprint(n)
	}
	if total != len(data) {
		return fmt.Errorf("%w: shape %v wants %d numbers, got %d", ErrShape, shape, total, len(data))
	}
	if t != Float16 && t != Float32 && t != Float64 {
		return fmt.Errorf("%w: no type of numbers is named %q", ErrHeader, string(t))
	}
	tuple := strings.Join(dims, ", ")
	if len(dims) == 1 {
		tuple += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", t, tuple)
	blanks := 63 - (len(magic)+4+len(text))%64 // and a newline make a multiple of 64
	text += strings.Repeat(" ", blanks) + "\n"

	out := bufio.NewWriterSize(w, chunk)
	head := append([]byte(magic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(text)))
	_, _ = out.Write(append(head, text...)) // the first error stays until Flush
	var raw []byte
	for _, x := range data {
		switch t {
		case Float16:
			raw = binary.LittleEndian.AppendUint16(raw[:0], half(x))
		case Float32:
			raw = binary.LittleEndian.AppendUint32(raw[:0], math.Float32bits(x))
		default:
			raw = binary.LittleEndian.AppendUint64(raw[:0], math.Float64bits(float64(x)))
		}
		_, _ = out.Write(raw)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("npy: write: %w", err)
	}
	return nil
}

// half rounds to the nearest IEEE 754 half, ties to even.
func half(f float32) uint16 {
	b := math.Float32bits(f)
	sign, magnitude := uint16(b>>16&0x8000), b&0x7fffffff
	switch {
	case magnitude > 0x7f800000: // NaN
		return sign | 0x7e00
	case magnitude >= 0x477ff000: // 65520, halfway to what would come after the largest half
		return sign | 0x7c00
	case magnitude < 0x38800000: // subnormal: beside 0.5, float32s have the halves' spacing of 2^-24
		return sign | uint16(math.Float32bits(math.Float32frombits(magnitude)+0.5)-0x3f000000)
	}
	magnitude += 0xfff + magnitude>>13&1
	return sign | uint16((magnitude-112<<23)>>13)
}
