package attention

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// hypothesis is a beginning of a translation, or a whole one.
type hypothesis struct {
	words   []int
	weights []float32 // a row over the source for each word, and for the end
	score   float64   // sum of log P; of a whole one divided by length^α
	row     int       // of its state
}

// writer holds the states of all hypotheses.
type writer struct {
	net   *Seq2Seq
	steps decoderSteps
	h     []float32 // (hypotheses, hidden)

	x, c, next, rows []float32
}

// advance reads the last word of each hypothesis, whose state is in the given
// row, and returns log P of the words that may follow, (hypotheses, words).
func (w *writer) advance(last, row, source []int, weights [][]float32) []float32 {
	d := w.steps.d
	n, vocabulary := len(last), w.net.Out.Weight.Shape()[0]
	w.next = resize(w.next, n*d.hidden)
	kernel.Gather(w.next, d.hidden, w.h, row)
	w.h, w.next = w.next, w.h
	w.x, w.c = resize(w.x, n*d.in), resize(w.c, n*d.values)
	kernel.Gather(w.x, d.in, w.net.Target.Weight.Float32s(), last)
	w.steps.step(w.x, w.h, w.c, source, weights)
	width := d.hidden + d.values + d.in
	w.rows = w.rows[:0]
	for i := range n {
		w.rows = append(w.rows, w.h[i*d.hidden:(i+1)*d.hidden]...)
		w.rows = append(w.rows, w.c[i*d.values:(i+1)*d.values]...)
		w.rows = append(w.rows, w.x[i*d.in:(i+1)*d.in]...)
	}
	logits := make([]float32, n*vocabulary)
	o := kernel.Options[float32]{Bias: w.net.Out.Bias.Float32s()}
	kernel.GemmWith(o, false, true, n, vocabulary, width, 1, w.rows, width, w.net.Out.Weight.Float32s(), width, 0, logits, vocabulary)
	kernel.LogSoftmaxRows(n, vocabulary, logits, logits)
	return logits
}

// beam is the search for the translation of one source.
type beam struct {
	source, keys, limit int
	alive, whole        []hypothesis
}

// search follows, for each source of the given length, the likeliest beginnings,
// and returns the whole translation with the highest score. All sources take
// their steps together. A source ends when it has as many whole translations as
// beams. Where log P is not a number, it is a [verso.ErrNotFinite].
func search(ctx context.Context, w *writer, lengths []int, begin, end int, c SearchConfig) ([]hypothesis, error) {
	out, open := make([]hypothesis, len(lengths)), []*beam{}
	for i, n := range lengths {
		if n == 0 {
			continue // nothing to translate
		}
		b := &beam{source: i, keys: n, limit: c.MaxLength, alive: []hypothesis{{row: i}}}
		if b.limit == 0 {
			b.limit = 2*n + 10
		}
		open = append(open, b)
	}
	for len(open) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var last, row, source []int
		var weights [][]float32
		for _, b := range open {
			for i := range b.alive {
				h := &b.alive[i]
				word := begin
				if n := len(h.words); n > 0 {
					word = h.words[n-1]
				}
				last, row, source = append(last, word), append(row, h.row), append(source, b.source)
				weights = append(weights, make([]float32, b.keys))
			}
		}
		logp := w.advance(last, row, source, weights)
		vocabulary, at := len(logp)/len(last), 0
		still := open[:0]
		for _, b := range open {
			n := len(b.alive)
			if err := b.grow(logp[at*vocabulary:(at+n)*vocabulary], weights[at:at+n], at, begin, end, c); err != nil {
				return nil, err
			}
			at += n
			if len(b.alive) > 0 {
				still = append(still, b)
			} else {
				out[b.source] = slices.MaxFunc(b.whole, func(x, y hypothesis) int { return cmp.Compare(x.score, y.score) })
			}
		}
		open = still
	}
	return out, nil
}

// choice is a word after one of the beginnings.
type choice struct {
	score      float64
	from, word int
}

// grow replaces the beginnings by the likeliest ones that are a word longer. It
// leaves none when the search is over. first is the row of the first one's state.
func (b *beam) grow(logp []float32, weights [][]float32, first, begin, end int, c SearchConfig) error {
	words := len(logp) / len(b.alive)
	var choices []choice
	for i, h := range b.alive {
		for _, word := range likeliest(logp[i*words:(i+1)*words], min(c.Beam, words)+1, begin) { // one of them may be the end
			choices = append(choices, choice{h.score + float64(logp[i*words+word]), i, word})
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
		h.score, h.row = x.score, first+x.from
		h.weights = append(slices.Clip(h.weights), weights[x.from]...)
		if x.word != end {
			h.words = append(slices.Clip(h.words), x.word)
			if next = append(next, h); len(h.words) == b.limit { // cut
				b.finish(h, len(h.words), c)
			}
		} else if rank < c.Beam {
			b.finish(h, len(h.words)+1, c)
		}
	}
	if b.alive = next; len(b.whole) >= c.Beam || len(next) == 0 || len(next[0].words) >= b.limit {
		b.alive = nil
	}
	return nil
}

// finish keeps a whole translation.
func (b *beam) finish(h hypothesis, length int, c SearchConfig) {
	h.score /= math.Pow(float64(length), c.LengthPenalty)
	b.whole = append(b.whole, h)
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
