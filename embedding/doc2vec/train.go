package doc2vec

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns vectors of documents and words. The documents are gone over twice and must be the same both times. The
// same documents, settings and seed give the same bytes.
//
// When ctx is done or Progress returns an error while it learns, Train returns that error, wrapped, with the model as it
// then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors
// come without a model: [ErrConfig], [ErrCorpus], [ErrFile] for a checkpoint of another training.
func Train(ctx context.Context, documents iter.Seq[Document], c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	all, err := collect(ctx, documents, &c)
	if err != nil {
		return nil, err
	}
	trainer, err := newTrainer(all, &c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	lesson := course.Course{
		Trainer: trainer, Of: settings(all, &c), Checkpoint: c.Checkpoint, Resume: c.Resume,
		Progress: func(p loglinear.Progress) error {
			if c.Progress == nil {
				return nil
			}
			return c.Progress(Progress{min(p.Epoch+1, p.Epochs), p.Epochs, p.Words, p.Total, p.Rate})
		},
	}
	stopped, err := lesson.Run(ctx)
	switch {
	case errors.Is(err, course.ErrFile):
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	case errors.Is(err, loglinear.ErrConfig):
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	case err != nil:
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	m, err := newModel(course.Of(trainer.Tables, all.words.Words(), all.counts()), extra{all.tags, c.reading()})
	if err != nil {
		return nil, err
	}
	if stopped != nil {
		return m, fmt.Errorf("doc2vec: stopped in epoch %d of %d: %w", min(trainer.Position.Epoch+1, c.Epochs), c.Epochs, stopped)
	}
	return m, nil
}

func newTrainer(all *corpus, c *Config) (*loglinear.Trainer[float32], error) {
	counts := all.counts()
	noise, err := loglinear.NewNoise(counts, c.Power)
	if err != nil {
		return nil, err
	}
	keep, err := loglinear.NewKeep(counts, c.Sample)
	if err != nil {
		return nil, err
	}
	o := loglinear.Objective{Noise: noise, Negatives: c.Negatives}
	tables, err := loglinear.NewTables[float32](all.words.Len()+len(all.tags), o.Rows(), c.Dim)
	if err != nil {
		return nil, err
	}
	tables.Randomise(c.Seed, 0)
	emit := bagOfWords[float32](all, c)
	if c.Mode != DBOW {
		emit = memory[float32](all, c)
	}
	return &loglinear.Trainer[float32]{
		Tables: tables, Objective: o, Corpus: all.texts, Keep: keep, Emit: emit,
		Schedule: loglinear.Schedule{Epochs: c.Epochs, Rate: c.Rate, MinRate: c.MinRate, Seed: c.Seed},
		Blocks:   c.Blocks, Workers: c.Workers,
	}, nil
}

// memory is PV-DM: the words around and the tags together tell each word.
func memory[T kernel.Float](all *corpus, c *Config) loglinear.Emit[T] {
	var bag []int32
	return func(l *loglinear.Learner[T], document int, words []int32) {
		tags := all.tagged.At(document)
		for i, target := range words {
			from, to := around(l.Rand, i, len(words), c.Window, c.Shrink)
			bag = append(append(append(bag[:0], words[from:i]...), words[i+1:to]...), tags...)
			l.Bag(bag, target, c.Mode.combine())
		}
	}
}

// bagOfWords is PV-DBOW: each tag alone tells each word; and each word around does where words are learned too.
func bagOfWords[T kernel.Float](all *corpus, c *Config) loglinear.Emit[T] {
	words := func(*loglinear.Learner[T], int, []int32) {}
	if c.TrainWords {
		words = loglinear.SkipGram[T](c.Window, c.Shrink)
	}
	return func(l *loglinear.Learner[T], document int, text []int32) {
		words(l, document, text)
		for _, target := range text {
			for _, tag := range all.tagged.At(document) {
				l.Pair(tag, target)
			}
		}
	}
}

// around returns the window [from, to) of place i of n.
func around(r *rand.PCG, i, n, window int, shrink bool) (from, to int) {
	if shrink {
		drawn, _ := bits.Mul64(r.Uint64(), uint64(window)) // 0 … window−1
		window = 1 + int(drawn)
	}
	return max(0, i-window), min(n-1, i+window) + 1
}

// settings is what a checkpoint must agree in.
func settings(all *corpus, c *Config) any {
	return struct {
		Texts, Tagged string
		Reading       reading
		TrainWords    bool
		Dim, Blocks   int
		Seed          uint64
	}{
		course.Print(all.texts, slices.Concat(all.words.Words(), all.tags)), course.Print(&all.tagged, nil),
		c.reading(), c.TrainWords, c.Dim, max(1, c.Blocks), c.Seed,
	}
}
