package course

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

var (
	errConfig, errCorpus = errors.New("bad config"), errors.New("bad corpus")
	errFile, errNaN      = errors.New("bad file"), errors.New("not finite")
	testKind             = Kind{"test", errConfig, errCorpus, errFile, errNaN}
)

// read gives the sequences of a text, in words.
func read(t *testing.T, text *Text, from io.Reader) [][]string {
	t.Helper()
	require.NoError(t, text.Lines(from, unicode.IsSpace))
	words, corpus := text.Raw()
	var all [][]string
	for _, ids := range corpus.All() {
		var line []string
		for _, id := range ids {
			line = append(line, words[id])
		}
		all = append(all, line)
	}
	return all
}

func TestLines(t *testing.T) {
	for text, want := range map[string][][]string{
		"":                      nil,
		"\n":                    {nil},
		"a b\n\n c\ta \r\nd":    {{"a", "b"}, nil, {"c", "a"}, {"d"}},
		"one\u3000two\u00a0x\n": {{"one", "two", "x"}},
		"no end":                {{"no", "end"}},
	} {
		require.Equal(t, want, read(t, testKind.NewText(t.Context()), strings.NewReader(text)), "%q", text)
		require.Equal(t, want, read(t, testKind.NewText(t.Context()), iotest.OneByteReader(strings.NewReader(text))), "%q", text)
	}
	text := testKind.NewText(t.Context())
	text.Stop, text.Skip = ".", func(word []byte) bool { return word[0] == '#' }
	require.Equal(t, [][]string{{"a", "b", "."}, {"c", "."}, {"."}, {"."}, {"."}, {"d", "."}}, read(t, text, strings.NewReader("a #x b . c\n.\n#y\nd")))
}

// A line of many times what is held at once is read in pieces, and no word is cut, whatever stands at their ends.
func TestLongLine(t *testing.T) {
	for _, blank := range []string{" ", "\u3000"} {
		for shift := range 3 {
			words := []string{strings.Repeat("y", shift+1)}
			for n := 0; n < buffer+buffer/3; n += 7 + len(blank) {
				words = append(words, "éà1çx"[:7])
			}
			text := testKind.NewText(t.Context())
			var got []string
			for _, line := range read(t, text, strings.NewReader(strings.Join(words, blank))) {
				require.LessOrEqual(t, len(line), loglinear.Longest)
				got = append(got, line...)
			}
			require.True(t, slices.Equal(words, got), "%q %d", blank, shift)
			require.Equal(t, (len(words)+loglinear.Longest-1)/loglinear.Longest, text.Sequences())
		}
	}
	err := testKind.NewText(t.Context()).Lines(strings.NewReader("a\n"+strings.Repeat("x", 3*buffer)), unicode.IsSpace)
	require.ErrorIs(t, err, errCorpus)
	require.ErrorContains(t, err, "line 2")
	broken := errors.New("broken")
	err = testKind.NewText(t.Context()).Lines(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), unicode.IsSpace)
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "test: reading line 2")
}

// Whoever reads for ever is stopped by the context.
func TestReadingIsCancelled(t *testing.T) {
	for name, sentence := range map[string][]string{"words": {"a", "b"}, "empty": nil} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := testKind.NewText(ctx).Sentences(func(yield func([]string) bool) {
			for ; yield(sentence); n++ {
				if n == 10 {
					cancel()
				}
			}
		})
		require.ErrorIs(t, err, context.Canceled, name)
		require.ErrorContains(t, err, "test: reading", name)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, testKind.NewText(done).Lines(strings.NewReader("a"), unicode.IsSpace), context.Canceled)
}

func TestCut(t *testing.T) {
	for _, x := range []struct {
		count int64
		most  int
		words string
		ids   []int32
	}{
		{1, 0, "b c a d", []int32{2, 0, 0, 1, 0, 1, 3}}, {2, 0, "b c", []int32{0, 0, 1, 0, 1}}, {0, 1, "b", []int32{0, 0, 0}},
	} {
		text := testKind.NewText(t.Context())
		require.NoError(t, text.Sentences(slices.Values([][]string{{"a", "b", "b", "c", "b", "c", "d"}})))
		words, counts, corpus, err := text.Cut(x.count, x.most, 1)
		require.NoError(t, err)
		require.Equal(t, x.words, strings.Join(words, " "))
		require.Equal(t, []int64{3, 2, 1, 1}[:len(words)], counts)
		require.Equal(t, x.ids, corpus.At(0))
	}
	_, _, _, err := testKind.NewText(t.Context()).Cut(3, 0, 2)
	require.ErrorIs(t, err, errCorpus)
}
