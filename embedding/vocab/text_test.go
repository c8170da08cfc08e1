package vocab

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// odd holds every kind of word that could break a line-based format.
var odd = []string{"", " ", "\t", "\n", "\r", "\r\n", `\`, `\n`, "a b", " a ", "ñ", "東京", "\x00", "\u2028", "\ufeff", "end\r"}

func TestTextForm(t *testing.T) {
	v := build(t, "the cat the", DefaultConfig())
	text, err := v.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "verso-vocabulary 1 words=4 special=2 pad=0 unk=1\n<pad>\t0\n<unk>\t0\nthe\t2\ncat\t1\n", string(text))

	v, err = Build(slices.Values([]string{"\\ \t\n\r"}), Config{})
	require.NoError(t, err)
	text, err = v.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "verso-vocabulary 1 words=1 special=0\n"+`\\ \t\n\r`+"\t1\n", string(text))
}

func TestRoundTrip(t *testing.T) {
	for _, cfg := range []Config{{}, DefaultConfig(), {Special: []string{"a\tb", "</s>"}, Unk: "a\tb"}} {
		v, err := Build(slices.Values(append(odd, odd[3:]...)), cfg)
		require.NoError(t, err)
		var file bytes.Buffer
		require.NoError(t, v.Write(&file))
		back, err := Read(&file)
		require.NoError(t, err)
		requireSame(t, v, back)
	}
}

func requireSame(t *testing.T, want, got *Vocabulary) {
	t.Helper()
	require.Equal(t, want.words, got.words)
	require.Equal(t, want.counts, got.counts)
	require.Equal(t, want.index, got.index)
	require.Equal(t, [4]int{want.special, want.pad, want.unk, int(want.total)}, [4]int{got.special, got.pad, got.unk, int(got.total)})
}

func TestInsideJSON(t *testing.T) {
	v := build(t, "the cat the", DefaultConfig())
	text, err := json.Marshal(map[string]*Vocabulary{"vocab": v})
	require.NoError(t, err)
	var back map[string]*Vocabulary
	require.NoError(t, json.Unmarshal(text, &back))
	requireSame(t, v, back["vocab"])
}

func TestReadErrors(t *testing.T) {
	const head = "verso-vocabulary 1 words=2 special=0\n"
	tests := []struct {
		name, text string
		want       error
		says       string
	}{
		{"empty", "", ErrFormat, "line 1"},
		{"another file", "the 0.1 0.2\n", ErrFormat, "line 1"},
		{"later version", "verso-vocabulary 2 words=0 special=0\n", ErrFormat, `"2", want 1`},
		{"unknown field", "verso-vocabulary 1 words=0 special=0 eos=0\n", ErrFormat, "eos=0"},
		{"field twice", "verso-vocabulary 1 words=0 words=0 special=0\n", ErrFormat, "words=0"},
		{"negative field", "verso-vocabulary 1 words=-1 special=0\n", ErrFormat, "words=-1"},
		{"no sizes", "verso-vocabulary 1\n", ErrFormat, "line 1"},
		{"more special than words", "verso-vocabulary 1 words=0 special=1\n", ErrFormat, "line 1"},
		{"unk is no special word", "verso-vocabulary 1 words=1 special=0 unk=0\na\t1\n", ErrFormat, "line 1"},
		{"too few words", head + "a\t1\n", ErrFormat, "1 words, the header promises 2"},
		{"lying header", "verso-vocabulary 1 words=2147483647 special=0\na\t1\n", ErrFormat, "promises 2147483647"},
		{"too many words", head + "a\t1\nb\t1\nc\t1\n", ErrFormat, "line 4"},
		{"cut in a count", head + "a\t1\nb\t1", io.ErrUnexpectedEOF, "line 3"},
		{"no tab", head + "a 1\n", ErrFormat, "line 2"},
		{"no count", head + "a\t\n", ErrCount, "line 2"},
		{"negative count", head + "a\t-1\n", ErrCount, "line 2"},
		{"count too large", head + "a\t9223372036854775808\n", ErrCount, "line 2"},
		{"sum too large", head + "a\t9223372036854775807\nb\t1\n", ErrCount, "line 3"},
		{"duplicate", head + "a\t1\na\t1\n", ErrDuplicate, "line 3"},
		{"escape unknown", head + `a\x` + "\t1\n", ErrFormat, "line 2"},
		{"escape cut", head + `a\` + "\t1\n", ErrFormat, "line 2"},
		{"not UTF-8", head + "a\t1\n\xff\t1\n", ErrInvalidUTF8, "line 3"},
		{"long line", head + strings.Repeat("x", maxLine) + "\t1\n", ErrTooLong, "line 2"},
		{"long word", head + strings.Repeat("x", maxWord+1) + "\t1\n", ErrTooLong, "line 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.text))
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestReadToleratesCRLF(t *testing.T) {
	v, err := Read(strings.NewReader("verso-vocabulary 1 words=1 special=0\r\na\\r\t3\r\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"a\r"}, v.Words())
	assert.EqualValues(t, 3, v.Count(0))
}

func TestReaderAndWriterErrorsPass(t *testing.T) {
	broken := errors.New("broken")
	_, err := Read(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, build(t, "a", Config{}).Write(failing{broken}), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestUnmarshalKeepsOldOnError(t *testing.T) {
	v := build(t, "the cat", Config{})
	require.ErrorIs(t, v.UnmarshalText([]byte("nothing")), ErrFormat)
	assert.Equal(t, []string{"the", "cat"}, v.Words())
}

func TestSaveAndLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words.vocab")
	v := build(t, "the cat the", DefaultConfig())
	require.NoError(t, build(t, "older", Config{}).SaveFile(path))
	require.NoError(t, v.SaveFile(path))
	back, err := LoadFile(path)
	require.NoError(t, err)
	requireSame(t, v, back)
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, files, 1, "no temporary file stays")

	_, err = LoadFile(path + ".missing")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Error(t, v.SaveFile(filepath.Join(path, "below a file")))
	require.NoError(t, os.WriteFile(path, []byte("nothing\n"), 0o644))
	_, err = LoadFile(path)
	require.ErrorIs(t, err, ErrFormat)
	require.ErrorContains(t, err, path)
}

func FuzzRead(f *testing.F) {
	v, err := Build(slices.Values(odd), DefaultConfig())
	require.NoError(f, err)
	text, err := v.MarshalText()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte("verso-vocabulary 1 words=1 special=1 unk=0\n\\\\n\t9\n"))
	f.Add([]byte("verso-vocabulary 1 words=99999999 special=0\na\t1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		text, err := v.MarshalText()
		require.NoError(t, err)
		back, err := Read(bytes.NewReader(text))
		require.NoError(t, err)
		requireSame(t, v, back)
	})
}

// Any words at all survive the way to the file and back.
func FuzzWords(f *testing.F) {
	f.Add("a", "b\n", int64(3))
	f.Add(`\t`, "\t", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, a, b string, n int64) {
		var c Counter
		c.Add(a)
		if c.AddN(b, n) != nil {
			return
		}
		v, err := c.Vocabulary(Config{Special: []string{a}, Unk: a})
		if err != nil {
			return
		}
		text, err := v.MarshalText()
		require.NoError(t, err)
		back, err := Read(bytes.NewReader(text))
		require.NoError(t, err)
		requireSame(t, v, back)
	})
}
