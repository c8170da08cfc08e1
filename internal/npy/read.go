package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// chunk is how many bytes are read at a time.
const chunk = 1 << 16

// Read returns the shape and the numbers of a file, float64 rounded to the
// nearest float32, in the order of rows whatever that of the file. A file that goes
// on after its numbers is an error.
func Read(r io.Reader) (shape []int, data []float32, err error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, nil, err
	}
	total := 1
	for _, n := range h.shape {
		total *= n
	}
	var order binary.ByteOrder = binary.LittleEndian
	if h.bigEndian {
		order = binary.BigEndian
	}
	data = []float32{}
	raw := make([]byte, chunk)
	for len(data) < total {
		part := raw[:min(chunk, (total-len(data))*h.size)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, nil, fmt.Errorf("%w: shape %v wants %d numbers, the file ends after %d: %w", ErrShape, h.shape, total, len(data), unexpected(err))
		}
		data = decode(data, part, h.size, order)
	}
	if n, err := io.ReadFull(r, raw[:1]); n > 0 {
		return nil, nil, fmt.Errorf("%w: bytes after the %d numbers of shape %v", ErrShape, total, h.shape)
	} else if !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("npy: read: %w", err)
	}
	if h.columns {
		data = byRows(h.shape, data)
	}
	return h.shape, data, nil
}

// byRows puts numbers whose first axis runs fastest into the order of rows.
func byRows(shape []int, columns []float32) []float32 {
	rows := make([]float32, len(columns))
	at := make([]int, len(shape)) // the place of a number, the last axis fastest
	for i := range rows {
		from, stride := 0, 1
		for axis, n := range shape {
			from += at[axis] * stride
			stride *= n
		}
		rows[i] = columns[from]
		for axis := len(at) - 1; axis >= 0; axis-- {
			if at[axis]++; at[axis] < shape[axis] {
				break
			}
			at[axis] = 0
		}
	}
	return rows
}

// decode appends the numbers of raw.
func decode(data []float32, raw []byte, size int, order binary.ByteOrder) []float32 {
	n := len(raw) / size
	switch size {
	case 2:
		halves := make([]uint16, n)
		for i := range halves {
			halves[i] = order.Uint16(raw[2*i:])
		}
		wide := make([]float32, n)
		kernel.Float16ToFloat32(wide, halves)
		return append(data, wide...)
	case 4:
		for i := range n {
			data = append(data, math.Float32frombits(order.Uint32(raw[4*i:])))
		}
	case 8:
		for i := range n {
			data = append(data, float32(math.Float64frombits(order.Uint64(raw[8*i:]))))
		}
	}
	return data
}
