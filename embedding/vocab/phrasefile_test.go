package vocab

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPhrasesFile(t *testing.T) {
	p := york(t)
	require.NoError(t, p.add([]string{"\t", `\`}, 1e-300))
	require.NoError(t, p.add([]string{"", "東京"}, -1./3))
	p.sort()
	text, err := p.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "verso-phrases 1 phrases=5 connectors=2\n_\nof\nthe\n9\tyork\tcity\n8\tbank\tof\tthe\twest\n8\tnew\tyork\n"+
		"1e-300\t"+`\t`+"\t"+`\\`+"\n-0.3333333333333333\t\t東京\n", string(text))
	var back Phrases
	require.NoError(t, back.UnmarshalText(text))
	require.Equal(t, p, &back)
	path := filepath.Join(t.TempDir(), "phrases.txt")
	require.NoError(t, p.SaveFile(path))
	loaded, err := LoadPhrases(path)
	require.NoError(t, err)
	require.Equal(t, p, loaded)
	_, err = LoadPhrases(path + ".none")
	require.ErrorIs(t, err, fs.ErrNotExist)

	text, err = new(Phrases).MarshalText()
	require.NoError(t, err)
	require.NoError(t, back.UnmarshalText(text))
	require.Zero(t, back.Len())

	for name, test := range map[string]struct {
		text string
		want error
		says string
	}{
		"a vocabulary":     {"verso-vocabulary 1 words=0 special=0\n", ErrFormat, "line 1"},
		"no sizes":         {"verso-phrases 1\n", ErrFormat, "line 1"},
		"cut in the head":  {"verso-phrases 1 phrases=0 connectors=1\n_\n", ErrFormat, "1 connectors"},
		"too few":          {"verso-phrases 1 phrases=1 connectors=0\n_\n", ErrFormat, "1 phrases"},
		"too many":         {"verso-phrases 1 phrases=1 connectors=0\n_\n1\ta\tb\n1\ta\tc\n", ErrFormat, "line 4"},
		"no end":           {"verso-phrases 1 phrases=1 connectors=0\n_\n1\ta\tb", ErrFormat, "line 3"},
		"score":            {"verso-phrases 1 phrases=1 connectors=0\n_\nx\ta\tb\n", ErrFormat, `score "x"`},
		"NaN":              {"verso-phrases 1 phrases=1 connectors=0\n_\nNaN\ta\tb\n", ErrFormat, "NaN"},
		"one word":         {"verso-phrases 1 phrases=1 connectors=0\n_\n1\ta\n", ErrFormat, "two words"},
		"three words":      {"verso-phrases 1 phrases=1 connectors=0\n_\n1\ta\tb\tc\n", ErrFormat, "connectors within"},
		"connector at end": {"verso-phrases 1 phrases=1 connectors=1\n_\nof\n1\ta\tof\n", ErrFormat, "connectors within"},
		"twice":            {"verso-phrases 1 phrases=2 connectors=0\n_\n1\ta\tb\n2\ta\tb\n", ErrDuplicate, "line 4"},
		"not UTF-8":        {"verso-phrases 1 phrases=1 connectors=0\n_\n1\ta\t\xff\n", ErrInvalidUTF8, "line 3"},
		"delimiter":        {"verso-phrases 1 phrases=0 connectors=0\n\xff\n", ErrFormat, "line 2"},
		"escape":           {"verso-phrases 1 phrases=1 connectors=0\n_\n1\ta\t\\x\n", ErrFormat, "escape"},
	} {
		stays := *p
		err := stays.UnmarshalText([]byte(test.text))
		require.ErrorIs(t, err, test.want, name)
		require.ErrorContains(t, err, test.says, name)
		require.Equal(t, p, &stays, name)
	}
	require.ErrorIs(t, newPhrases("\xff", nil).Write(io.Discard), ErrInvalidUTF8)
	require.ErrorIs(t, newPhrases(strings.Repeat("x", maxWord+1), nil).Write(io.Discard), ErrTooLong)
	broken := errors.New("broken")
	require.ErrorIs(t, p.Write(brokenWriter{broken}), broken)
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func FuzzReadPhrases(f *testing.F) {
	f.Add("verso-phrases 1 phrases=2 connectors=1\n_\nof\n31.5\tnew\tyork\n12.25\tbank\tof\tamerica\n")
	f.Add("verso-phrases 1 phrases=0 connectors=0\n\\t\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPhrases(strings.NewReader(text))
		if err != nil {
			return
		}
		for words := range p.All() {
			require.Equal(t, []string{strings.Join(words, p.delimiter)}, p.Join(words))
		}
		var file bytes.Buffer
		require.NoError(t, p.Write(&file))
		again, err := ReadPhrases(&file)
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}
