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
		ids, types := e.input()
		require.True(t, slices.IsSorted(e.places))
		require.Len(t, e.labels, len(e.places))
		require.NotEmpty(t, e.labels)
		require.LessOrEqual(t, len(e.labels), max(1, (len(e.ids)*15+50)/100))
		whole := slices.Clone(ids)
		for k, place := range e.places {
			label := int(e.labels[k])
			require.NotContains(t, []int{pieces.Class(), pieces.Separator()}, label)
			whole[place] = label
			switch ids[place] {
			case pieces.Mask():
				masks++
			case label:
				kept++
			default:
				random++
				require.False(t, pieces.Special(ids[place]))
			}
		}
		hidden += len(e.labels)
		ordinary += len(e.ids) - 3
		require.Equal(t, pieces.Class(), whole[0])
		first := slices.Index(whole, pieces.Separator())
		require.Equal(t, pieces.Separator(), whole[len(whole)-1])
		for i, typ := range types {
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
		_, types := e.input()
		for k, place := range e.places {
			before := place - 1
			if int(e.labels[k]) == inside && types[before] == types[place] && before > 0 && int(e.ids[before]) != pieces.Separator() {
				require.Contains(t, e.places, before, "the beginning of the word is hidden with it")
			}
		}
	}
}

// Without pairs every piece of a document is in one sequence, in its order.
func TestPassages(t *testing.T) {
	corpus, pieces := numbered(t, 3, 20, 5)
	c := DefaultPretrainConfig()
	c.MaxPieces, c.Copies, c.NextSentence, c.Short = 32, 2, false, 0.3
	all, err := instances(t.Context(), pieces, corpus, c)
	require.NoError(t, err)
	var want, got []int
	for range c.Copies {
		for _, d := range corpus {
			for _, s := range d {
				for _, p := range pieces.Pieces(s) {
					want = append(want, p.ID)
				}
			}
		}
	}
	for _, e := range all {
		require.LessOrEqual(t, len(e.ids), 32)
		ids, types := e.input()
		require.NotContains(t, types, 1)
		require.NotEmpty(t, e.places)
		for k, place := range e.places {
			ids[place] = int(e.labels[k])
		}
		require.Equal(t, pieces.Class(), ids[0])
		require.Equal(t, pieces.Separator(), ids[len(ids)-1])
		got = append(got, ids[1:len(ids)-1]...)
	}
	require.Equal(t, want, got)
}
