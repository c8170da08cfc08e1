package safetensors

import (
	"encoding/binary"
	"io"
	"math"
)

// encode writes the elements of a tensor that check has passed. buffer is empty and has room for a chunk.
func encode(w io.Writer, t Tensor, buffer []byte) error {
	switch v := t.Values.(type) {
	case []float64:
		if t.DType == F64 {
			return inChunks(w, buffer, v, func(b []byte, x float64) []byte {
				return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
			})
		}
		return inChunks(w, buffer, v, func(b []byte, x float64) []byte { return appendFloat32(b, float32(x)) })
	case []float32:
		switch t.DType {
		case F64:
			return inChunks(w, buffer, v, func(b []byte, x float32) []byte {
				return binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(x)))
			})
		case F16:
			return inChunks(w, buffer, v, func(b []byte, x float32) []byte {
				return binary.LittleEndian.AppendUint16(b, float32ToF16(x))
			})
		case BF16:
			return inChunks(w, buffer, v, func(b []byte, x float32) []byte {
				return binary.LittleEndian.AppendUint16(b, float32ToBF16(x))
			})
		}
		return inChunks(w, buffer, v, appendFloat32)
	case []int64:
		return inChunks(w, buffer, v, func(b []byte, x int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(x)) })
	case []int32:
		if t.DType == I64 {
			return inChunks(w, buffer, v, func(b []byte, x int32) []byte {
				return binary.LittleEndian.AppendUint64(b, uint64(int64(x)))
			})
		}
		return inChunks(w, buffer, v, func(b []byte, x int32) []byte { return binary.LittleEndian.AppendUint32(b, uint32(x)) })
	case []byte:
		_, err := w.Write(v)
		return err
	case []bool:
		return inChunks(w, buffer, v, func(b []byte, x bool) []byte {
			if x {
				return append(b, 1)
			}
			return append(b, 0)
		})
	}
	return ErrConvert
}

func appendFloat32(b []byte, x float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
}

// inChunks appends the values to buffer and writes it whenever it is full.
func inChunks[T any](w io.Writer, buffer []byte, values []T, appendValue func([]byte, T) []byte) error {
	const widest = 8
	for _, v := range values {
		if buffer = appendValue(buffer, v); len(buffer) > cap(buffer)-widest {
			if _, err := w.Write(buffer); err != nil {
				return err
			}
			buffer = buffer[:0]
		}
	}
	if len(buffer) == 0 {
		return nil
	}
	_, err := w.Write(buffer)
	return err
}
