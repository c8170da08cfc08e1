package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// file puts the length before a header and data bytes of data behind it.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestBadFiles(t *testing.T) {
	long := binary.LittleEndian.AppendUint64(nil, maxHeader+1)
	huge := binary.LittleEndian.AppendUint64(nil, 1<<63)
	entry := func(dtype, shape, offsets string) string {
		return `{"a":{"dtype":"` + dtype + `","shape":` + shape + `,"data_offsets":` + offsets + `}}`
	}
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty file", nil, ErrTruncated},
		{"half a length", []byte{1, 0, 0}, ErrTruncated},
		{"header past 100 MB", long, ErrTooLarge},
		{"header of 2^63 bytes", huge, ErrTooLarge},
		{"header longer than the file", file("{}", 0)[:9], ErrTruncated},
		{"no header", file("", 0), ErrHeader},
		{"blank before {", file(" {}", 0), ErrHeader},
		{"a list", file("[]", 0), ErrHeader},
		{"cut JSON", file(`{"a":`, 0), ErrHeader},
		{"two objects", file(`{}{}`, 0), ErrHeader},
		{"invalid UTF-8", file("{\"a\xff\":{}}", 0), ErrUTF8},
		{"tensor is a number", file(`{"a":1}`, 0), ErrHeader},
		{"field missing", file(`{"a":{"dtype":"F32","shape":[1]}}`, 4), ErrHeader},
		{"unknown field", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4), ErrHeader},
		{"spelled otherwise", file(`{"a":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), ErrHeader},
		{"field twice", file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), ErrDuplicate},
		{"tensor twice", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), ErrDuplicate},
		{"metadata twice", file(`{"__metadata__":{},"__metadata__":{}}`, 0), ErrDuplicate},
		{"metadata key twice", file(`{"__metadata__":{"a":"","a":""}}`, 0), ErrDuplicate},
		{"metadata not of strings", file(`{"__metadata__":{"a":1}}`, 0), ErrHeader},
		{"metadata nested", file(`{"__metadata__":{"a":{}}}`, 0), ErrHeader},
		{"metadata is a string", file(`{"__metadata__":"a"}`, 0), ErrHeader},
		{"unknown dtype", file(entry("F8", "[1]", "[0,1]"), 1), ErrDType},
		{"dtype in small letters", file(entry("f32", "[1]", "[0,4]"), 4), ErrDType},
		{"dtype is a number", file(`{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}`, 4), ErrHeader},
		{"negative dimension", file(entry("F32", "[-1]", "[0,4]"), 4), ErrShape},
		{"two negative dimensions", file(entry("F32", "[-1,-1]", "[0,4]"), 4), ErrShape},
		{"fraction", file(entry("F32", "[1.0]", "[0,4]"), 4), ErrShape},
		{"exponent", file(entry("F32", "[1e0]", "[0,4]"), 4), ErrShape},
		{"string in shape", file(entry("F32", `["1"]`, "[0,4]"), 4), ErrShape},
		{"shape is a number", file(entry("F32", `1`, "[0,4]"), 4), ErrShape},
		{"shape is null", file(entry("F32", `null`, "[0,4]"), 4), ErrShape},
		{"dimension beyond int64", file(entry("F32", "[9223372036854775808]", "[0,4]"), 4), ErrShape},
		{"product beyond int64", file(entry("F32", "[4294967296,4294967296]", "[0,0]"), 0), ErrShape},
		{"bytes beyond int64", file(entry("F64", "[4611686018427387904]", "[0,0]"), 0), ErrShape},
		{"shape larger than data", file(entry("F32", "[2]", "[0,4]"), 4), ErrSize},
		{"shape smaller than data", file(entry("F32", "[1]", "[0,8]"), 8), ErrSize},
		{"scalar without data", file(entry("F32", "[]", "[0,0]"), 0), ErrSize},
		{"end before begin", file(entry("F32", "[1]", "[4,0]"), 4), ErrOffsets},
		{"negative begin", file(entry("F32", "[1]", "[-4,0]"), 4), ErrOffsets},
		{"one offset", file(entry("F32", "[1]", "[4]"), 4), ErrOffsets},
		{"three offsets", file(entry("F32", "[1]", "[0,4,4]"), 4), ErrOffsets},
		{"gap at the start", file(entry("F32", "[1]", "[4,8]"), 8), ErrOffsets},
		{"gap", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3), ErrOffsets},
		{"overlap", file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), ErrOffsets},
		{"same bytes", file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2), ErrOffsets},
		{"data cut", file(entry("F32", "[2]", "[0,8]"), 7), ErrTruncated},
		{"data missing", file(entry("F32", "[2]", "[0,8]"), 0), ErrTruncated},
		{"trailing byte", file(entry("F32", "[2]", "[0,8]"), 9), ErrTrailing},
	} {
		_, err := Read(bytes.NewReader(c.data))
		assert.ErrorIs(t, err, c.want, "Read: %s", c.name)
		_, err = Open(bytes.NewReader(c.data), int64(len(c.data)))
		assert.ErrorIs(t, err, c.want, "Open: %s", c.name)
	}
}

func TestGoodHeaders(t *testing.T) {
	for name, data := range map[string][]byte{
		"only metadata":       file(`{"__metadata__":{"a":"b"}}`, 0),
		"padding":             file("{}  \n", 0),
		"zero in shape":       file(`{"a":{"dtype":"F32","shape":[5,0],"data_offsets":[0,0]}}`, 0),
		"zero amid others":    file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"z":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2),
		"header not in order": file(`{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 2),
		"fields not in order": file(`{"b":{"data_offsets":[0,1],"shape":[],"dtype":"U8"}}`, 1),
		"empty name":          file(`{"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1),
	} {
		f, err := Read(bytes.NewReader(data))
		require.NoError(t, err, name)
		for _, info := range f.Tensors() {
			b, err := f.Bytes(info.Name)
			require.NoError(t, err)
			assert.Len(t, b, info.Len()*info.DType.Size())
		}
	}
}

func TestErrorNamesTensorShortly(t *testing.T) {
	_, err := Read(bytes.NewReader(file(`{"layer.0":{"dtype":"F8","shape":[],"data_offsets":[0,1]}}`, 1)))
	assert.ErrorContains(t, err, `"layer.0"`)
	_, err = Read(bytes.NewReader(file(`{"`+strings.Repeat("x", 1<<20)+`":{"dtype":"F8","shape":[],"data_offsets":[0,1]}}`, 1)))
	assert.Less(t, len(err.Error()), 300)
}

// A file that claims gigabytes costs what it brings.
func TestClaimedLengthsTakeNoMemory(t *testing.T) {
	claims := map[string][]byte{
		"header": binary.LittleEndian.AppendUint64(nil, maxHeader),
		"data":   file(`{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}`, 100),
		"cut":    file(`{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}`, 1<<16),
	}
	for name, data := range claims {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, errRead := Read(bytes.NewReader(data))
		_, errOpen := Open(bytes.NewReader(data), int64(len(data)))
		runtime.ReadMemStats(&after)
		assert.ErrorIs(t, errRead, ErrTruncated, name)
		assert.ErrorIs(t, errOpen, ErrTruncated, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), name)
	}
}

// A tensor of a type whose values are of no use here does not stand in the way of
// the others, and can be had as bytes.
func TestOtherTypes(t *testing.T) {
	for dtype, size := range map[string]int{"I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "U32": 4, "U64": 8, "C64": 8} {
		header := fmt.Sprintf(`{"a":{"dtype":%q,"shape":[3],"data_offsets":[0,%d]},"b":{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]}}`, dtype, 3*size, 3*size, 3*size+4)
		f, err := Read(bytes.NewReader(file(header, 3*size+4)))
		require.NoError(t, err, dtype)
		b, err := f.Float32s("b")
		require.NoError(t, err)
		require.Len(t, b, 1)
		_, err = f.Float32s("a")
		require.ErrorIs(t, err, ErrConvert)
		raw, err := f.Bytes("a")
		require.NoError(t, err)
		require.Len(t, raw, 3*size)
	}
}

// Whatever can be read can be written again, and reads the same.
func FuzzRead(f *testing.F) {
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"BOOL","shape":[2,1],"data_offsets":[4,6]}}`, 6))
	f.Add(file(`{"__metadata__":{"k":"v"},"z":{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}`, 0))
	f.Add(file(`{"a":{"dtype":"U8","shape":[9223372036854775807,2],"data_offsets":[0,1]}}`, 1))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{'})
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := Read(bytes.NewReader(data))
		opened, errOpen := Open(bytes.NewReader(data), int64(len(data)))
		require.Equal(t, err == nil, errOpen == nil, "Read: %v, Open: %v", err, errOpen)
		if err != nil {
			return
		}
		require.Equal(t, read.Tensors(), opened.Tensors())
		var again []Tensor
		for _, info := range read.Tensors() {
			raw, err := opened.Bytes(info.Name)
			require.NoError(t, err)
			tensor := Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape}
			switch info.DType {
			case F64:
				tensor.Values, err = read.Float64s(info.Name)
			case F32, F16, BF16:
				tensor.Values, err = read.Float32s(info.Name)
			case I64:
				tensor.Values, err = read.Int64s(info.Name)
			case U8:
				tensor.Values = raw
			case BOOL:
				tensor.Values, err = read.Bools(info.Name)
			case I32:
				_, err = read.Int64s(info.Name)
				tensor.Values = make([]int32, info.Len())
			default:
				_, err = read.Float32s(info.Name)
				require.ErrorIs(t, err, ErrConvert)
				return
			}
			require.NoError(t, err)
			again = append(again, tensor)
		}
		var b bytes.Buffer
		require.NoError(t, Write(&b, again, read.Metadata))
		back, err := Read(&b)
		require.NoError(t, err)
		require.Equal(t, read.Metadata, back.Metadata)
		require.ElementsMatch(t, names(read), names(back))
	})
}

func names(f *File) (names []string) {
	for _, info := range f.Tensors() {
		names = append(names, info.Name)
	}
	return names
}

func TestReadPassesErrorsOn(t *testing.T) {
	data := encoded(t, sample(), nil)
	for _, n := range []int{4, 20, len(data) - 5} {
		_, err := Read(&flaky{data: data[:n]})
		assert.ErrorIs(t, err, errFlaky)
	}
}

var errFlaky = errors.New("connection lost")

// flaky gives its data and then an error that is no end of file.
type flaky struct{ data []byte }

func (f *flaky) Read(p []byte) (int, error) {
	if len(f.data) == 0 {
		return 0, errFlaky
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}
