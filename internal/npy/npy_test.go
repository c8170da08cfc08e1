package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/kernel"
)

// file is a file of version 1 with this header and these bytes behind it.
func file(header string, data ...byte) []byte {
	return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8)), append([]byte(header), data...)...)
}

func TestRoundTrip(t *testing.T) {
	data := []float32{0, 1, -2.5, 65504, 6.1e-5, 1e-7}
	for _, typ := range []Type{Float16, Float32, Float64} {
		for _, shape := range [][]int{{6}, {2, 3}, {1, 2, 3}} {
			var b bytes.Buffer
			require.NoError(t, Write(&b, typ, shape, data))
			assert.Zero(t, bytes.IndexByte(b.Bytes(), '\n')%64-63, "the numbers begin at a multiple of 64")
			got, x, err := Read(iotest.OneByteReader(&b))
			require.NoError(t, err)
			assert.Equal(t, shape, got)
			if typ == Float16 {
				assert.InDeltaSlice(t, data, x, 4e-8)
			} else {
				assert.Equal(t, data, x)
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, Float32, nil, []float32{7}))
	shape, x, err := Read(&b)
	require.NoError(t, err)
	assert.Empty(t, shape)
	assert.Equal(t, []float32{7}, x)
}

// TestHalf goes through every half, and every middle between two neighbours.
func TestHalf(t *testing.T) {
	wide := make([]float32, 1)
	for h := range 0x7c00 {
		kernel.Float16ToFloat32(wide, []uint16{uint16(h)})
		require.Equal(t, uint16(h), half(wide[0]))
		require.Equal(t, uint16(h)|0x8000, half(-wide[0]))
		next := float32(65536)
		if h+1 < 0x7c00 {
			v := make([]float32, 1)
			kernel.Float16ToFloat32(v, []uint16{uint16(h + 1)})
			next = v[0]
		}
		middle := (wide[0] + next) / 2 // exact
		require.Equal(t, uint16(h+h&1), half(middle), "ties go to the even one")
		require.Equal(t, uint16(h), half(math.Nextafter32(middle, 0)))
		require.Equal(t, uint16(h+1), half(math.Nextafter32(middle, 1e9)))
	}
	assert.Equal(t, uint16(0x7c00), half(float32(math.Inf(1))))
	assert.Equal(t, uint16(0x7e00), half(float32(math.NaN())))
}

func TestReadsWhatNumPyWrites(t *testing.T) {
	_, x, err := Read(bytes.NewReader(file(`{"shape": (2,), 'fortran_order': False, "descr": '>f4'}`, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0)))
	require.NoError(t, err)
	assert.Equal(t, []float32{1, -2}, x)
	version2 := []byte("\x93NUMPY\x02\x00\x3a\x00\x00\x00{'descr': '<f2', 'fortran_order': False, 'shape': (1, 1), }\x00\x3c")
	version2[8] = byte(len(version2) - 14)
	shape, x, err := Read(bytes.NewReader(version2))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1}, shape)
	assert.Equal(t, []float32{1}, x)
	shape, x, err = Read(bytes.NewReader(file(`{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5)}`)))
	require.NoError(t, err)
	assert.Equal(t, []int{0, 5}, shape)
	assert.Empty(t, x)
}

// TestColumnsFirst reads arrays whose numbers are their places in memory.
func TestColumnsFirst(t *testing.T) {
	for shape, want := range map[string][]float32{
		"(2L, 3L)":  {0, 2, 4, 1, 3, 5},
		"(1, 2, 3)": {0, 2, 4, 1, 3, 5},
		"(2, 3, 1)": {0, 2, 4, 1, 3, 5},
		"(3, 1, 2)": {0, 3, 1, 4, 2, 5},
		"(6,)":      {0, 1, 2, 3, 4, 5},
	} {
		var raw []byte
		for i := range 6 {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(i)))
		}
		_, x, err := Read(bytes.NewReader(file("{'descr': '<f4', 'fortran_order': True, 'shape': "+shape+"}", raw...)))
		require.NoError(t, err)
		assert.Equal(t, want, x, shape)
	}
}

// TestNumPyFiles reads what np.save wrote: np.arange(6).reshape(2, 3) / 4 - 0.5, its
// transpose (a view of the same memory), and version 2 of the format.
func TestNumPyFiles(t *testing.T) {
	rows := []float32{-0.5, -0.25, 0, 0.25, 0.5, 0.75}
	for name, want := range map[string][]float32{
		"f2": rows, "f4": rows, "f8": rows, "big-endian": rows, "version2": rows,
		"transposed": {-0.5, 0.25, -0.25, 0.5, 0, 0.75},
	} {
		f, err := os.Open(filepath.Join("testdata", name+".npy"))
		require.NoError(t, err)
		shape, x, err := Read(f)
		require.NoError(t, f.Close())
		require.NoError(t, err, name)
		assert.Equal(t, want, x, name)
		if name == "transposed" {
			assert.Equal(t, []int{3, 2}, shape)
		} else {
			assert.Equal(t, []int{2, 3}, shape)
		}
	}
}

func TestRefuses(t *testing.T) {
	good := `{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }`
	for name, c := range map[string]struct {
		file []byte
		is   error
		says string
	}{
		"empty":        {nil, io.ErrUnexpectedEOF, "header"},
		"magic":        {[]byte("PK\x03\x04 not a file of this kind"), ErrHeader, `want "\x93NUMPY"`},
		"version":      {[]byte("\x93NUMPY\x07\x00\x00\x00"), ErrHeader, "version 7"},
		"cut header":   {file(good)[:30], io.ErrUnexpectedEOF, "header"},
		"no dict":      {file("[]"), ErrHeader, "no {…}"},
		"no value":     {file("{'descr': '<f4"), ErrHeader, "{…}"},
		"integers":     {file(`{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }`), ErrHeader, "want float16"},
		"order":        {file(`{'descr': '<f4', 'fortran_order': 1, 'shape': (2,), }`), ErrHeader, "fortran_order"},
		"negative":     {file(`{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }`), ErrHeader, "(-2,)"},
		"no shape":     {file(`{'descr': '<f4', 'fortran_order': False}`), ErrHeader, "no shape"},
		"huge":         {file(`{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}`), ErrHeader, "too many"},
		"cut numbers":  {file(good, 1, 2, 3, 4, 5), io.ErrUnexpectedEOF, "wants 2 numbers"},
		"more numbers": {file(good, 1, 2, 3, 4, 5, 6, 7, 8, 9), ErrShape, "after the 2 numbers"},
		"a lie":        {file(`{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,)}`, 1), io.ErrUnexpectedEOF, "9999999999"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Read(bytes.NewReader(c.file))
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
		})
	}
	assert.ErrorContains(t, Write(io.Discard, Float32, []int{2, 2}, []float32{1}), "wants 4 numbers, got 1")
	assert.ErrorIs(t, Write(io.Discard, "<i4", []int{1}, []float32{1}), ErrHeader)
	failed := errors.New("disk full")
	assert.ErrorIs(t, Write(iotestWriter{failed}, Float32, []int{1}, []float32{1}), failed)
}

type iotestWriter struct{ err error }

func (w iotestWriter) Write([]byte) (int, error) { return 0, w.err }

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	_ = Write(&b, Float16, []int{2, 2}, []float32{1, 2, 3, 4})
	f.Add(b.Bytes())
	f.Add(file(`{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }`, 1, 2, 3, 4, 5, 6, 7, 8))
	f.Fuzz(func(t *testing.T, data []byte) {
		shape, x, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, Write(&again, Float32, shape, x))
		got, y, err := Read(&again)
		require.NoError(t, err)
		assert.Equal(t, shape, got)
		assert.Equal(t, len(x), len(y))
	})
}
