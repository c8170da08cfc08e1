package vocab

import (
	"encoding"
	"fmt"
	"iter"
	"math"
	"slices"
	"unicode/utf8"
)

var (
	_ encoding.TextMarshaler   = (*Vocabulary)(nil)
	_ encoding.TextUnmarshaler = (*Vocabulary)(nil)
)

// Config says which words enter a [Vocabulary] and in what company.
type Config struct {
	// MinCount is the smallest count with which a word is kept; 0 and 1 keep all.
	MinCount int64
	// MaxSize is the largest number of words, special ones included; the rarest
	// fall out first. 0 sets no limit.
	MaxSize int
	// Special words come first, in this order, whatever their counts. May be empty.
	Special []string
	// Pad names the special word that fills up short sequences; "" means none.
	Pad string
	// Unk names the special word that stands for all unknown ones; "" means none.
	Unk string
}

// DefaultConfig keeps every word, with "<pad>" as id 0 and "<unk>" as id 1.
func DefaultConfig() Config {
	return Config{
		MinCount: 1,
		Special:  []string{"<pad>", "<unk>"},
		Pad:      "<pad>",
		Unk:      "<unk>",
	}
}

// validate checks the config alone, before any word is seen.
func (c Config) validate() error {
	switch {
	case c.MinCount < 0:
		return fmt.Errorf("%w: MinCount %d, want 0 or more", ErrConfig, c.MinCount)
	case c.MaxSize < 0:
		return fmt.Errorf("%w: MaxSize %d, want 0 or more", ErrConfig, c.MaxSize)
	case c.MaxSize > 0 && c.MaxSize < len(c.Special):
		return fmt.Errorf("%w: MaxSize %d holds fewer than the %d special words", ErrConfig, c.MaxSize, len(c.Special))
	case c.Pad != "" && !slices.Contains(c.Special, c.Pad):
		return fmt.Errorf("%w: Pad %q is not among the special words %q", ErrConfig, c.Pad, c.Special)
	case c.Unk != "" && !slices.Contains(c.Special, c.Unk):
		return fmt.Errorf("%w: Unk %q is not among the special words %q", ErrConfig, c.Unk, c.Special)
	}
	return nil
}

// maxWord is the length limit of a word in bytes: far above any word of a
// language, low enough that a damaged file is found out early.
const maxWord = 64 << 10

// Vocabulary numbers words: ids 0 … Len()-1, special words first, then by falling
// count, equal counts in the order of first appearance. It does not change once
// built, so many goroutines may read one. The zero value is an empty vocabulary.
type Vocabulary struct {
	words   []string
	counts  []int64
	index   map[string]int
	special int // the first so many words are special
	pad     int // -1: none
	unk     int // -1: none
	total   int64
}

// Build counts the tokens and keeps the words that cfg asks for. It costs one map
// look-up a token and a sort of the distinct words.
func Build(tokens iter.Seq[string], cfg Config) (*Vocabulary, error) {
	var c Counter
	c.AddAll(tokens)
	return c.Vocabulary(cfg)
}

// New makes a vocabulary of words in a given order: after the special words of cfg come
// those that it keeps, each where it stands in words, MaxSize counted from the first on.
// counts go with the words; nil counts each 0 times. With the zero [Config] the id of a
// word is its place in words.
//
// Errors: [ErrShape] for another number of counts than words, [ErrDuplicate] for a word
// that comes twice, and those of [Counter.Vocabulary].
func New(words []string, counts []int64, cfg Config) (*Vocabulary, error) {
	if counts != nil && len(counts) != len(words) {
		return nil, fmt.Errorf("%w: %d counts of %d words", ErrShape, len(counts), len(words))
	}
	var c Counter
	for i, w := range words {
		var n int64
		if counts != nil {
			n = counts[i]
		}
		if err := c.AddN(w, n); err != nil {
			return nil, err
		}
		if c.Len() == i {
			return nil, fmt.Errorf("%w: %q has places %d and %d", ErrDuplicate, w, c.index[w], i)
		}
	}
	return c.vocabulary(cfg, func([]int) {})
}

// newVocabulary is empty, with room for size words and neither pad nor unk.
func newVocabulary(size, special int) *Vocabulary {
	return &Vocabulary{
		words:   make([]string, 0, size),
		counts:  make([]int64, 0, size),
		index:   make(map[string]int, size),
		special: special,
		pad:     -1,
		unk:     -1,
	}
}

// add gives word the next id.
func (v *Vocabulary) add(word string, count int64) error {
	if len(word) > maxWord {
		return fmt.Errorf("%w: %d bytes, limit %d: %.20q…", ErrTooLong, len(word), maxWord, word)
	}
	if !utf8.ValidString(word) {
		return fmt.Errorf("%w: %q", ErrInvalidUTF8, word)
	}
	if first, ok := v.index[word]; ok {
		return fmt.Errorf("%w: %q has id %d already", ErrDuplicate, word, first)
	}
	if count > math.MaxInt64-v.total {
		return fmt.Errorf("%w: the counts up to %q add up to more than 2^63-1", ErrCount, word)
	}
	v.index[word] = len(v.words)
	v.words = append(v.words, word)
	v.counts = append(v.counts, count)
	v.total += count
	return nil
}

// Len is the number of words n, special ones included.
func (v *Vocabulary) Len() int { return len(v.words) }

// ID returns the id of word. For an unknown word ok is false, and id is that of
// the unknown word, or -1 when the vocabulary has none.
func (v *Vocabulary) ID(word string) (id int, ok bool) {
	if id, ok = v.index[word]; ok {
		return id, true
	}
	if unk, has := v.Unk(); has {
		return unk, false
	}
	return -1, false
}

// IDs returns the id of each token. Unknown tokens get the id of the unknown
// word; in a vocabulary without one they are left out, as word2vec does.
func (v *Vocabulary) IDs(tokens []string) []int {
	return v.AppendIDs(make([]int, 0, len(tokens)), tokens)
}

// AppendIDs appends what [Vocabulary.IDs] returns to dst, to save its memory.
func (v *Vocabulary) AppendIDs(dst []int, tokens []string) []int {
	for _, t := range tokens {
		if id, _ := v.ID(t); id >= 0 {
			dst = append(dst, id)
		}
	}
	return dst
}

// Word returns the word of an id; ok is false outside 0 … Len()-1.
func (v *Vocabulary) Word(id int) (word string, ok bool) {
	if id < 0 || id >= len(v.words) {
		return "", false
	}
	return v.words[id], true
}

// Words returns a copy of the words in the order of their ids.
func (v *Vocabulary) Words() []string { return slices.Clone(v.words) }

// Special returns a copy of the special words: those with the lowest ids.
func (v *Vocabulary) Special() []string { return slices.Clone(v.words[:v.special]) }

// Count returns how many of the counted tokens have this id; 0 outside the ids.
// The count of the unknown word includes all words that were left out.
func (v *Vocabulary) Count(id int) int64 {
	if id < 0 || id >= len(v.counts) {
		return 0
	}
	return v.counts[id]
}

// Total is the sum of all counts: as many as [Vocabulary.IDs] of all the counted
// tokens would return. Left-out words add to it only through the unknown word.
func (v *Vocabulary) Total() int64 { return v.total }

// Pad returns the id of the padding word, if there is one.
func (v *Vocabulary) Pad() (id int, ok bool) { return role(v.pad, v.special) }

// Unk returns the id of the unknown word, if there is one.
func (v *Vocabulary) Unk() (id int, ok bool) { return role(v.unk, v.special) }

// role tells whether a special id is set; in the zero Vocabulary none is.
func role(id, special int) (int, bool) {
	if id < 0 || id >= special {
		return -1, false
	}
	return id, true
}
