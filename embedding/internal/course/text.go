package course

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Text is a corpus as it is read, once: words get numbers in the order in which they come, and are put in the order of their counts when all
// are known ([Text.Cut]). Sequences are cut at [loglinear.Longest] words.
type Text struct {
	// Stop, where it is not empty, is a word that ends a sequence wherever it stands, and that ends every line and sentence.
	Stop string
	// Skip, where it is set, names words that are passed over.
	Skip func(word []byte) bool

	kind   *Kind
	ctx    context.Context
	ids    map[string]int32
	words  []string
	counts []int64
	corpus loglinear.Corpus
	line   []int32
	looks  int // words and sequences, for the next look at ctx
}

// NewText begins to read. ctx ends the reading, with its error.
func (k *Kind) NewText(ctx context.Context) *Text {
	return &Text{kind: k, ctx: ctx, ids: map[string]int32{}}
}

// look looks at the context, but not each time.
func (t *Text) look() error {
	if t.looks++; t.looks&(1<<14-1) == 0 {
		return t.Err()
	}
	return nil
}

// Err is the error of the context.
func (t *Text) Err() error {
	if err := t.ctx.Err(); err != nil {
		return fmt.Errorf("%s: reading: %w", t.kind.Name, err)
	}
	return nil
}

// ID returns the number of a word, a new one for a new word. The look-up alone takes no memory.
func (t *Text) ID(word []byte) (int32, error) {
	if err := t.look(); err != nil {
		return 0, err
	}
	id, ok := t.ids[string(word)]
	if !ok {
		if len(t.words) == math.MaxInt32 {
			return 0, fmt.Errorf("%w: more than 2^31-1 distinct words", t.kind.ErrCorpus)
		}
		id = int32(len(t.words))
		s := string(word)
		t.ids[s] = id
		t.words, t.counts = append(t.words, s), append(t.counts, 0)
	}
	return id, nil
}

// Add counts a number and puts it into the sequence.
func (t *Text) Add(id int32) {
	t.counts[id]++
	t.line = append(t.line, id)
}

// Word reads the next word of the sequence.
func (t *Text) Word(word []byte) error {
	if t.Skip != nil && t.Skip(word) {
		return t.look()
	}
	if len(t.line) == loglinear.Longest {
		t.Next()
	}
	id, err := t.ID(word)
	if err != nil {
		return err
	}
	t.Add(id)
	if string(word) == t.Stop {
		t.Next()
	}
	return nil
}

// Next ends the sequence.
func (t *Text) Next() {
	t.corpus.Append(t.line...)
	t.line = t.line[:0]
}

// End ends a line or a sentence.
func (t *Text) End() error {
	if t.Stop != "" {
		return t.Word([]byte(t.Stop))
	}
	t.Next()
	return t.look()
}

// Sentences reads a corpus that is cut into words already.
func (t *Text) Sentences(corpus iter.Seq[[]string]) error {
	var word []byte
	for sentence := range corpus {
		for _, w := range sentence {
			word = append(word[:0], w...)
			if err := t.Word(word); err != nil {
				return err
			}
		}
		if err := t.End(); err != nil {
			return err
		}
	}
	return t.Err()
}

// buffer is the most of a text that is held at once, and bounds its words.
const buffer = 1 << 20

// Lines reads a sentence a line, of any length, its words between blanks.
func (t *Text) Lines(from io.Reader, blank func(rune) bool) error {
	in := bufio.NewReaderSize(from, buffer)
	for n := 1; ; n++ {
		var part []byte // of the line, not yet cut into words
		for more := true; more; {
			read, err := in.ReadSlice('\n')
			more = errors.Is(err, bufio.ErrBufferFull)
			switch {
			case errors.Is(err, io.EOF):
				if len(part)+len(read)+len(t.line) == 0 {
					return t.Err()
				}
			case err != nil && !more:
				return fmt.Errorf("%s: reading line %d: %w", t.kind.Name, n, err)
			}
			part = append(part, read...)
			whole := len(part)
			if more { // the last word may go on
				whole = max(0, bytes.LastIndexFunc(part, blank))
			}
			for word := range bytes.FieldsFuncSeq(part[:whole], blank) {
				if err := t.Word(word); err != nil {
					return err
				}
			}
			if part = append(part[:0], part[whole:]...); len(part) > buffer {
				return fmt.Errorf("%w: line %d has a word of more than %d bytes", t.kind.ErrCorpus, n, buffer)
			}
		}
		if err := t.End(); err != nil {
			return err
		}
	}
}

// Sequences is the number of sequences read.
func (t *Text) Sequences() int { return t.corpus.Len() }

// Tokens is the number of words read.
func (t *Text) Tokens() int64 { return int64(t.corpus.Tokens()) }

// Order numbers the words anew, by falling count, equal counts by first appearance, but not those that occur less often than minCount and, where
// most is above 0, only the most frequent. It returns them with their counts, and the new number of each word, -1 for those left out.
func (t *Text) Order(minCount int64, most int) (words []string, counts []int64, to []int32) {
	var kept []int
	to = make([]int32, len(t.words))
	for i, n := range t.counts {
		if to[i] = -1; n >= minCount {
			kept = append(kept, i)
		}
	}
	slices.SortStableFunc(kept, func(a, b int) int { return cmp.Compare(t.counts[b], t.counts[a]) })
	if most > 0 && len(kept) > most {
		kept = kept[:most]
	}
	for n, i := range kept {
		to[i] = int32(n)
		words, counts = append(words, t.words[i]), append(counts, t.counts[i])
	}
	return words, counts, to
}

// Cut leaves out what [Text.Order] does, and returns the corpus in the new numbers. There must be least words left.
func (t *Text) Cut(minCount int64, most, least int) (words []string, counts []int64, corpus *loglinear.Corpus, err error) {
	words, counts, to := t.Order(minCount, most)
	if len(words) < least {
		return nil, nil, nil, fmt.Errorf("%w: %d words occur %d times, want %d at least; there are %d distinct ones", t.kind.ErrCorpus, len(words), minCount, least, len(t.words))
	}
	t.corpus.Renumber(to)
	return words, counts, &t.corpus, nil
}

// Know counts each of the words once more, though they are not in the corpus.
func (t *Text) Know(words []string) error {
	for _, w := range words {
		id, err := t.ID([]byte(w))
		if err != nil {
			return err
		}
		t.counts[id]++
	}
	return nil
}

// Raw returns all words and the corpus, in the order in which they came.
func (t *Text) Raw() (words []string, corpus *loglinear.Corpus) { return t.words, &t.corpus }

// In gives the corpus in the numbers of words that are known already, without all others.
func (t *Text) In(id func(word string) (int, bool)) *loglinear.Corpus {
	to := make([]int32, len(t.words))
	for i, word := range t.words {
		to[i] = -1
		if n, ok := id(word); ok {
			to[i] = int32(n)
		}
	}
	t.corpus.Renumber(to)
	return &t.corpus
}
