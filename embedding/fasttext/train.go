package fasttext

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns word vectors with n-grams from a corpus of tokenised sentences, which it goes over once and keeps as ids, 4 bytes a word.
// Every sentence ends in [EndOfSentence], as lines do in fastText.
//
// The same sentences, settings and seed give the same bytes. It is the algorithm of fastText's program with negative sampling, in this
// order: for each word and each word around it, h = the mean of the rows of the one (SkipGram) or of all around (CBOW) is to tell the other from
// negatives, and each of these rows gets the whole error. SkipGram computes h once for all words around: it moves as its rows do. There, σ is exact, and a
// negative that is the target is left out, not drawn again. It works on one goroutine.
//
// When ctx is done or Progress returns an error, Train returns that error, wrapped, with the model as it then is. Other errors come
// without a model: [ErrArgs], [ErrDictionary] for a word that no file can hold, [ErrCorpus] for a corpus without two words that are frequent enough, [ErrNotFinite].
func Train(ctx context.Context, corpus iter.Seq[[]string], c Config) (*Model, error) {
	return train(ctx, c, func(r *reader) error { return r.sentences(ctx, corpus) })
}

// TrainLines is [Train] on a text of one sentence a line, cut into words as [Split] does: fastText's own input.
func TrainLines(ctx context.Context, text io.Reader, c Config) (*Model, error) {
	return train(ctx, c, func(r *reader) error { return r.lines(ctx, text) })
}

func train(ctx context.Context, c Config, read func(*reader) error) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &reader{ids: map[string]int32{}}
	if err := read(r); err != nil {
		return nil, err
	}
	t, err := newTraining(r, &c)
	if err != nil {
		return nil, err
	}
	stopped := t.run(ctx)
	m, err := t.model()
	if err != nil {
		return nil, err
	}
	return m, stopped
}

// training is what changes while a model is learned.
type training struct {
	c      *Config
	dict   *Dictionary
	corpus *loglinear.Corpus
	counts []int64
	rows   [][]int32 // of each word: its own and those of its n-grams
	gain   []float32 // of each word: by how many errors h grows when each of its rows gets one; 1 if they differ
	input  []float32 // (words + buckets, D)
	out    *loglinear.Tables[float32]

	h, before, e []float32 // (stride of out)
	bag          []int32
}

func newTraining(r *reader, c *Config) (*training, error) {
	t := &training{c: c}
	entries, to := r.entries(int64(c.MinCount))
	if len(entries) < 2 {
		return nil, fmt.Errorf("%w: %d words occur %d times, want 2 at least", ErrCorpus, len(entries), c.MinCount)
	}
	tokens := int64(r.corpus.Tokens())
	r.corpus.Renumber(to)
	t.corpus = &r.corpus
	var err error
	if t.dict, err = NewDictionary(entries, tokens); err != nil {
		return nil, err
	}
	for _, e := range entries {
		t.counts = append(t.counts, e.Count)
	}
	n := len(entries)
	if c.subwords() {
		n += c.Bucket
	}
	if n > math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d words and buckets, want less than 2^31", ErrArgs, n)
	}
	lister := &Model{args: c.Args, dict: t.dict}
	for _, e := range entries {
		var rows []int32
		for _, row := range lister.appendRows(nil, e.Word) {
			rows = append(rows, int32(row))
		}
		t.rows, t.gain = append(t.rows, rows), append(t.gain, gain(rows))
	}
	if t.out, err = loglinear.NewTables[float32](0, len(entries), c.Dim); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArgs, err)
	}
	t.input = make([]float32, n*c.Dim)
	loglinear.Uniform(t.input, c.Seed, 1/float64(c.Dim))
	t.h, t.before, t.e = make([]float32, t.out.Stride), make([]float32, t.out.Stride), make([]float32, t.out.Stride)
	return t, nil
}

// gain is Σ_r m_r²/n for rows that stand m_r times among the n.
func gain(rows []int32) float32 {
	sorted := slices.Sorted(slices.Values(rows))
	sum, run := 0, 0
	for i, r := range sorted {
		if i > 0 && r != sorted[i-1] {
			run = 0
		}
		sum += 2*run + 1 // (run+1)² - run²
		run++
	}
	return float32(sum) / float32(len(rows))
}

// run trains to the end, or until it is stopped.
func (t *training) run(ctx context.Context) error {
	noise, err := loglinear.NewNoise(t.counts, t.c.NoisePower)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArgs, err)
	}
	keep, err := loglinear.NewKeep(t.counts, t.c.Threshold)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArgs, err)
	}
	emit := t.skipGram
	if t.c.Kind == CBOW {
		emit = t.cbow
	}
	trainer := &loglinear.Trainer[float32]{
		Tables: t.out, Objective: loglinear.Objective{Noise: noise, Negatives: t.c.Negative}, Corpus: t.corpus, Keep: keep, Emit: emit,
		Schedule: loglinear.Schedule{Epochs: t.c.Epochs, Rate: t.c.Rate, Seed: t.c.Seed},
	}
	err = trainer.Run(ctx, func(p loglinear.Progress) error {
		if t.c.Progress == nil {
			return nil
		}
		return t.c.Progress(Progress{min(p.Epoch+1, p.Epochs), p.Epochs, p.Words, p.Total, p.Rate})
	})
	if err != nil {
		return fmt.Errorf("fasttext: stopped in epoch %d of %d: %w", trainer.Position.Epoch+1, t.c.Epochs, err)
	}
	return nil
}

func (t *training) row(i int32) []float32 { return t.input[int(i)*t.c.Dim : int(i+1)*t.c.Dim] }

// mean writes the mean of the rows to h.
func (t *training) mean(rows []int32) {
	h := t.h[:t.c.Dim]
	clear(h)
	for _, r := range rows {
		kernel.Add(h, h, t.row(r))
	}
	kernel.Scale(1/float32(len(rows)), h)
}

// give adds x to each of the rows.
func (t *training) give(rows []int32, x []float32) {
	for _, r := range rows {
		row := t.row(r)
		kernel.Add(row, row, x[:t.c.Dim])
	}
}

// skipGram lets each word tell every word around it.
func (t *training) skipGram(l *loglinear.Learner[float32], _ int, words []int32) {
	for i, w := range words {
		from, to := l.Around(i, len(words), t.c.Window, true)
		rows := t.rows[w]
		if len(rows) == 0 || to-from == 1 {
			continue
		}
		around := append(append(t.bag[:0], words[from:i]...), words[i+1:to]...)
		t.bag = around
		t.mean(rows)
		if t.gain[w] == 1 { // rows that get e each move their mean by e
			copy(t.before, t.h)
			l.LearnAll(t.h, around)
			kernel.Axpy(-1, t.before, t.h)
			t.give(rows, t.h)
			continue
		}
		for _, target := range around {
			l.Learn(t.h, target, t.e, false)
			t.give(rows, t.e)
			kernel.Axpy(t.gain[w], t.e, t.h)
		}
	}
}

// cbow lets the words around each word tell it.
func (t *training) cbow(l *loglinear.Learner[float32], _ int, words []int32) {
	for i, target := range words {
		from, to := l.Around(i, len(words), t.c.Window, true)
		t.bag = t.bag[:0]
		for j := from; j < to; j++ {
			if j != i {
				t.bag = append(t.bag, t.rows[words[j]]...)
			}
		}
		if len(t.bag) > 0 {
			t.mean(t.bag)
			l.Learn(t.h, target, t.e, false)
			t.give(t.bag, t.e)
		}
	}
}

// model puts the matrices together.
func (t *training) model() (*Model, error) {
	output := t.out.Dense(t.out.Out)
	for name, x := range map[string][]float32{"input": t.input, "output": output} {
		for i, v := range x {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("%w: number %d of row %d of the %s is %v; a lower Rate may help", ErrNotFinite, i%t.c.Dim, i/t.c.Dim, name, v)
			}
		}
	}
	return New(t.c.Args, t.dict, t.input, output)
}

// entries orders the words that occur often enough by falling count, equal counts by first appearance, and gives each number of
// the reader its new one, or -1.
func (r *reader) entries(minCount int64) (entries []Entry, to []int32) {
	to = make([]int32, len(r.words))
	var kept []int
	for i := range r.words {
		to[i] = -1
		if r.counts[i] >= minCount {
			kept = append(kept, i)
		}
	}
	slices.SortStableFunc(kept, func(a, b int) int { return cmp.Compare(r.counts[b], r.counts[a]) })
	for n, i := range kept {
		to[i] = int32(n)
		entries = append(entries, Entry{Word: r.words[i], Count: r.counts[i]})
	}
	return entries, to
}
