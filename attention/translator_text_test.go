package attention

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vocab"
)

func TestPieces(t *testing.T) {
	require.Equal(t, []string{"¿￭", "Qué", "pasa", "￭?"}, vocab.Texts(pieces("¿Qué pasa?", false)))
	require.Equal(t, []string{"he", "said", "￭:", "\"￭", "don't", "￭\"", "￭."}, vocab.Texts(pieces("He said: \"Don't\".", true)))
	require.Empty(t, pieces(" \t", false))
	for _, text := range []string{"", "¿Qué pasa?", "He said: \"Don't\"...", "a-b c - d (e)", "3.14%, $5", "日本語 です。", "¡¿!?", "(a)(b)", "<s> </s>"} {
		require.Equal(t, text, join(vocab.Texts(pieces(text, false))))
	}
	require.Equal(t, "a■b", join(vocab.Texts(pieces("a\uffedb", false))))
}

func FuzzPieces(f *testing.F) {
	f.Add("¿Qué pasa?")
	f.Add("a\u00a0b \xff.")
	f.Fuzz(func(t *testing.T, text string) {
		blank := func(s string) string {
			return strings.Join(strings.Fields(strings.ReplaceAll(s, joiner, "■")), "")
		}
		got := join(vocab.Texts(pieces(text, false)))
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa1 || r >= 0x300 }) {
			return // controls and marks that no text shows
		}
		require.Equal(t, blank(text), blank(got))
	})
}
