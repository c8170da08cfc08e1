package vectors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// odd are numbers and words that a text form could bend.
func odd(t testing.TB) *Vectors {
	return table(t, []string{"a", "", "ñ", "東京", "7", "x\ty", "end\r"}, []float32{
		0, float32(math.Copysign(0, -1)), 1, 1.0 / 3,
		math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, 1e-5,
		float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e21,
		1, 2, 3, 4,
		16777217, 0.1, 0.2, 0.3,
		1, 2, 3, 4,
		1, 2, 3, 4,
	}, 4)
}

func TestWriteAndReadBack(t *testing.T) {
	v := odd(t)
	for _, format := range []Format{Word2VecBinary, Word2VecText, GloVe} {
		var file bytes.Buffer
		require.NoError(t, v.Write(&file, format))
		text := file.String()
		back, err := named(format)(&file, Options{})
		require.NoError(t, err)
		requireSame(t, v, back)
		back, err = Read(bytes.NewReader([]byte(text)), Options{})
		require.NoError(t, err)
		requireSame(t, v, back)
	}
}

func TestWriteForms(t *testing.T) {
	v := table(t, []string{"a", "b"}, []float32{1, 2, 0.1, -3e-7}, 2)
	var file bytes.Buffer
	require.NoError(t, v.WriteWord2VecText(&file))
	assert.Equal(t, "2 2\na 1 2\nb 0.1 -3e-07\n", file.String())
	file.Reset()
	require.NoError(t, v.WriteGloVe(&file))
	assert.Equal(t, "a 1 2\nb 0.1 -3e-07\n", file.String())
	file.Reset()
	v = table(t, []string{"a", "b"}, []float32{1, 2}, 1)
	require.NoError(t, v.WriteWord2VecBinary(&file))
	assert.Equal(t, "2 1\na "+one+"\nb "+two+"\n", file.String())
}

func TestWriteErrors(t *testing.T) {
	word := func(w string) *Vectors { return table(t, []string{w}, []float32{1}, 1) }
	tests := []struct {
		name   string
		v      *Vectors
		format Format
		want   error
	}{
		{"binary, blank in a word", word("a b"), Word2VecBinary, ErrWord},
		{"binary, newline in front", word("\na"), Word2VecBinary, ErrWord},
		{"text, newline", word("a\nb"), Word2VecText, ErrWord},
		{"text, number at the end", word("a 1"), Word2VecText, ErrWord},
		{"glove, number at the end", word("a\t-1.5"), GloVe, ErrWord},
		{"glove, first word tells another dimension", word("to infinity"), GloVe, ErrWord},
		{"glove, first word after a blank", word(" nan"), GloVe, ErrWord},
		{"long word", word(string(make([]byte, maxWord+1))), Word2VecText, ErrWord},
		{"glove of nothing", table(t, nil, nil, 1), GloVe, ErrShape},
		{"no dimension", &Vectors{}, Word2VecText, ErrShape},
		{"format unknown", word("a"), 9, ErrOptions},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var file bytes.Buffer
			require.ErrorIs(t, test.v.Write(&file, test.format), test.want)
			assert.Zero(t, file.Len(), "nothing is written")
		})
	}
	for _, w := range []string{"a b", ". . .", "to infinity", " ", "a "} {
		require.NoError(t, word(w).WriteWord2VecText(io.Discard), w)
	}
	v := table(t, []string{"nan", "to infinity"}, []float32{1, 2}, 1) // the dimension is known by then
	var file bytes.Buffer
	require.NoError(t, v.WriteGloVe(&file))
	back, err := ReadGloVe(&file, Options{})
	require.NoError(t, err)
	requireSame(t, v, back)
}

func TestWriterErrorsPass(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{1, 10000} { // in the buffer, and beyond it
		words := make([]string, n)
		for i := range words {
			words[i] = fmt.Sprint("word", i)
		}
		v := table(t, words, make([]float32, 4*n), 4)
		for _, format := range []Format{Word2VecBinary, Word2VecText, GloVe} {
			require.ErrorIs(t, v.Write(failing{broken}, format), broken)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestSaveAndLoadFile(t *testing.T) {
	v := odd(t)
	dir := t.TempDir()
	for name, format := range map[string]Format{
		"a.bin": Word2VecBinary, "a.vec": Word2VecText, "a.txt": GloVe,
		"a.bin.gz": Word2VecBinary, "a.vec.gz": Word2VecText, "a.txt.gz": GloVe,
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, v.SaveFile(path, format))
		back, err := LoadFile(path, Options{})
		require.NoError(t, err)
		requireSame(t, v, back)
		start, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, filepath.Ext(name) == ".gz", start[0] == 0x1f)
	}

	// A save that fails leaves the file of before, and nothing beside it.
	path := filepath.Join(dir, "a.bin.gz")
	require.ErrorIs(t, table(t, []string{"a b"}, []float32{1}, 1).SaveFile(path, Word2VecBinary), ErrWord)
	back, err := LoadFile(path, Options{})
	require.NoError(t, err)
	requireSame(t, v, back)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 6)

	require.Error(t, v.SaveFile(filepath.Join(path, "below a file"), GloVe))
	_, err = LoadFile(path+".missing", Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("nothing\n"), 0o644))
	_, err = LoadFile(path, Options{})
	require.ErrorIs(t, err, ErrRow)
	require.ErrorContains(t, err, path)
}

func benchmarkTable(b *testing.B) *Vectors {
	const n, dim = 2000, 100
	rng := rand.New(rand.NewPCG(1, 2))
	words, data := make([]string, n), make([]float32, n*dim)
	for i := range words {
		words[i] = fmt.Sprint("word", i)
	}
	for i := range data {
		data[i] = float32(rng.NormFloat64())
	}
	return table(b, words, data, dim)
}

func BenchmarkRead(b *testing.B) {
	v := benchmarkTable(b)
	for name, format := range map[string]Format{"Word2VecBinary": Word2VecBinary, "Word2VecText": Word2VecText, "GloVe": GloVe} {
		var file bytes.Buffer
		require.NoError(b, v.Write(&file, format))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(bytes.NewReader(file.Bytes()), Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(v.Len()), "ns/row")
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	v := benchmarkTable(b)
	for name, format := range map[string]Format{"Word2VecBinary": Word2VecBinary, "Word2VecText": Word2VecText} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := v.Write(io.Discard, format); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(v.Len()), "ns/row")
		})
	}
}
