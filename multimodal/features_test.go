package multimodal

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func someFeatures(t testing.TB) *Features {
	f, err := NewFeatures([]string{"cat", "dog", "tree"}, []float32{1, 2, 3, -4, 0.5, 6}, 2)
	require.NoError(t, err)
	return f
}

func TestFeatures(t *testing.T) {
	f := someFeatures(t)
	row, err := f.Frames("dog")
	require.NoError(t, err)
	assert.Equal(t, []float32{3, -4}, row)
	_, err = f.Frames("cow")
	require.ErrorIs(t, err, ErrID)
	v, err := f.Vectors()
	require.NoError(t, err)
	row, ok := v.Row("dog")
	assert.True(t, ok)
	assert.Equal(t, []float32{3, -4}, row)
	s, err := f.Select([]string{"tree", "cat"})
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5, 6, 1, 2}, s.Data())
	_, err = f.Select([]string{"cow"})
	assert.ErrorIs(t, err, ErrID)

	for name, c := range map[string]struct {
		ids  []string
		data []float32
		dim  int
		is   error
		says string
	}{
		"sizes":  {[]string{"a"}, []float32{1}, 2, ErrShape, "want 2, got 1"},
		"no dim": {nil, nil, 0, ErrShape, "0 rows of 0"},
		"twice":  {[]string{"a", "a"}, []float32{1, 2}, 1, ErrID, "rows 0 and 1"},
		"empty":  {[]string{""}, []float32{1}, 1, ErrID, "row 0"},
		"NaN":    {[]string{"a", "b"}, []float32{1, float32(math.NaN())}, 1, ErrNotFinite, `row 1, "b"`},
		"Inf":    {[]string{"a"}, []float32{float32(math.Inf(-1))}, 1, ErrNotFinite, "-Inf"},
	} {
		_, err := NewFeatures(c.ids, c.data, c.dim)
		require.ErrorIs(t, err, c.is, name)
		assert.ErrorContains(t, err, c.says, name)
	}
}

func TestVideos(t *testing.T) {
	v := Videos{Table: someFeatures(t), Of: map[string][]string{"film": {"tree", "cat"}, "gone": {"cat", "cow"}, "none": {}}}
	rows, err := v.Frames("film")
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5, 6, 1, 2}, rows)
	for id, says := range map[string]string{"gone": `video "gone": frame "cow"`, "none": `"none"`, "unknown": `"unknown"`} {
		_, err = v.Frames(id)
		require.ErrorIs(t, err, ErrID)
		assert.ErrorContains(t, err, says)
	}
	assert.Zero(t, Videos{}.Dim())
	_, err = Videos{Of: v.Of}.Frames("film")
	assert.ErrorIs(t, err, ErrID)
}

func TestNPY(t *testing.T) {
	f := someFeatures(t)
	path := filepath.Join(t.TempDir(), "f.npy")
	for _, typ := range []NumberType{Float16, Float32, Float64} {
		require.NoError(t, f.SaveNPY(path, typ))
		g, err := LoadNPY(path, f.IDs())
		require.NoError(t, err)
		assert.Equal(t, f, g)
	}
	g, err := LoadNPY(path, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"0", "1", "2"}, g.IDs())
	_, err = LoadNPY(path, []string{"one"})
	require.ErrorIs(t, err, ErrShape)
	assert.ErrorContains(t, err, "1 ids, the array is [3 2]")
	_, err = ReadNPY(strings.NewReader("PK"), nil)
	assert.ErrorIs(t, err, ErrFile)
	_, err = LoadNPY(filepath.Join(t.TempDir(), "none"), nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzReadNPY(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, someFeatures(f).WriteNPY(&b, Float16))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if g, err := ReadNPY(bytes.NewReader(data), nil); err == nil {
			assert.Len(t, g.Data(), g.Len()*g.Dim())
		}
	})
}

func TestBigFile(t *testing.T) {
	f, dir := someFeatures(t), filepath.Join(t.TempDir(), "big")
	require.NoError(t, f.SaveBigFile(dir))
	raw, err := os.ReadFile(filepath.Join(dir, "feature.bin"))
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 0, 0x80, 0x3f}, raw[:4], "1 in little-endian float32")
	shape, err := os.ReadFile(filepath.Join(dir, "shape.txt"))
	require.NoError(t, err)
	assert.Equal(t, "3 2\n", string(shape))

	g, err := LoadBigFile(dir)
	require.NoError(t, err)
	assert.Equal(t, f, g)
	b, err := OpenBigFile(dir)
	require.NoError(t, err)
	defer b.Close()
	assert.Equal(t, 3, b.Len())
	assert.Equal(t, f.IDs(), b.IDs())
	row, err := b.Frames("tree")
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5, 6}, row)
	_, err = b.Frames("cow")
	assert.ErrorIs(t, err, ErrID)

	require.NoError(t, b.Close())
	_, err = IndexPictures(t.Context(), fixed{}, b, []string{"tree"})
	assert.ErrorIs(t, err, ErrFile, "what cannot be read is not unknown")

	blank, err := NewFeatures([]string{"a b"}, []float32{1}, 1)
	require.NoError(t, err)
	assert.ErrorIs(t, blank.SaveBigFile(dir), ErrID)
}

func TestBigFileRefuses(t *testing.T) {
	ok := map[string]string{"shape.txt": "2 1", "id.txt": "a b", "feature.bin": "\x00\x00\x80\x3f\x00\x00\x80\x3f"}
	for name, c := range map[string]struct {
		file, text string
		is         error
		says       string
	}{
		"no shape":     {"shape.txt", "", ErrFile, "shape.txt"},
		"a word":       {"shape.txt", "2 x", ErrFile, `"2 x"`},
		"negative":     {"shape.txt", "-2 1", ErrFile, "-2 1"},
		"no columns":   {"shape.txt", "2 0", ErrFile, "2 0"},
		"too wide":     {"shape.txt", "2 99999999", ErrFile, "99999999"},
		"few names":    {"id.txt", "a", ErrFile, "wants 2 names, got 1"},
		"more names":   {"id.txt", "a b c", ErrFile, "more than the 2"},
		"twice a name": {"id.txt", "a a", ErrID, "rows 0 and 1"},
		"few numbers":  {"feature.bin", "\x00\x00\x80\x3f", ErrFile, "8 bytes, got 4"},
		"NaN":          {"feature.bin", "\x00\x00\xc0\x7f\x00\x00\x80\x3f", ErrNotFinite, `row 0, "a"`},
		"missing":      {"id.txt", "-", os.ErrNotExist, "id.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range ok {
				if file == c.file {
					text = c.text
				}
				if text != "-" {
					require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
				}
			}
			_, err := LoadBigFile(dir)
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, dir)
		})
	}
}

// TestSaveBigFileStops puts a folder where the file of names belongs.
func TestSaveBigFileStops(t *testing.T) {
	dir := t.TempDir()
	old, err := NewFeatures([]string{"a", "b"}, []float32{1, 2}, 1)
	require.NoError(t, err)
	require.NoError(t, old.SaveBigFile(dir))
	require.NoError(t, os.Remove(filepath.Join(dir, "id.txt")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "id.txt", "x"), 0o700))
	young, err := NewFeatures([]string{"c", "d"}, []float32{3, 4}, 1)
	require.NoError(t, err)
	require.Error(t, young.SaveBigFile(dir))
	_, err = OpenBigFile(dir)
	assert.ErrorIs(t, err, os.ErrNotExist, "half written, the folder is no BigFile")
}

func FuzzBigFile(f *testing.F) {
	f.Add("2 1", "a b", []byte{0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f})
	f.Fuzz(func(t *testing.T, shape, names string, data []byte) {
		b, err := newBigFile(shape, strings.NewReader(names))
		if err != nil {
			return
		}
		b.data = bytes.NewReader(data)
		for _, id := range b.IDs() {
			if row, err := b.Frames(id); err == nil {
				assert.Len(t, row, b.Dim())
			}
		}
	})
}
