package multimodal

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

func TestTokenizers(t *testing.T) {
	r := reader{}
	for name, want := range map[string][]string{
		"alphanumeric": {"caf", "don", "t", "2", "pi", "ata"}, "letters": {"café", "don", "t", "2", "piñata"},
	} {
		r.tokenize, _ = tokenizer(name)
		assert.Equal(t, want, r.tokens("Café: DON'T (2) Piñata!"))
		assert.Empty(t, r.tokens(" ?! "))
	}
	assert.Equal(t, []string{"alphanumeric", "letters"}, Tokenizers())
}

func newTestReader(t *testing.T, c TextConfig, texts ...string) *reader {
	t.Helper()
	vecs, err := vectors.FromRows([]string{"red", "sun"}, [][]float32{{1, 0}, {0, 2}})
	require.NoError(t, err)
	c.Tokenizer, c.Dim = "letters", 2
	tables, err := countTables(texts, vecs, c)
	require.NoError(t, err)
	ps := verso.NewParams(1)
	r := newReader(ps, tables, c)
	require.NoError(t, ps.Err())
	r.learn(texts, vecs)
	return r
}

// dense are the features of one level of a text.
func dense(r *reader, l Level, text string) []float32 {
	x := make([]float32, r.width(l))
	r.read(text).levels[slices.Index(r.cfg.Levels, l)].expand(x)
	return x
}

func TestTextLevels(t *testing.T) {
	all := []Level{Bag, WordVectors, NGrams}
	r := newTestReader(t, TextConfig{Levels: all, NGram: [2]int{3, 4}, StopWords: "en"}, "The red car", "a red red hat of a car")
	assert.Equal(t, []string{"red", "car", "hat"}, r.bag.Words())
	assert.Equal(t, []float32{3, 0, 1}, dense(r, Bag, "Red, red: RED hat on the moon"))
	assert.Equal(t, []float32{0.5, 1}, dense(r, WordVectors, "a red sun over the moon"), "words without a vector do not count, words outside the captions do")
	assert.Equal(t, []float32{0, 0}, dense(r, WordVectors, "moon"))
	assert.Equal(t, []string{"<ca", "car", "ar>", "<car", "car>"}, r.ngrams([]string{"car"}))
	assert.Empty(t, r.ngrams([]string{}))
	grams := dense(r, NGrams, "cars")
	assert.Len(t, grams, r.grams.Len())
	id, _ := r.grams.ID("car")
	assert.Equal(t, float32(1), grams[id])

	kept := newTestReader(t, TextConfig{Levels: all, NGram: [2]int{3, 3}, MinCount: 2}, "The red car", "a red red hat of a car")
	assert.Equal(t, []string{"red", "car", "a"}, kept.bag.Words())
}

func TestIDFAndNorms(t *testing.T) {
	r := newTestReader(t, TextConfig{Levels: []Level{Bag, WordVectors}, IDF: true}, "red car", "red hat")
	rare := float32(math.Log(3.0 / 2))
	assert.InDeltaSlice(t, []float32{0, rare, 0}, dense(r, Bag, "red car"), 1e-6, "what every caption has says nothing")
	assert.InDeltaSlice(t, []float32{0, 2 * float32(math.Log(3)) / 2}, dense(r, WordVectors, "red sun"), 1e-6)
	r = newTestReader(t, TextConfig{Levels: []Level{Bag, WordVectors}, Norms: []float64{0, 5}}, "red car", "red hat")
	assert.Equal(t, []float32{2, 0, 0}, dense(r, Bag, "red red"))
	assert.InDeltaSlice(t, []float32{5 * 0.4472136, 5 * 0.8944272}, dense(r, WordVectors, "red sun"), 1e-5)
}

func TestRunsEndWithTheWord(t *testing.T) {
	r := newTestReader(t, TextConfig{Levels: []Level{NGrams}, NGram: [2]int{3, math.MaxInt}}, "car")
	assert.Equal(t, []string{"<ca", "car", "ar>", "<car", "car>", "<car>"}, r.ngrams([]string{"car"}))
}

func TestWordNumbers(t *testing.T) {
	words := func(v interface{ Words() []string }, ids []int) (got []string) {
		for _, id := range ids {
			got = append(got, v.Words()[id])
		}
		return got
	}
	r := newTestReader(t, TextConfig{Levels: []Level{GRU}, Marks: true, MaxWords: 3, MinCount: 2}, "red car", "red hat")
	assert.Equal(t, []string{start, "red", unknown, unknown, end}, words(r.words, r.read("RED sun car car").ids), "rare words are unknown, also with a given vector")
	assert.Len(t, r.read("").ids, 2)
	r = newTestReader(t, TextConfig{Levels: []Level{GRU}, FrozenWords: true, MaxWords: 2}, "red car")
	assert.Equal(t, []string{"red", "sun"}, words(r.given, r.read("RED moon sun red").ids), "words without a given vector are passed over")
	assert.Empty(t, r.read("moon").ids)
	assert.Zero(t, r.words.Len()-3, "and none is learned")
}
