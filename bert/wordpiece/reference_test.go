package wordpiece_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// unzip reads a compressed file of testdata.
func unzip(t testing.TB, name string) *bytes.Buffer {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = b.ReadFrom(z)
	require.NoError(t, err)
	return &b
}

func uncased(t testing.TB) *wordpiece.Tokenizer {
	t.Helper()
	tok, err := wordpiece.Read(unzip(t, "vocab.txt.gz"), wordpiece.DefaultConfig())
	require.NoError(t, err)
	return tok
}

// The ids, tokens and types of 142 texts and 60 pairs by Hugging Face's tokenizer
// with the vocabulary of bert-base-uncased.
func TestGoldenWordPiece(t *testing.T) {
	var reference struct {
		Single []struct {
			Text   string
			Ids    []int
			Tokens []string
			Types  []int `json:"type_ids"`
		}
		Pairs []struct {
			A, B  string
			Ids   []int
			Types []int `json:"type_ids"`
		}
	}
	require.NoError(t, json.Unmarshal(unzip(t, "wordpiece-reference.json.gz").Bytes(), &reference))
	require.Len(t, reference.Single, 142)
	require.Len(t, reference.Pairs, 60)
	tok := uncased(t)
	require.Equal(t, 30522, tok.Len())
	for _, r := range reference.Single {
		e, err := tok.Encode(r.Text, 0)
		require.NoError(t, err)
		var tokens []string
		for _, p := range e.Tokens {
			tokens = append(tokens, p.Text)
		}
		require.Equal(t, r.Tokens, tokens, "%q", r.Text)
		require.Equal(t, r.Ids, e.IDs, "%q", r.Text)
		require.Equal(t, r.Types, e.Types, "%q", r.Text)
		checkOffsets(t, r.Text, e.Tokens[1:len(e.Tokens)-1])
	}
	for _, r := range reference.Pairs {
		e, err := tok.EncodePair(r.A, r.B, 0)
		require.NoError(t, err)
		require.Equal(t, r.Ids, e.IDs, "%q | %q", r.A, r.B)
		require.Equal(t, r.Types, e.Types, "%q | %q", r.A, r.B)
	}
}

// checkOffsets fails unless the bytes of the tokens rise and lie within the text,
// and, of a piece in ASCII, spell it but for case.
func checkOffsets(t *testing.T, text string, tokens []wordpiece.Token) {
	t.Helper()
	last := 0
	for _, p := range tokens {
		require.LessOrEqual(t, p.Start, p.End)
		require.LessOrEqual(t, p.End, len(text))
		require.GreaterOrEqual(t, p.End, last, "%q of %q", p.Text, text)
		last = p.End
		if from := text[p.Start:p.End]; ascii(from) && p.Text != "[UNK]" && !strings.ContainsAny(from, "\x00\x07\x7f") {
			require.Equal(t, strings.TrimPrefix(p.Text, "##"), tokenCase(p.Text, from), "%q of %q", p.Text, text)
		}
	}
}

func tokenCase(token, from string) string {
	if strings.HasPrefix(token, "[") && len(token) > 1 {
		return from
	}
	return strings.ToLower(from)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
