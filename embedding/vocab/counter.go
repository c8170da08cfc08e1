package vocab

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// Counter counts words, a few at a time, until a [Vocabulary] is made of them.
// The zero value is ready. A Counter is not safe for concurrent use.
type Counter struct {
	index  map[string]int
	words  []string // in order of first appearance
	counts []int64
}

// Add counts one token.
func (c *Counter) Add(token string) { _ = c.AddN(token, 1) }

// AddAll counts every token of the sequence.
func (c *Counter) AddAll(tokens iter.Seq[string]) {
	for t := range tokens {
		c.Add(t)
	}
}

// AddN counts a token n times, as a list of words with counts needs it. A negative
// n, or a sum beyond 2^63-1, changes nothing and returns [ErrCount].
func (c *Counter) AddN(token string, n int64) error {
	i, ok := c.index[token]
	switch {
	case n < 0:
		return fmt.Errorf("%w: %d times %q, want 0 or more", ErrCount, n, token)
	case ok && n > math.MaxInt64-c.counts[i]:
		return fmt.Errorf("%w: %d and %d times %q add up to more than 2^63-1", ErrCount, c.counts[i], n, token)
	case ok:
		c.counts[i] += n
		return nil
	}
	if c.index == nil {
		c.index = make(map[string]int)
	}
	token = strings.Clone(token) // else one word would keep its whole text alive
	c.index[token] = len(c.words)
	c.words = append(c.words, token)
	c.counts = append(c.counts, n)
	return nil
}

// Len is the number of distinct words counted so far.
func (c *Counter) Len() int { return len(c.words) }

// Count returns how often a word was counted so far.
func (c *Counter) Count(word string) int64 {
	if i, ok := c.index[word]; ok {
		return c.counts[i]
	}
	return 0
}

// All yields each word with its count, in the order of first appearance.
func (c *Counter) All() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for i, w := range c.words {
			if !yield(w, c.counts[i]) {
				return
			}
		}
	}
}

// Vocabulary orders and cuts the counted words as cfg says. The Counter stays as
// it is and can go on counting. Errors: [ErrConfig], [ErrDuplicate] for a special
// word named twice, [ErrInvalidUTF8] and [ErrTooLong] for a word that is to be
// kept, [ErrCount].
func (c *Counter) Vocabulary(cfg Config) (*Vocabulary, error) {
	return c.vocabulary(cfg, func(places []int) {
		// Stable: they are in order of first appearance, and equal counts stay so.
		slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(c.counts[b], c.counts[a]) })
	})
}

// vocabulary gives ids to the words that cfg keeps, in the order that order puts their
// places in c.words into.
func (c *Counter) vocabulary(cfg Config, order func(places []int)) (*Vocabulary, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	isSpecial := make(map[string]bool, len(cfg.Special))
	for _, w := range cfg.Special {
		isSpecial[w] = true
	}
	kept := make([]int, 0, len(c.words)) // places in c.words
	for i, w := range c.words {
		if !isSpecial[w] && (cfg.MinCount <= 1 || c.counts[i] >= cfg.MinCount) {
			kept = append(kept, i)
		}
	}
	order(kept)
	if room := cfg.MaxSize - len(cfg.Special); cfg.MaxSize > 0 && len(kept) > room {
		kept = kept[:room]
	}

	v := newVocabulary(len(cfg.Special)+len(kept), len(cfg.Special))
	for id, w := range cfg.Special {
		if err := v.add(w, c.Count(w)); err != nil {
			return nil, err
		}
		if w == cfg.Pad && cfg.Pad != "" {
			v.pad = id
		}
		if w == cfg.Unk && cfg.Unk != "" {
			v.unk = id
		}
	}
	for _, i := range kept {
		if err := v.add(c.words[i], c.counts[i]); err != nil {
			return nil, err
		}
	}
	if err := c.countUnknown(v); err != nil {
		return nil, err
	}
	return v, nil
}

// countUnknown adds the counts of the words that v left out to its unknown word.
func (c *Counter) countUnknown(v *Vocabulary) error {
	unk, ok := v.Unk()
	if !ok {
		return nil
	}
	for i, w := range c.words {
		if _, known := v.index[w]; known {
			continue
		}
		if c.counts[i] > math.MaxInt64-v.total {
			return fmt.Errorf("%w: all counts add up to more than 2^63-1", ErrCount)
		}
		v.counts[unk] += c.counts[i]
		v.total += c.counts[i]
	}
	return nil
}
