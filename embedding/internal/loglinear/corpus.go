package loglinear

import (
	"iter"
	"slices"
)

// Longest is where long sequences should be cut, as gensim does: training looks at its context, its rate and who asks for progress between
// sequences only. No window reaches over the cut.
const Longest = 10_000

// Corpus is sequences of ids in memory, 4 bytes an id: sentences, walks, baskets. The zero value is empty.
type Corpus struct {
	ids  []int32
	ends []int
}

// Append adds a sequence; it may be empty.
func (c *Corpus) Append(ids ...int32) {
	c.ids = append(c.ids, ids...)
	c.ends = append(c.ends, len(c.ids))
}

// Len is the number of sequences.
func (c *Corpus) Len() int { return len(c.ends) }

// Tokens is the number of ids in all.
func (c *Corpus) Tokens() int { return len(c.ids) }

// At returns sequence i, to be read only.
func (c *Corpus) At(i int) []int32 {
	start := 0
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.ids[start:c.ends[i]:c.ends[i]]
}

// All yields the sequences in order.
func (c *Corpus) All() iter.Seq2[int, []int32] {
	return func(yield func(int, []int32) bool) {
		for i := range c.ends {
			if !yield(i, c.At(i)) {
				return
			}
		}
	}
}

// Renumber gives each id its new number and leaves out ids whose new number is below 0.
func (c *Corpus) Renumber(to []int32) {
	n, start := 0, 0
	for i, end := range c.ends {
		for _, id := range c.ids[start:end] {
			if to[id] >= 0 {
				c.ids[n] = to[id]
				n++
			}
		}
		start, c.ends[i] = end, n
	}
	c.ids = c.ids[:n]
}

// Sort puts the ids of each sequence in order.
func (c *Corpus) Sort() {
	for _, ids := range c.All() {
		slices.Sort(ids)
	}
}

// blocks cuts the corpus into runs of whole sequences, each of so many ids or a little more, and returns the first sequence of each, and
// Len() behind the last.
func (c *Corpus) blocks(size int) []int {
	starts, from := []int{0}, 0
	for i, end := range c.ends {
		if end-from >= size && i+1 < len(c.ends) {
			starts, from = append(starts, i+1), end
		}
	}
	if len(c.ends) > 0 {
		starts = append(starts, len(c.ends))
	}
	return starts
}
