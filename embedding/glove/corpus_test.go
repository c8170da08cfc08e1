package glove

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// A text gives the model of its lines, however its bytes come, and can be gone over from where it stood.
func TestTrainLines(t *testing.T) {
	c := small()
	want := trained(t, c)
	file := unpacked(t, "corpus.txt.gz")
	path := filepath.Join(t.TempDir(), "corpus.txt")
	require.NoError(t, os.WriteFile(path, append([]byte("not this line\n"), file...), 0o600))
	on, err := os.Open(path)
	require.NoError(t, err)
	defer on.Close()
	_, err = on.Seek(int64(len("not this line\n")), io.SeekStart)
	require.NoError(t, err)
	for name, r := range map[string]io.Reader{
		"in memory": bytes.NewReader(file), "a file from its second line on": on,
		"cannot be rewound": iotest.OneByteReader(bytes.NewReader(file)),
	} {
		m, err := TrainLines(t.Context(), r, c)
		require.NoError(t, err, name)
		require.Equal(t, want, saved(t, m), name)
	}
}

// One line is one sentence, whatever its length.
func TestTrainOneLongLine(t *testing.T) {
	text := bytes.ReplaceAll(unpacked(t, "corpus.txt.gz"), []byte("\n"), []byte(" "))
	text = bytes.Repeat(text, 7) // more than is kept of a sentence
	one := slices.Values([][]string{strings.Fields(string(text))})
	require.Greater(t, len(bytes.Fields(text)), 1<<16+5)
	c := small()
	c.Epochs = 1
	want, err := Train(t.Context(), one, c)
	require.NoError(t, err)
	got, err := TrainLines(t.Context(), bytes.NewReader(text), c)
	require.NoError(t, err)
	require.Equal(t, saved(t, want), saved(t, got))

	words := want.Vocabulary()
	counts, err := Count(t.Context(), one, words, c.Count)
	require.NoError(t, err)
	pairs := 0.0
	for _, x := range counts {
		pairs += x.Value
	}
	var full float64
	for d := 1; d <= c.Count.Window; d++ {
		full += 2 * float64(int(words.Total())-d) / float64(d)
	}
	require.InEpsilon(t, full, pairs, 1e-10, "n−d pairs at distance d, counted from both sides")
}

func TestWordsOfALine(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "\n \n": "", "a": "a.", "a\nb": "a. b.", " a\tb \r\n\n c\u00a0d\n": "a b. c d.", "a \xff\xe3 b\xe2": "a \xff\xe3 b\xe2.",
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			read, err := newText(r)
			require.NoError(t, err)
			for range 2 {
				var got []string
				for word, last := range tokens(read.tokens) {
					if last {
						word += "."
					}
					got = append(got, word)
				}
				require.NoError(t, read.err)
				require.Equal(t, want, strings.Join(got, " "), "%q", text)
			}
		}
	}
}

func TestTrainLinesErrors(t *testing.T) {
	broken := errors.New("broken")
	_, err := TrainLines(t.Context(), iotest.ErrReader(broken), small())
	require.ErrorIs(t, err, broken)
	_, err = TrainLines(t.Context(), failing{strings.NewReader("a b a b"), broken}, small())
	require.ErrorIs(t, err, broken)
	_, err = TrainLines(t.Context(), strings.NewReader("a "+strings.Repeat("x", 1<<17)), small())
	require.ErrorIs(t, err, ErrCorpus)
	require.ErrorContains(t, err, "a word of more than")
	_, err = TrainLines(t.Context(), strings.NewReader("a b"), small())
	require.ErrorIs(t, err, ErrCorpus)
}

// failing fails where its text ends.
type failing struct {
	io.ReadSeeker
	err error
}

func (f failing) Read(b []byte) (int, error) {
	n, err := f.ReadSeeker.Read(b)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}
