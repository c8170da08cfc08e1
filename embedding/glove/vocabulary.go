package glove

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// BuildVocabulary numbers the words of a corpus as the C program does: by falling count, equal counts in the order of
// their bytes. Words of less than minCount are left out; of the rest, the maxWords most frequent stay (0: all). It has
// no special words.
func BuildVocabulary(corpus iter.Seq[[]string], minCount int64, maxWords int) (*vocab.Vocabulary, error) {
	var seen vocab.Counter
	distinct := map[string]struct{}{}
	for sentence := range corpus {
		for _, word := range sentence {
			if seen.Count(word) == 0 {
				distinct[word] = struct{}{}
			}
			seen.Add(word)
		}
	}
	words := make([]string, 0, len(distinct))
	for word := range distinct {
		words = append(words, word)
	}
	slices.SortFunc(words, cmp.Compare[string])

	var ordered vocab.Counter // equal counts keep the order of their first appearance: now that of their bytes
	for _, word := range words {
		if err := ordered.AddN(word, seen.Count(word)); err != nil {
			return nil, fmt.Errorf("glove: %w", err)
		}
	}
	v, err := ordered.Vocabulary(vocab.Config{MinCount: minCount, MaxSize: maxWords})
	if err != nil {
		return nil, fmt.Errorf("glove: %w", err)
	}
	return v, nil
}
