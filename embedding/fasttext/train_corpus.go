package fasttext

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// maxLine bounds a line of a corpus: 1 GiB. A whole text may stand on one.
const maxLine = 1 << 30

// looks is how many sentences are read between two looks at the context.
const looks = 1 << 12

// reader numbers words in the order in which they come.
type reader struct {
	ids    map[string]int32
	words  []string
	counts []int64
	corpus loglinear.Corpus
	line   []int32
}

// number gives a word its id.
func (r *reader) number(word string) error {
	id, ok := r.ids[word]
	if !ok {
		if len(r.words) == math.MaxInt32 {
			return fmt.Errorf("%w: more than 2^31-1 distinct words", ErrCorpus)
		}
		id = int32(len(r.words))
		word = string([]byte(word)) // else one word would keep its whole text alive
		r.ids[word] = id
		r.words, r.counts = append(r.words, word), append(r.counts, 0)
	}
	r.counts[id]++
	r.line = append(r.line, id)
	return nil
}

// sentence numbers its words and its end.
func (r *reader) sentence(words []string) error {
	r.line = r.line[:0]
	for _, w := range words {
		if err := r.number(w); err != nil {
			return err
		}
	}
	if err := r.number(EndOfSentence); err != nil {
		return err
	}
	r.corpus.Append(r.line...)
	return nil
}

func (r *reader) sentences(ctx context.Context, corpus iter.Seq[[]string]) error {
	n := 0
	for words := range corpus {
		if n++; n%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.sentence(words); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *reader) lines(ctx context.Context, from io.Reader) error {
	s := bufio.NewScanner(from)
	s.Buffer(make([]byte, 1<<20), maxLine)
	n := 0
	for s.Scan() {
		if n++; n%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.sentence(Split(s.Text())); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("fasttext: line %d: %w", n+1, err)
	}
	return ctx.Err()
}
