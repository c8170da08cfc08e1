package glove

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// Cooccurrence is one element X_ij of the counts: word i, context j, by their ids.
type Cooccurrence struct {
	Word, Context int32
	Value         float64
}

// Count goes over the sentences of a corpus and returns every X_ij that is not 0, sorted by word and context.
//
// Words outside the vocabulary are taken out before windows are laid, also where it has an unknown word to stand for
// them, and no window reaches over the end of a sentence. A word that is its own context counts twice where windows are
// symmetric, as in the C program.
//
// It costs two additions a token and place in the window. Pairs of frequent words are added up in a table of 25 MB, the
// others are collected, sorted and merged. Errors: [ErrConfig], and that of ctx.
func Count(ctx context.Context, corpus iter.Seq[[]string], words *vocab.Vocabulary, cfg CountConfig) ([]Cooccurrence, error) {
	return count(ctx, sentences(corpus), words, cfg)
}

func count(ctx context.Context, corpus tokens, words *vocab.Vocabulary, cfg CountConfig) ([]Cooccurrence, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	c := newCounter(words.Len())
	var ids []int // of the sentence so far
	err := corpus.each(ctx, func(word string, last bool) {
		if j, ok := words.ID(word); ok {
			c.addWindow(ids, j, cfg)
			ids = append(ids, j)
		}
		switch {
		case last:
			ids = ids[:0]
		case len(ids) > 1<<16 && len(ids) > 2*cfg.Window: // of a long sentence, what windows can reach
			ids = slices.Delete(ids, 0, len(ids)-cfg.Window)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("glove: counting: %w", err)
	}
	return c.result(), nil
}

// addWindow adds the pairs of word j with those to its left.
func (c *counter) addWindow(left []int, j int, cfg CountConfig) {
	for distance := 1; distance <= min(cfg.Window, len(left)); distance++ {
		i, weight := left[len(left)-distance], 1.0
		if cfg.Distance {
			weight = 1 / float64(distance)
		}
		c.add(i, j, weight)
		if cfg.Symmetric {
			c.add(j, i, weight)
		}
	}
}

// denseProduct bounds the table: pair (i, j) is in it if (i+1)·(j+1) is at most this, which holds some 3 million pairs of
// a large vocabulary.
const denseProduct = 1 << 18

// counter adds up weights of pairs.
type counter struct {
	dense  []float64 // row after row, each as long as denseProduct allows
	offset []int     // of the rows
	words  int
	loose  []Cooccurrence
	merged []Cooccurrence // sorted, each pair once
}

func newCounter(words int) *counter {
	c := &counter{words: words}
	size := 0
	for i := range min(words, denseProduct) {
		c.offset = append(c.offset, size)
		size += min(words, denseProduct/(i+1))
	}
	c.dense = make([]float64, size)
	return c
}

func (c *counter) add(word, context int, weight float64) {
	if (word+1)*(context+1) <= denseProduct {
		c.dense[c.offset[word]+context] += weight
		return
	}
	c.loose = append(c.loose, Cooccurrence{int32(word), int32(context), weight})
	// As much again as there is already, so that merging costs a constant number of passes.
	if len(c.loose) >= max(1<<20, len(c.merged)/2) {
		c.merge()
	}
}

func byPair(a, b Cooccurrence) int {
	return cmp.Or(cmp.Compare(a.Word, b.Word), cmp.Compare(a.Context, b.Context))
}

// merge adds the loose weights to the merged ones, those of a pair in the order in which they came.
func (c *counter) merge() {
	sorted := sortPairs(c.loose, make([]Cooccurrence, len(c.loose)), c.words)
	c.merged = mergeSorted(c.merged, sumRuns(sorted))
	c.loose = c.loose[:0]
}

// sumRuns adds up neighbours that are the same pair, in place.
func sumRuns(sorted []Cooccurrence) []Cooccurrence {
	n := 0
	for i, x := range sorted {
		if i > 0 && byPair(sorted[n-1], x) == 0 {
			sorted[n-1].Value += x.Value
			continue
		}
		sorted[n] = x
		n++
	}
	return sorted[:n]
}

// mergeSorted merges two sorted lists in which no pair comes twice, adding up what is in both.
func mergeSorted(a, b []Cooccurrence) []Cooccurrence {
	into := make([]Cooccurrence, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch order := byPair(a[0], b[0]); {
		case order < 0:
			into, a = append(into, a[0]), a[1:]
		case order > 0:
			into, b = append(into, b[0]), b[1:]
		default:
			into = append(into, Cooccurrence{a[0].Word, a[0].Context, a[0].Value + b[0].Value})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(into, a...), b...)
}

func (c *counter) result() []Cooccurrence {
	c.merge()
	var frequent []Cooccurrence
	for word, begin := range c.offset {
		end := len(c.dense)
		if word+1 < len(c.offset) {
			end = c.offset[word+1]
		}
		for context, x := range c.dense[begin:end] {
			if x != 0 {
				frequent = append(frequent, Cooccurrence{int32(word), int32(context), x})
			}
		}
	}
	return mergeSorted(frequent, c.merged)
}
