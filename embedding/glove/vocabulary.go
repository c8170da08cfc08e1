package glove

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// BuildVocabulary numbers the words of a corpus as the C program does: by falling count, equal counts in the order of
// their bytes. Words of less than minCount are left out; of the rest, the maxWords most frequent stay (0: all). It has
// no special words. Errors: [ErrConfig], those of [vocab.Counter.Vocabulary], and that of ctx.
func BuildVocabulary(ctx context.Context, corpus iter.Seq[[]string], minCount int64, maxWords int) (*vocab.Vocabulary, error) {
	return vocabulary(ctx, sentences(corpus), minCount, maxWords)
}

func vocabulary(ctx context.Context, corpus tokens, minCount int64, maxWords int) (*vocab.Vocabulary, error) {
	if minCount < 0 || maxWords < 0 {
		return nil, fmt.Errorf("%w: MinCount %d and MaxWords %d, want 0 or more", ErrConfig, minCount, maxWords)
	}
	var seen vocab.Counter
	if err := corpus.each(ctx, func(word string, _ bool) { seen.Add(word) }); err != nil {
		return nil, fmt.Errorf("glove: counting words: %w", err)
	}
	type counted struct {
		word  string
		count int64
	}
	words := make([]counted, 0, seen.Len())
	for word, count := range seen.All() {
		words = append(words, counted{word, count})
	}
	slices.SortFunc(words, func(a, b counted) int { return strings.Compare(a.word, b.word) })

	var ordered vocab.Counter // equal counts keep the order of their first appearance: now that of their bytes
	for _, w := range words {
		if err := ordered.AddN(w.word, w.count); err != nil {
			return nil, fmt.Errorf("glove: %w", err)
		}
	}
	v, err := ordered.Vocabulary(vocab.Config{MinCount: minCount, MaxSize: maxWords})
	if err != nil {
		return nil, fmt.Errorf("glove: %w", err)
	}
	return v, nil
}
