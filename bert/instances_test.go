package bert

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// numbered is a corpus whose pieces are numbers in order, so that a passage
// shows where it is from, with the pieces of it.
func numbered(t *testing.T, documents, sentences, words int) ([]Document, *wordpiece.Tokenizer) {
	t.Helper()
	tokens := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
	var corpus []Document
	for d := range documents {
		var doc Document
		for s := range sentences {
			var line []string
			for w := range words {
				k := (d*sentences+s)*words + w
				word := string(rune('a'+k/676%26)) + string(rune('a'+k/26%26)) + string(rune('a'+k%26))
				line = append(line, word+"xx")
				tokens = append(tokens, word)
			}
			doc = append(doc, strings.Join(line, " "))
		}
		corpus = append(corpus, doc)
	}
	tok, err := wordpiece.New(append(tokens, "##xx"), wordpiece.DefaultConfig())
	require.NoError(t, err)
	return corpus, tok
}

func TestInstances(t *testing.T) {
	corpus, pieces := numbered(t, 10, 20, 5)
	c := DefaultPretrainConfig()
	c.MaxPieces, c.Copies = 64, 40
	all, err := instances(t.Context(), pieces, corpus, c)
	require.NoError(t, err)
	again, err := instances(t.Context(), pieces, corpus, c)
	require.NoError(t, err)
	require.Equal(t, all, again, "same seed, same examples")
	var masks, kept, random, hidden, ordinary, apart, short int
	for _, e := range all {
		require.LessOrEqual(t, len(e.ids), 64)
		require.Len(t, e.types, len(e.ids))
		require.Equal(t, 0, e.wanted[0])
		require.True(t, slices.IsSorted(e.wanted))
		require.Len(t, e.labels, len(e.wanted)-1)
		require.NotEmpty(t, e.labels)
		require.LessOrEqual(t, len(e.labels), max(1, (len(e.ids)*15+50)/100))
		whole := slices.Clone(e.ids)
		for k, place := range e.wanted[1:] {
			require.NotContains(t, []int{pieces.Class(), pieces.Separator()}, e.labels[k])
			whole[place] = e.labels[k]
			switch e.ids[place] {
			case pieces.Mask():
				masks++
			case e.labels[k]:
				kept++
			default:
				random++
				require.False(t, pieces.Special(e.ids[place]))
			}
		}
		hidden += len(e.labels)
		ordinary += len(e.ids) - 3
		require.Equal(t, pieces.Class(), whole[0])
		first := slices.Index(whole, pieces.Separator())
		require.Equal(t, pieces.Separator(), whole[len(whole)-1])
		for i, typ := range e.types {
			require.Equal(t, i > first, typ == 1)
		}
		a, b := whole[1:first], whole[first+1:len(whole)-1]
		require.NotEmpty(t, a)
		require.NotEmpty(t, b)
		if e.follows == 1 {
			apart++
		} else if x, y := document(a), document(b); x >= 0 && y >= 0 {
			require.Equal(t, x, y, "what follows is of the same document")
		}
		if len(whole) < 50 {
			short++
		}
	}
	n := float64(hidden)
	require.InDelta(t, 0.8, float64(masks)/n, 0.02)
	require.InDelta(t, 0.1, float64(kept)/n, 0.02)
	require.InDelta(t, 0.1, float64(random)/n, 0.02)
	require.InDelta(t, 0.15, n/float64(ordinary), 0.02)
	require.InDelta(t, 0.5, float64(apart)/float64(len(all)), 0.08)
	require.Positive(t, short)
}

// document is that which a passage of numbered is from: 5 special tokens come
// before its pieces, and "##xx" is the last of all.
func document(passage []int) int {
	for _, id := range passage {
		if id < 1005 {
			return (id - 5) / 100
		}
	}
	return -1
}

func TestWholeWords(t *testing.T) {
	corpus, pieces := numbered(t, 4, 20, 5)
	c := DefaultPretrainConfig()
	c.MaxPieces, c.Copies, c.WholeWords = 64, 3, true
	all, err := instances(t.Context(), pieces, corpus, c)
	require.NoError(t, err)
	inside, ok := pieces.ID("##xx")
	require.True(t, ok)
	for _, e := range all {
		for k, place := range e.wanted[1:] {
			if e.labels[k] == inside && e.types[place-1] == e.types[place] && place > 1 && e.ids[place-1] != pieces.Separator() {
				require.Contains(t, e.wanted, place-1, "the beginning of the word is hidden with it")
			}
		}
	}
}
