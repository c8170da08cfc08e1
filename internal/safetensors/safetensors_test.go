package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// many makes n values that differ, crossing several chunks when n is large.
func many(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i) - 0.25
	}
	return v
}

func sample() []Tensor {
	return []Tensor{
		{"flags", BOOL, []int{3}, []bool{true, false, true}},
		{"bytes", U8, []int{2, 1}, []byte{0, 255}},
		{"half", F16, []int{2}, []float32{1.5, -0.1}},
		{"brain", BF16, []int{2}, []float32{1.5, -0.1}},
		{"scalar", F32, nil, []float32{7}},
		{"empty", F32, []int{3, 0}, []float32{}},
		{"big", F32, []int{3, 9001}, many(3 * 9001)},
		{"narrowed", F32, []int{1}, []float64{0.1}},
		{"widened", F64, []int{1}, []float32{0.1}},
		{"doubles", F64, []int{2}, []float64{math.Pi, math.Inf(1)}},
		{"longs", I64, []int{2}, []int64{math.MinInt64, 1<<53 + 1}},
		{"ints", I32, []int{1}, []int32{-5}},
		{"ints as longs", I64, []int{1}, []int32{-5}},
		{"quote \" <Ä>", F32, []int{1}, []float32{1}},
	}
}

func encoded(t testing.TB, tensors []Tensor, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, tensors, metadata))
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	metadata := map[string]string{"format": "verso", "a": "<&>", "ä": ""}
	data := encoded(t, sample(), metadata)
	assert.Equal(t, data, encoded(t, sample(), metadata), "same arguments, same bytes")
	assert.Zero(t, binary.LittleEndian.Uint64(data)%8, "the data begins at a multiple of 8")

	path := filepath.Join(t.TempDir(), "m.safetensors")
	require.NoError(t, WriteFile(path, sample(), metadata))
	onDisk, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, data, onDisk)

	fromStream, err := Read(bytes.NewReader(data))
	require.NoError(t, err)
	fromDisk, err := OpenFile(path)
	require.NoError(t, err)
	for _, f := range []*File{fromStream, fromDisk} {
		assert.Equal(t, metadata, f.Metadata)
		require.Len(t, f.Tensors(), len(sample()))
		for _, info := range f.Tensors() {
			assert.Zero(t, info.begin%int64(info.DType.Size()), "%s is aligned", info.Name)
		}
		for _, want := range sample() {
			info, err := f.Info(want.Name)
			require.NoError(t, err)
			assert.Equal(t, want.DType, info.DType)
			assert.Equal(t, append([]int{}, want.Shape...), info.Shape)
		}
		check := func(want any) func(got any, err error) {
			return func(got any, err error) { t.Helper(); require.NoError(t, err); assert.Equal(t, want, got) }
		}
		float32s := func(name string) (any, error) { return f.Float32s(name) }
		float64s := func(name string) (any, error) { return f.Float64s(name) }
		int64s := func(name string) (any, error) { return f.Int64s(name) }
		check([]bool{true, false, true})(f.Bools("flags"))
		check([]int64{0, 255})(int64s("bytes"))
		check([]byte{0, 255})(f.Bytes("bytes"))
		check([]float32{1.5, -0.0999755859375})(float32s("half"))
		check([]float32{1.5, -0.10009765625})(float32s("brain"))
		check([]float64{1.5, -0.10009765625})(float64s("brain"))
		check([]float32{7})(float32s("scalar"))
		check([]float32{})(float32s("empty"))
		check(many(3 * 9001))(float32s("big"))
		check([]float32{0.1})(float32s("narrowed"))
		check([]float64{float64(float32(0.1))})(float64s("widened"))
		check([]float64{math.Pi, math.Inf(1)})(float64s("doubles"))
		check([]float32{math.Pi, float32(math.Inf(1))})(float32s("doubles"))
		check([]int64{math.MinInt64, 1<<53 + 1})(int64s("longs"))
		check([]int64{-5})(int64s("ints"))
		check([]int64{-5})(int64s("ints as longs"))
		check([]float32{1})(float32s("quote \" <Ä>"))

		_, err = f.Float32s("nothing")
		assert.ErrorIs(t, err, ErrNotFound)
		_, err = f.Float32s("longs")
		assert.ErrorIs(t, err, ErrConvert)
		_, err = f.Int64s("big")
		assert.ErrorIs(t, err, ErrConvert)
		_, err = f.Bools("bytes")
		assert.ErrorIs(t, err, ErrConvert)
		assert.ErrorIs(t, ReadFloats(f, "doubles", make([]float64, 3)), ErrShape)
		require.NoError(t, f.Close())
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
}

func TestWriteNothing(t *testing.T) {
	data := encoded(t, nil, nil)
	assert.Equal(t, "\x08\x00\x00\x00\x00\x00\x00\x00{}      ", string(data))
	f, err := Read(bytes.NewReader(data))
	require.NoError(t, err)
	assert.Empty(t, f.Tensors())
}

func TestWriteErrors(t *testing.T) {
	one := []float32{1}
	for want, tensors := range map[error][]Tensor{
		ErrDuplicate: {{"a", F32, []int{1}, one}, {"a", F32, []int{1}, one}},
		ErrUTF8:      {{"\xff", F32, []int{1}, one}},
		ErrDType:     {{"a", "F8", []int{1}, one}},
		ErrShape:     {{"a", F32, []int{-1}, one}},
		ErrSize:      {{"a", F32, []int{2}, one}},
		ErrConvert:   {{"a", I64, []int{1}, one}, {"b", "I8", []int{1}, []byte{1}}},
	} {
		path := filepath.Join(t.TempDir(), "m.safetensors")
		assert.ErrorIs(t, WriteFile(path, tensors, nil), want)
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		assert.Empty(t, entries)
	}
	var b bytes.Buffer
	assert.ErrorIs(t, Write(&b, []Tensor{{"__metadata__", F32, []int{1}, one}}, nil), ErrDuplicate)
	assert.ErrorIs(t, Write(&b, []Tensor{{"a", F32, []int{1}, "text"}}, nil), ErrConvert)
	assert.ErrorIs(t, Write(&b, nil, map[string]string{"a": "\xff"}), ErrUTF8)
	assert.Zero(t, b.Len(), "nothing is written before all is checked")
	assert.ErrorIs(t, Write(failing{}, sample(), nil), errFailing)
}

type failing struct{}

var errFailing = errors.New("disk full")

func (failing) Write(p []byte) (int, error) {
	if len(p) > 0 && p[0] == '{' || len(p) > 8 && p[8] == '{' {
		return len(p), nil // the header goes through
	}
	return 0, errFailing
}

// TestReadForeign reads a file that another implementation wrote, if there is one.
func TestReadForeign(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(os.Getenv("VERSO_GOLDEN"), "bert", "*", "model.safetensors"))
	require.NoError(t, err)
	if os.Getenv("VERSO_GOLDEN") == "" || len(paths) == 0 {
		t.Skip("VERSO_GOLDEN names no folder with checkpoints")
	}
	for _, path := range paths {
		f, err := OpenFile(path)
		require.NoError(t, err, path)
		require.NotEmpty(t, f.Tensors())
		for _, info := range f.Tensors() {
			values, err := f.Float32s(info.Name)
			require.NoError(t, err)
			require.Len(t, values, info.Len())
		}
		require.NoError(t, f.Close())
	}
}
