package safetensors

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
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
			return func(dst []T, src []byte) {
				for i := range dst {
					dst[i] = T(f16ToFloat32(binary.LittleEndian.Uint16(src[2*i:])))
				}
			}
		case BF16:
			return func(dst []T, src []byte) {
				for i := range dst {
					dst[i] = T(bf16ToFloat32(binary.LittleEndian.Uint16(src[2*i:])))
				}
			}
		}
		return nil
	})
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
