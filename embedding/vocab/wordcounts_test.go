package vocab

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNew(t *testing.T) {
	words, counts := []string{"b", "a", "<unk>", "c"}, []int64{1, 5, 2, 0}
	v, err := New(words, counts, Config{})
	require.NoError(t, err)
	require.Equal(t, words, v.Words(), "the order given, not that of the counts")
	require.Equal(t, counts, v.counts)
	require.EqualValues(t, 8, v.Total())

	v, err = New(words, counts, DefaultConfig())
	require.NoError(t, err)
	require.Equal(t, []string{"<pad>", "<unk>", "b", "a", "c"}, v.Words(), "MinCount 1 keeps all, also what was never counted")
	require.Equal(t, []int64{0, 2, 1, 5, 0}, v.counts)

	cfg := DefaultConfig()
	cfg.MinCount, cfg.MaxSize = 1, 3
	v, err = New(words, counts, cfg)
	require.NoError(t, err)
	require.Equal(t, []string{"<pad>", "<unk>", "b"}, v.Words())
	require.EqualValues(t, 7, v.Count(1), "what is left out counts as unknown")

	v, err = New(words, nil, Config{})
	require.NoError(t, err)
	require.Equal(t, words, v.Words())
	require.Zero(t, v.Total())

	for name, bad := range map[string]struct {
		words  []string
		counts []int64
		want   error
		says   string
	}{
		"sizes":     {words, counts[:3], ErrShape, "3 counts of 4 words"},
		"duplicate": {[]string{"x", "y", "x"}, nil, ErrDuplicate, `"x" has places 0 and 2`},
		"negative":  {[]string{"x"}, []int64{-1}, ErrCount, `"x"`},
		"UTF-8":     {[]string{"\xff"}, nil, ErrInvalidUTF8, ""},
	} {
		_, err := New(bad.words, bad.counts, Config{})
		require.ErrorIs(t, err, bad.want, name)
		require.ErrorContains(t, err, bad.says, name)
	}
}

func TestCounterAll(t *testing.T) {
	var c Counter
	c.AddAll(slices.Values(strings.Fields("b a b c")))
	var words []string
	var counts []int64
	for w, n := range c.All() {
		words, counts = append(words, w), append(counts, n)
	}
	require.Equal(t, []string{"b", "a", "c"}, words)
	require.Equal(t, []int64{2, 1, 1}, counts)
	for w := range c.All() {
		require.Equal(t, "b", w)
		break
	}
}

func TestWordCounts(t *testing.T) {
	v, err := ReadWordCounts(strings.NewReader("</s> 0\r\nrare 1\n\n the\t12 \nno\u00a0break 3"), Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"</s>", "rare", "the", "no\u00a0break"}, v.Words())
	require.Equal(t, []int64{0, 1, 12, 3}, v.counts)
	var file bytes.Buffer
	require.NoError(t, v.WriteWordCounts(&file))
	require.Equal(t, "</s> 0\nrare 1\nthe 12\nno\u00a0break 3\n", file.String())

	path := filepath.Join(t.TempDir(), "vocab.txt")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))
	again, err := LoadWordCounts(path, Config{MinCount: 2})
	require.NoError(t, err)
	require.Equal(t, []string{"the", "no\u00a0break"}, again.Words())

	for text, want := range map[string]struct {
		err  error
		says string
	}{
		"the 1\ncat\n":                           {ErrFormat, "line 2"},
		"new york 3\n":                           {ErrFormat, "line 1"},
		"the -1\n":                               {ErrCount, "line 1"},
		"the 1.5\n":                              {ErrCount, `"1.5"`},
		"a 1\nb 2\na 3\n":                        {ErrDuplicate, `"a"`},
		"\xff 3\n":                               {ErrInvalidUTF8, ""},
		"a 9223372036854775808":                  {ErrCount, "line 1"},
		"a 9223372036854775807\nb 1":             {ErrCount, "add up"},
		"a 1\n" + strings.Repeat("x", maxLine+1): {ErrTooLong, "line 2"},
	} {
		_, err := ReadWordCounts(strings.NewReader(text), Config{})
		require.ErrorIs(t, err, want.err, "%.40q", text)
		require.ErrorContains(t, err, want.says)
	}
	broken := errors.New("broken")
	_, err = ReadWordCounts(iotest.ErrReader(broken), Config{})
	require.ErrorIs(t, err, broken)
	_, err = LoadWordCounts(path+".none", Config{})
	require.ErrorIs(t, err, os.ErrNotExist)

	for _, word := range []string{"", "a b", "a\n", "\t"} {
		v, err := New([]string{"x", word}, nil, Config{})
		require.NoError(t, err)
		file.Reset()
		require.ErrorIs(t, v.WriteWordCounts(&file), ErrFormat)
		assert.Zero(t, file.Len(), "nothing is written")
	}
}

func FuzzReadWordCounts(f *testing.F) {
	f.Add("the 12\ncat 3\n")
	f.Add("</s> 0\r\n\n a\u2028b 1")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ReadWordCounts(strings.NewReader(text), Config{})
		if err != nil {
			return
		}
		var file bytes.Buffer
		require.NoError(t, v.WriteWordCounts(&file))
		again, err := ReadWordCounts(&file, Config{})
		require.NoError(t, err)
		requireSame(t, v, again)
	})
}
