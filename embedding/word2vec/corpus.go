package word2vec

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// maxLine bounds a line of a corpus: 1 GiB. A whole text may stand on one.
const maxLine = 1 << 30

// reader numbers words in the order in which they come.
type reader struct {
	ids    map[string]int32
	words  []string
	counts []int64
	corpus loglinear.Corpus
	line   []int32
}

// number gives a word its id; the look-up alone takes no memory.
func (r *reader) number(word []byte) error {
	id, ok := r.ids[string(word)]
	if !ok {
		if len(r.words) == math.MaxInt32 {
			return fmt.Errorf("%w: more than 2^31-1 distinct words", ErrCorpus)
		}
		id = int32(len(r.words))
		s := string(word)
		r.ids[s] = id
		r.words, r.counts = append(r.words, s), append(r.counts, 0)
	}
	r.counts[id]++
	r.line = append(r.line, id)
	return nil
}

// next ends a sentence.
func (r *reader) next() {
	r.corpus.Append(r.line...)
	r.line = r.line[:0]
}

// looks is how many sentences are read between two looks at the context.
const looks = 1 << 12

// sentences reads a corpus that is cut into words already.
func (r *reader) sentences(ctx context.Context, corpus iter.Seq[[]string]) error {
	var word []byte
	n := 0
	for sentence := range corpus {
		if n++; n%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for _, w := range sentence {
			word = append(word[:0], w...)
			if err := r.number(word); err != nil {
				return err
			}
		}
		r.next()
	}
	return ctx.Err()
}

// lines reads a sentence a line, words between blanks.
func (r *reader) lines(ctx context.Context, from io.Reader) error {
	s := bufio.NewScanner(from)
	s.Buffer(make([]byte, 1<<20), maxLine)
	n := 0
	for s.Scan() {
		if n++; n%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for word := range bytes.FieldsSeq(s.Bytes()) {
			if err := r.number(word); err != nil {
				return err
			}
		}
		r.next()
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("word2vec: line %d: %w", n+1, err)
	}
	return ctx.Err()
}

// vocabulary orders and cuts the words that were read.
func (r *reader) vocabulary(c *Config) (*vocab.Vocabulary, error) {
	var counter vocab.Counter
	for i, word := range r.words {
		if err := counter.AddN(word, r.counts[i]); err != nil {
			return nil, fmt.Errorf("word2vec: %w", err)
		}
	}
	v, err := counter.Vocabulary(vocab.Config{MinCount: c.MinCount, MaxSize: c.MaxWords})
	if err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	if v.Len() < 2 {
		return nil, fmt.Errorf("%w: %d words occur %d times, want 2 at least; it has %d distinct ones", ErrCorpus, v.Len(), c.MinCount, len(r.words))
	}
	return v, nil
}

// encode writes the corpus in the ids of v, without the words that v lacks.
func (r *reader) encode(v *vocab.Vocabulary) *loglinear.Corpus {
	to := make([]int32, len(r.words))
	for i, word := range r.words {
		id, ok := v.ID(word)
		if !ok {
			id = -1
		}
		to[i] = int32(id)
	}
	r.corpus.Renumber(to)
	return &r.corpus
}
