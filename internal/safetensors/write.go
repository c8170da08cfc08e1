package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

// A Tensor is one tensor to be written. Values is a slice of as many elements as Shape says, of a type that goes into
// DType without losing its nature:
//
//	[]float64   F64, F32 (rounded)
//	[]float32   F64, F32, F16, BF16 (rounded to nearest, ties to even)
//	[]int64     I64
//	[]int32     I32, I64
//	[]byte      U8
//	[]bool      BOOL
type Tensor struct {
	Name   string
	DType  DType
	Shape  []int // row-major; empty for a scalar
	Values any
}

// Write writes the tensors and the metadata (which may be nil). The data lies in the order of the tensors, those of
// wider elements before the others. Nothing is written if a tensor cannot be (ErrDuplicate, ErrUTF8, ErrDType, ErrShape,
// ErrSize, ErrConvert).
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b Tensor) int { return cmp.Compare(b.DType.Size(), a.DType.Size()) })
	header, err := buildHeader(tensors, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	buffer := make([]byte, 0, chunk)
	for _, t := range tensors {
		if err := encode(w, t, buffer); err != nil {
			return fmt.Errorf("safetensors: tensor %s: %w", clip(t.Name), err)
		}
	}
	return nil
}

// WriteFile writes a file at path: to a temporary file beside it, synced, then renamed, so that a reader sees the old
// file or the new one and never a part.
func WriteFile(path string, tensors []Tensor, metadata map[string]string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Write(w, tensors, metadata) })
}

// buildHeader returns the length and the header for tensors whose data lies in the order given.
func buildHeader(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 8)) // the length, when it is known
	b.WriteByte('{')
	if len(metadata) > 0 {
		for key, value := range metadata {
			if !utf8.ValidString(key) || !utf8.ValidString(value) {
				return nil, fmt.Errorf("metadata %s: %w", clip(key), ErrUTF8)
			}
		}
		writeJSON(&b, metadataKey)
		b.WriteByte(':')
		writeJSON(&b, metadata) // with sorted keys
	}
	seen := map[string]bool{metadataKey: true}
	var begin int64
	for _, t := range tensors {
		size, err := t.check()
		if err == nil && seen[t.Name] {
			err = ErrDuplicate
		}
		if err == nil && size > math.MaxInt64-begin {
			err = fmt.Errorf("%w: more bytes than can be counted", ErrShape)
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", clip(t.Name), err)
		}
		seen[t.Name] = true
		if b.Len() > 9 {
			b.WriteByte(',')
		}
		writeJSON(&b, t.Name)
		b.WriteByte(':')
		writeJSON(&b, struct {
			DType   DType    `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{t.DType, append([]int{}, t.Shape...), [2]int64{begin, begin + size}})
		begin += size
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	n := b.Len() - 8
	if n > maxHeader {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, n)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(n))
	return b.Bytes(), nil
}

// writeJSON writes strings, and structs and maps of them and of numbers: encoding them cannot fail.
func writeJSON(b *bytes.Buffer, v any) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	b.Truncate(b.Len() - 1) // the newline that Encode adds
}

// check returns the size of the data if the tensor can be written.
func (t Tensor) check() (int64, error) {
	if !utf8.ValidString(t.Name) {
		return 0, ErrUTF8
	}
	size, err := byteSize(t.DType, t.Shape)
	if err != nil {
		return 0, err
	}
	given := -1
	switch v := t.Values.(type) {
	case []float64:
		given = count(v, t.DType, F64, F32)
	case []float32:
		given = count(v, t.DType, F64, F32, F16, BF16)
	case []int64:
		given = count(v, t.DType, I64)
	case []int32:
		given = count(v, t.DType, I32, I64)
	case []byte:
		given = count(v, t.DType, U8)
	case []bool:
		given = count(v, t.DType, BOOL)
	}
	if given < 0 {
		return 0, fmt.Errorf("%w: %T to %s", ErrConvert, t.Values, t.DType)
	}
	if want := size / int64(t.DType.Size()); int64(given) != want {
		return 0, fmt.Errorf("%w: shape %v wants %d elements, %d given", ErrSize, t.Shape, want, given)
	}
	return size, nil
}

// count returns the number of elements, or -1 if their type does not go into d.
func count[T any](values []T, d DType, into ...DType) int {
	if !slices.Contains(into, d) {
		return -1
	}
	return len(values)
}
