package safetensors

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// chunk is how many bytes are decoded or encoded at a time: a multiple of every element's size that stays in the cache.
const chunk = 1 << 15

// ReadFloats reads a tensor of F64, F32, F16 or BF16 into dst, which must have its number of elements (ErrShape).
func ReadFloats[T float32 | float64](f *File, name string, dst []T) error {
	return read(f, name, dst, func(d DType) func([]T, []byte) {
		switch d {
		case F64:
			return func(dst []T, src []byte) {
				for i := range dst {
					dst[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:])))
				}
			}
		case F32:
			return func(dst []T, src []byte) {
				for i := range dst {
					dst[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:])))
				}
			}
		case F16:
			return halves[T](kernel.Float16ToFloat32)
		case BF16:
			return halves[T](kernel.BFloat16ToFloat32)
		}
		return nil
	})
}

// halves decodes elements of two bytes, which widen makes float32.
func halves[T float32 | float64](widen func([]float32, []uint16)) func([]T, []byte) {
	var words []uint16
	var wide []float32
	return func(dst []T, src []byte) {
		if words == nil {
			words = make([]uint16, len(dst)) // the first chunk is the longest
		}
		bits := words[:len(dst)]
		readWords(bits, src)
		if d, ok := any(dst).([]float32); ok {
			widen(d, bits)
			return
		}
		if wide == nil {
			wide = make([]float32, len(dst))
		}
		widen(wide[:len(dst)], bits)
		for i := range dst {
			dst[i] = T(wide[i])
		}
	}
}

// readWords is apart so that the compiler keeps its slices in registers.
func readWords(dst []uint16, src []byte) {
	src = src[:2*len(dst)]
	for i := range dst {
		dst[i] = binary.LittleEndian.Uint16(src[2*i : 2*i+2])
	}
}

func readInts(f *File, name string, dst []int64) error {
	return read(f, name, dst, func(d DType) func([]int64, []byte) {
		switch d {
		case I64:
			return func(dst []int64, src []byte) {
				for i := range dst {
					dst[i] = int64(binary.LittleEndian.Uint64(src[8*i:]))
				}
			}
		case I32:
			return func(dst []int64, src []byte) {
				for i := range dst {
					dst[i] = int64(int32(binary.LittleEndian.Uint32(src[4*i:])))
				}
			}
		case U8:
			return func(dst []int64, src []byte) {
				for i := range dst {
					dst[i] = int64(src[i])
				}
			}
		}
		return nil
	})
}

func readBools(f *File, name string, dst []bool) error {
	return read(f, name, dst, func(d DType) func([]bool, []byte) {
		if d != BOOL {
			return nil
		}
		return func(dst []bool, src []byte) {
			for i := range dst {
				dst[i] = src[i] != 0
			}
		}
	})
}

// read decodes a tensor into dst, chunk by chunk, with the decoder that choose gives for its type.
func read[T any](f *File, name string, dst []T, choose func(DType) func([]T, []byte)) error {
	info, err := f.Info(name)
	if err != nil {
		return err
	}
	decode := choose(info.DType)
	if decode == nil {
		return fmt.Errorf("safetensors: tensor %s: %w: %s to %T", clip(name), ErrConvert, info.DType, *new(T))
	}
	if len(dst) != info.Len() {
		return fmt.Errorf("safetensors: tensor %s: %w: %d elements wanted, shape %v given", clip(name), ErrShape, len(dst), info.Shape)
	}
	r, size := f.section(info), info.DType.Size()
	buffer := make([]byte, min(chunk, len(dst)*size))
	for len(dst) > 0 {
		n := min(len(dst), len(buffer)/size)
		if _, err := io.ReadFull(r, buffer[:n*size]); err != nil {
			return fmt.Errorf("safetensors: tensor %s: %w", clip(name), truncated(err))
		}
		decode(dst[:n], buffer[:n*size])
		dst = dst[n:]
	}
	return nil
}
