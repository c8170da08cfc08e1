package word2vec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"runtime"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// Train learns vectors from a corpus of tokenised sentences, which it goes over once and keeps as ids, 4 bytes a word.
//
// The same sentences, settings and seed give the same bytes, on any number of workers. When ctx is done or Progress returns an error, Train
// returns that error, wrapped, with the model as it then is; where Checkpoint is set, Resume goes on from there, on the same corpus with the
// same settings, to the same bytes as if nothing had happened.
//
// Other errors come without a model: [ErrConfig]; [ErrCorpus] for one without two words that are frequent enough; [ErrNotFinite];
// [ErrFile] for a checkpoint of another training.
func Train(ctx context.Context, corpus iter.Seq[[]string], c Config) (*Model, error) {
	return train(ctx, c, func(r *reader) error { return r.sentences(ctx, corpus) })
}

// TrainLines is [Train] on a text of one sentence a line, its words between blanks: the input of word2vec's C program. Unlike there, a line
// may be any length, and the line's end is no word.
func TrainLines(ctx context.Context, text io.Reader, c Config) (*Model, error) {
	return train(ctx, c, func(r *reader) error { return r.lines(ctx, text) })
}

func train(ctx context.Context, c Config, read func(*reader) error) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	r := &reader{ids: map[string]int32{}}
	if err := read(r); err != nil {
		return nil, err
	}
	words, err := r.vocabulary(&c)
	if err != nil {
		return nil, err
	}
	corpus := r.encode(words)
	m, err := newModel(words, &c)
	if err != nil {
		return nil, err
	}
	m.begin(&c, corpus)
	if c.Resume {
		old, err := LoadFile(c.Checkpoint)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case old.plan != m.plan:
			return nil, fmt.Errorf("%w: %s is of another training: it has %+v, want %+v", ErrFile, c.Checkpoint, old.plan, m.plan)
		default:
			m = old
		}
	}
	return m.run(ctx, corpus, &c)
}

// Continue trains the model on from where its vectors are, on a corpus of words that it knows; others are left out. Of c it takes the
// architecture, the window, Sample, Epochs, the rates, Seed and Progress, and as Sample's counts those of the corpus that the model was made of.
// Vocabulary, dimension, negatives and tree stay what they are. Errors are those of [Train]; it does not look at Checkpoint and Resume.
func (m *Model) Continue(ctx context.Context, corpus iter.Seq[[]string], c Config) error {
	c.Dim, c.Negatives, c.NoisePower, c.HierarchicalSoftmax = m.plan.Dim, m.plan.Negatives, m.plan.NoisePower, m.plan.Tree
	c.Checkpoint, c.Resume = "", false
	if err := c.validate(); err != nil {
		return err
	}
	r := &reader{ids: map[string]int32{}}
	if err := r.sentences(ctx, corpus); err != nil {
		return err
	}
	ids := r.encode(m.vocab)
	m.begin(&c, ids)
	_, err := m.run(ctx, ids, &c)
	return err
}

// counts returns how often each word was seen.
func counts(v *vocab.Vocabulary) []int64 {
	n := make([]int64, v.Len())
	for i := range n {
		n[i] = v.Count(i)
	}
	return n
}

// run trains to the end of the plan. stopped is in the error; the model comes with it.
func (m *Model) run(ctx context.Context, corpus *loglinear.Corpus, c *Config) (*Model, error) {
	keep, err := loglinear.NewKeep(counts(m.vocab), c.Sample)
	if err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	workers := c.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	emit := loglinear.SkipGram[float32](c.Window, !c.FixedWindow)
	if c.Architecture == CBOW {
		emit = loglinear.CBOW[float32](c.Window, !c.FixedWindow, loglinear.Combine(c.Combine))
	}
	t := &loglinear.Trainer[float32]{
		Tables: m.tables, Objective: m.objective, Corpus: corpus, Keep: keep, Emit: emit, Position: m.at, Blocks: c.Blocks, Workers: workers,
		Schedule: loglinear.Schedule{Epochs: c.Epochs, Rate: c.Rate, MinRate: c.MinRate, Seed: c.Seed},
	}
	epoch := m.at.Epoch
	var failed error
	stopped := t.Run(ctx, func(p loglinear.Progress) error {
		m.at = t.Position
		if p.Epoch > epoch {
			epoch = p.Epoch
			if failed = m.checkpoint(c); failed != nil {
				return failed
			}
		}
		if c.Progress == nil {
			return nil
		}
		return c.Progress(Progress{Epoch: min(p.Epoch+1, p.Epochs), Epochs: p.Epochs, Words: p.Words, Of: p.Total, Rate: p.Rate})
	})
	m.at = t.Position
	if failed != nil {
		return nil, failed
	}
	if err := m.finite(); err != nil {
		return nil, err
	}
	if stopped != nil {
		stopped = fmt.Errorf("word2vec: stopped in epoch %d of %d: %w", m.at.Epoch+1, c.Epochs, stopped)
		return m, errors.Join(stopped, m.checkpoint(c))
	}
	return m, nil
}

func (m *Model) checkpoint(c *Config) error {
	if c.Checkpoint == "" {
		return nil
	}
	return m.SaveFile(c.Checkpoint)
}

func (m *Model) finite() error {
	for _, table := range [][]float32{m.tables.In, m.tables.Out} {
		for i, x := range table {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return fmt.Errorf("%w: number %d of row %d is %v; a lower Rate may help", ErrNotFinite, i%m.tables.Stride, i/m.tables.Stride, x)
			}
		}
	}
	return nil
}
