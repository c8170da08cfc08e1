package attention

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso"
)

// SearchConfig says how the words of a sequence are chosen.
type SearchConfig struct {
	// Beam is how many beginnings are followed at once; 1 is the greedy search,
	// which takes the likeliest word each time. Default 4. Time and memory grow with
	// it up to the number of sequences there are.
	Beam int
	// LengthPenalty is α in the score of a whole sequence,
	// log P / length^α, by which the best is chosen; 1 is the mean over its words,
	// 0 favours short ones. Default 1.
	LengthPenalty float64
	// MaxLength is the number of words after which a translation is cut. Default 0:
	// 10 more than twice those of the source. [Search] has limits of its own.
	MaxLength int
}

// DefaultSearchConfig returns the search by four beams.
func DefaultSearchConfig() SearchConfig { return SearchConfig{Beam: 4, LengthPenalty: 1} }

func (c SearchConfig) validate() error {
	switch {
	case c.Beam < 1:
		return fmt.Errorf("%w: beam wants at least 1, got %d", verso.ErrConfig, c.Beam)
	case !(c.LengthPenalty >= 0 && c.LengthPenalty <= 10):
		return fmt.Errorf("%w: length penalty wants a number from 0 to 10, got %v", verso.ErrConfig, c.LengthPenalty)
	case c.MaxLength < 0:
		return fmt.Errorf("%w: max length wants 0 or more, got %d", verso.ErrConfig, c.MaxLength)
	}
	return nil
}

// Hypothesis is a sequence that [Search] has found.
type Hypothesis struct {
	Words []int   // without the word that begins all and that which ends them
	Score float64 // log P / length^α, the end being a word
	Rows  []int   // for each word, and for the end where it came to one, the row of the step that it was chosen from
}

// Step reads the next word of some beginnings and says what may follow. Row i goes
// on from row parents[i] of the step before, by the word last[i]: rows die, fork and
// change their order, and a step must let its states follow. It returns log P of all
// words for each row, (rows, words), valid until the next step. At the first step,
// row i is the begin of sequence parents[i].
//
// [Cache.Words] is the step of a Transformer.
type Step func(last, parents []int) ([]float32, error)

// Search writes a sequence for each of the limits: the number of words after which
// it is cut, 0 to write none. It follows the likeliest beginnings, all sequences side
// by side, and gives up on one when it has as many whole ones as beams; those it
// returns, the best first. A cut sequence is scored as if it were whole.
//
// begin is the word before the first, which is never written, end the one that ends
// a sequence. It stops between steps when ctx is done. Where no log P is a number, it
// is a [verso.ErrNotFinite].
//
// Cost: a step for each word of the longest sequence, over Beam rows for each
// sequence, and words·Beam comparisons a row.
func Search(ctx context.Context, step Step, limits []int, begin, end int, c SearchConfig) ([][]Hypothesis, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	out, open := make([][]Hypothesis, len(limits)), []*beam{}
	for i, n := range limits {
		if n > 0 {
			open = append(open, &beam{sequence: i, limit: n, alive: []hypothesis{{row: i}}})
		}
	}
	for len(open) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var last, parents []int
		for _, b := range open {
			for _, h := range b.alive {
				word := begin
				if n := len(h.Words); n > 0 {
					word = h.Words[n-1]
				}
				last, parents = append(last, word), append(parents, h.row)
			}
		}
		logp, err := step(last, parents)
		if err != nil {
			return nil, err
		}
		words := len(logp) / len(last)
		if words == 0 || len(logp)%len(last) != 0 || end < 0 || end >= words {
			return nil, fmt.Errorf("%w: a step over %d rows wants log P of as many words for each, the end %d among them, got %d numbers", verso.ErrShape, len(last), end, len(logp))
		}
		at, still := 0, open[:0]
		for _, b := range open {
			n := len(b.alive)
			if err := b.grow(logp[at*words:(at+n)*words], at, begin, end, c); err != nil {
				return nil, err
			}
			if at += n; len(b.alive) > 0 {
				still = append(still, b)
			} else {
				out[b.sequence] = b.best(c.Beam)
			}
		}
		open = still
	}
	return out, nil
}
