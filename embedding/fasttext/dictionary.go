package fasttext

import (
	"fmt"
	"math"
	"slices"
)

// EndOfSentence is the word that ends every line of training text. It is in most dictionaries, and has no n-grams.
const EndOfSentence = "</s>"

// LabelPrefix begins the labels of supervised models. Files do not carry it: this is fastText's default.
const LabelPrefix = "__label__"

// Entry is a word or a label with its count in the training text.
type Entry struct {
	Word  string
	Count int64
	Label bool
}

// Dictionary numbers n words 0 … n-1 and after them the labels, each by falling count in the files that fastText writes.
// It does not change once made and may be read from many goroutines.
type Dictionary struct {
	entries []Entry
	words   int
	tokens  int64
	index   map[string]int
}

// NewDictionary makes a Dictionary of words and, after them, labels. tokens is the number of words of the training text. It keeps entries.
// It returns [ErrDictionary] for a label before a word, a word that comes twice, is longer than 64 KiB or holds a byte 0, a negative count.
func NewDictionary(entries []Entry, tokens int64) (*Dictionary, error) {
	d := &Dictionary{entries: entries, tokens: tokens, index: make(map[string]int)}
	if tokens < 0 {
		return nil, fmt.Errorf("%w: %d tokens", ErrDictionary, tokens)
	}
	for _, e := range entries {
		if err := d.add(e); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// maxCount keeps sums over a dictionary from overflowing.
const maxCount = math.MaxInt64 >> 31

// add checks and numbers the next entry.
func (d *Dictionary) add(e Entry) error {
	i := len(d.index)
	switch first, ok := d.index[e.Word]; {
	case ok:
		return fmt.Errorf("%w: %.40q is number %d and %d", ErrDictionary, e.Word, first, i)
	case len(e.Word) > maxWord:
		return fmt.Errorf("%w: number %d has %d bytes, limit %d: %.40q", ErrDictionary, i, len(e.Word), maxWord, e.Word)
	case slices.Contains([]byte(e.Word), 0):
		return fmt.Errorf("%w: number %d holds a byte 0: %.40q", ErrDictionary, i, e.Word)
	case e.Count < 0 || e.Count > maxCount:
		return fmt.Errorf("%w: %.40q counts %d, want 0 … %d", ErrDictionary, e.Word, e.Count, int64(maxCount))
	case !e.Label && i > d.words:
		return fmt.Errorf("%w: the word %.40q comes after a label", ErrDictionary, e.Word)
	case i == math.MaxInt32:
		return fmt.Errorf("%w: more than 2^31-1 entries", ErrDictionary)
	}
	if !e.Label {
		d.words++
	}
	d.index[e.Word] = i
	return nil
}

// Len is the number of words n, without the labels.
func (d *Dictionary) Len() int { return d.words }

// Tokens is the number of words of the training text.
func (d *Dictionary) Tokens() int64 { return d.tokens }

// Words returns the words in the order of their numbers.
func (d *Dictionary) Words() []string { return names(d.entries[:d.words]) }

// Labels returns the labels in the order of the rows of the output matrix.
func (d *Dictionary) Labels() []string { return names(d.entries[d.words:]) }

// Entries returns a copy of all entries, words first.
func (d *Dictionary) Entries() []Entry { return slices.Clone(d.entries) }

// Index returns the number of a word; ok is false, and i is -1, for labels and for words that are not there.
func (d *Dictionary) Index(word string) (i int, ok bool) {
	if i, ok = d.index[word]; ok && i < d.words {
		return i, true
	}
	return -1, false
}

func names(entries []Entry) []string {
	s := make([]string, len(entries))
	for i, e := range entries {
		s[i] = e.Word
	}
	return s
}
