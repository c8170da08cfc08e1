package vectors

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/golden"
)

// goldenDir holds one table in the forms of gensim, word2vec's C program and GloVe.
const goldenDir = "testdata/golden/word2vec_format"

type goldenFile struct {
	Vocab     []string             `json:"vocab"`
	Dim       int                  `json:"dim"`
	Files     map[string]string    `json:"files"`
	Vectors   map[string][]float32 `json:"vectors_float32"`
	Tolerance struct {
		SixDecimals float64 `json:"six_decimal_files"`
	} `json:"tolerance"`
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

func TestGoldenWord2VecFormat(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"word2vec_format"}, func(t *testing.T, c *golden.Case) {
		var want goldenFile
		require.NoError(t, json.Unmarshal(readFile(t, c.Path("expected.json")), &want))
		require.Len(t, want.Files, 5)
		for name := range want.Files {
			t.Run(name, func(t *testing.T) {
				got, err := LoadFile(c.Path(name), Options{})
				require.NoError(t, err)
				testGolden(t, want, got, name)
			})
		}
		// Rows that expected.json does not list: the exact forms agree with each other.
		text, err := LoadFile(c.Path("gensim_text.txt"), Options{})
		require.NoError(t, err)
		for _, name := range []string{"gensim_binary.bin", "word2vec_c_binary.bin"} {
			binary, err := LoadFile(c.Path(name), Options{})
			require.NoError(t, err)
			require.Equal(t, text, binary)
		}
	})
}

func testGolden(t *testing.T, want goldenFile, got *Vectors, name string) {
	require.Equal(t, want.Vocab, got.Words())
	require.Equal(t, want.Dim, got.Dim())
	require.NotEmpty(t, want.Vectors)
	for word, vector := range want.Vectors {
		row, ok := got.Row(word)
		require.True(t, ok, word)
		switch name {
		case "gensim_text.txt", "gensim_binary.bin", "word2vec_c_binary.bin":
			require.Equal(t, vector, row, word) // every bit
		default:
			require.InDeltaSlice(t, vector, row, want.Tolerance.SixDecimals+1e-7, word)
		}
	}
}

// Each reader takes its own forms when it is named, not only when Read finds it.
func TestNamedReaders(t *testing.T) {
	want, err := LoadFile(filepath.Join(goldenDir, "gensim_text.txt"), Options{})
	require.NoError(t, err)
	for name, read := range map[string]reader{
		"gensim_text.txt":       ReadWord2VecText,
		"gensim_binary.bin":     ReadWord2VecBinary,
		"word2vec_c_binary.bin": ReadWord2VecBinary,
		"word2vec_c_text.txt":   ReadWord2VecText,
		"glove_text.txt":        ReadGloVe,
	} {
		got, err := read(bytes.NewReader(readFile(t, filepath.Join(goldenDir, name))), Options{Dim: 10})
		require.NoError(t, err, name)
		assert.Equal(t, want.Words(), got.Words(), name)
		assert.InDeltaSlice(t, want.Data(), got.Data(), 1e-6, name)
	}
}

// What is written is what gensim and the C program wrote, byte for byte.
func TestWritersMatchGolden(t *testing.T) {
	v, err := LoadFile(filepath.Join(goldenDir, "gensim_binary.bin"), Options{})
	require.NoError(t, err)
	var text, binary bytes.Buffer
	require.NoError(t, v.WriteWord2VecText(&text))
	require.NoError(t, v.WriteWord2VecBinary(&binary))
	assert.Equal(t, string(readFile(t, filepath.Join(goldenDir, "gensim_text.txt"))), text.String())
	assert.Equal(t, readFile(t, filepath.Join(goldenDir, "word2vec_c_binary.bin")), binary.Bytes())
}

// A check against a real file, where one is at hand.
func TestRealGloVe(t *testing.T) {
	root := os.Getenv("VERSO_DATA")
	if root == "" {
		t.Skip("VERSO_DATA names no folder of data")
	}
	v, err := LoadFile(filepath.Join(root, "vectors", "glove-6b-100d-top50k.w2v.bin"), Options{})
	require.NoError(t, err)
	assert.Equal(t, 50000, v.Len())
	assert.Equal(t, 100, v.Dim())
	assert.Equal(t, []string{"the", ",", "."}, v.Words()[:3])
	the, ok := v.Row("the")
	require.True(t, ok)
	assert.Equal(t, []float32{-0.038194, -0.24487, 0.72812}, the[:3])

	path := filepath.Join(t.TempDir(), "copy.txt.gz")
	require.NoError(t, v.SaveFile(path, GloVe))
	back, err := LoadFile(path, Options{})
	require.NoError(t, err)
	require.Equal(t, v.Words(), back.Words())
	require.Equal(t, v.Data(), back.Data())
}
