package attention

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
)

// hypothesis is a beginning; its score is the sum of log P.
type hypothesis struct {
	Hypothesis
	row int // of its state
}

// beam is the search for one sequence.
type beam struct {
	sequence, limit int
	alive           []hypothesis
	whole           []Hypothesis
}

// choice is a word after one of the beginnings.
type choice struct {
	score      float64
	from, word int
}

// grow replaces the beginnings by the likeliest ones that are a word longer. It
// leaves none when the search is over. first is the row of the first one's state.
func (b *beam) grow(logp []float32, first, begin, end int, c SearchConfig) error {
	words := len(logp) / len(b.alive)
	var choices []choice
	for i, h := range b.alive {
		for _, word := range likeliest(logp[i*words:(i+1)*words], min(c.Beam, words)+1, begin) { // one of them may be the end
			choices = append(choices, choice{h.Score + float64(logp[i*words+word]), i, word})
		}
	}
	if len(choices) == 0 {
		return fmt.Errorf("%w: the probabilities of the next word", verso.ErrNotFinite)
	}
	slices.SortStableFunc(choices, func(x, y choice) int { return cmp.Compare(y.score, x.score) })
	var next []hypothesis
	for rank, x := range choices {
		if len(next) == c.Beam {
			break
		}
		h := b.alive[x.from]
		h.Score, h.row = x.score, first+x.from
		h.Rows = append(slices.Clip(h.Rows), h.row)
		if x.word != end {
			h.Words = append(slices.Clip(h.Words), x.word)
			if next = append(next, h); len(h.Words) == b.limit { // cut
				b.finish(h.Hypothesis, len(h.Words), c)
			}
		} else if rank < c.Beam {
			b.finish(h.Hypothesis, len(h.Words)+1, c)
		}
	}
	if b.alive = next; len(b.whole) >= c.Beam || len(next) == 0 || len(next[0].Words) >= b.limit {
		b.alive = nil
	}
	return nil
}

// finish keeps a whole sequence.
func (b *beam) finish(h Hypothesis, length int, c SearchConfig) {
	h.Score /= math.Pow(float64(length), c.LengthPenalty)
	b.whole = append(b.whole, h)
}

// best returns the whole sequences of the highest scores, n at most, the best first,
// the first found of equals.
func (b *beam) best(n int) []Hypothesis {
	slices.SortStableFunc(b.whole, func(x, y Hypothesis) int { return cmp.Compare(y.Score, x.Score) })
	return b.whole[:min(n, len(b.whole))]
}

// likeliest returns the n words of the highest log P, or as many as there are, the
// likeliest first, the first of equals, and never the one that is left out.
func likeliest(logp []float32, n, without int) []int {
	n = min(n, len(logp))
	best := make([]int, 0, n+1)
	for word, p := range logp {
		if word == without || len(best) == n && !(p > logp[best[n-1]]) || p != p {
			continue
		}
		at := len(best)
		for at > 0 && p > logp[best[at-1]] {
			at--
		}
		if best = slices.Insert(best, at, word); len(best) > n {
			best = best[:n]
		}
	}
	return best
}
