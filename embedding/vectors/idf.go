package vectors

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
)

// IDF weighs words by how few sentences hold them, with N sentences and N_w of them
// holding w:
//
//	IDF_w = log((1+N) / (1+N_w))
//
// A word that no sentence holds has the largest weight, log(1+N); one in every sentence
// has 0. The zero value has seen nothing and weighs every word 0. It does not change
// once made.
type IDF struct {
	sentences int
	holding   map[string]int
}

// CountIDF counts the sentences and, for each word, those that hold it.
func CountIDF(sentences iter.Seq[[]string]) IDF {
	f := IDF{holding: map[string]int{}}
	last := map[string]int{} // the last sentence that held the word, from 1
	for tokens := range sentences {
		f.sentences++
		for _, w := range tokens {
			switch seen := last[w]; seen {
			case f.sentences:
				continue
			case 0:
				w = strings.Clone(w) // else one word would keep its whole text alive
			}
			last[w] = f.sentences
			f.holding[w]++
		}
	}
	return f
}

// NewIDF makes an IDF of counts that were made elsewhere: of sentences, and of those that
// hold each word, which must be 0 … sentences ([ErrOptions]).
func NewIDF(sentences int, holding map[string]int) (IDF, error) {
	for w, n := range holding {
		if n < 0 || n > sentences {
			return IDF{}, fmt.Errorf("%w: %d sentences hold %q, want 0 … %d", ErrOptions, n, w, sentences)
		}
	}
	if sentences < 0 {
		return IDF{}, fmt.Errorf("%w: %d sentences", ErrOptions, sentences)
	}
	return IDF{sentences, maps.Clone(holding)}, nil
}

// Sentences is the number of sentences N.
func (f IDF) Sentences() int { return f.sentences }

// Holding is the number N_w of sentences that hold a word.
func (f IDF) Holding(word string) int { return f.holding[word] }

// All yields the words that a sentence holds, in the order of their bytes, each with N_w.
func (f IDF) All() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, w := range slices.Sorted(maps.Keys(f.holding)) {
			if !yield(w, f.holding[w]) {
				return
			}
		}
	}
}

// Weight is IDF_w, a weight for [SentenceConfig].
func (f IDF) Weight(word string) float64 {
	return math.Log(float64(1+f.sentences) / float64(1+f.holding[word]))
}
