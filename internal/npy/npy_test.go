package npy

import (
	"bytes"
	"errors"
	"io"
	"math"
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

func TestRefuses(t *testing.T) {
	good := `{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }`
	for name, c := range map[string]struct {
		file []byte
		is   error
		says string
	}{
		"empty":         {nil, io.ErrUnexpectedEOF, "header"},
		"magic":         {[]byte("PK\x03\x04 not a file of this kind"), ErrHeader, `want "\x93NUMPY"`},
		"version":       {[]byte("\x93NUMPY\x07\x00\x00\x00"), ErrHeader, "version 7"},
		"cut header":    {file(good)[:30], io.ErrUnexpectedEOF, "header"},
		"no dict":       {file("[]"), ErrHeader, "no {…}"},
		"no value":      {file("{'descr': '<f4"), ErrHeader, "{…}"},
		"integers":      {file(`{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }`), ErrHeader, "want float16"},
		"columns first": {file(`{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }`), ErrHeader, "C order"},
		"negative":      {file(`{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }`), ErrHeader, "(-2,)"},
		"no shape":      {file(`{'descr': '<f4', 'fortran_order': False}`), ErrHeader, "no shape"},
		"huge":          {file(`{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}`), ErrHeader, "too many"},
		"cut numbers":   {file(good, 1, 2, 3, 4, 5), io.ErrUnexpectedEOF, "wants 2 numbers"},
		"more numbers":  {file(good, 1, 2, 3, 4, 5, 6, 7, 8, 9), ErrShape, "after the 2 numbers"},
		"a lie":         {file(`{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,)}`, 1), io.ErrUnexpectedEOF, "9999999999"},
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
