package item2vec

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"runtime"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns vectors of items from sets, which are gone over twice and must be the same both times. An item that is
// named more than once in a set counts once, and the order in it has no meaning. The same sets, settings and seed give
// the same bytes.
//
// When ctx is done or Progress returns an error while it learns, Train returns that error, wrapped, with the model as it
// then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors
// come without a model: [ErrConfig], [ErrSets], [ErrFile] for a checkpoint of another training.
func Train(ctx context.Context, sets iter.Seq[[]string], c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	items, corpus, err := collect(ctx, sets, &c)
	if err != nil {
		return nil, err
	}
	counts := make([]int64, items.Len())
	for i := range counts {
		counts[i] = items.Count(i)
	}
	trainer, err := newTrainer(corpus, counts, &c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	lesson := course.Course{
		Trainer: trainer, Of: settings(corpus, items.Words(), &c), Checkpoint: c.Checkpoint, Resume: c.Resume,
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
		return nil, fmt.Errorf("item2vec: %w", err)
	}
	m := &Model{course.Of(trainer.Tables, items.Words(), counts)}
	if stopped != nil {
		return m, fmt.Errorf("item2vec: stopped in epoch %d of %d: %w", min(trainer.Position.Epoch+1, c.Epochs), c.Epochs, stopped)
	}
	return m, nil
}

// collect counts items, by the number of their sets, and numbers them.
func collect(ctx context.Context, sets iter.Seq[[]string], c *Config) (*vocab.Vocabulary, *loglinear.Corpus, error) {
	var counter vocab.Counter
	n := 0
	seen := map[string]bool{}
	for set := range sets {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			break
		}
		clear(seen)
		for _, item := range set {
			if !seen[item] {
				seen[item] = true
				counter.Add(item)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("item2vec: reading: %w", err)
	}
	items, err := counter.Vocabulary(vocab.Config{MinCount: c.MinCount, MaxSize: c.MaxItems})
	if err != nil {
		return nil, nil, fmt.Errorf("item2vec: %w", err)
	}
	if items.Len() == 0 {
		return nil, nil, fmt.Errorf("%w: %d sets without an item that is in %d of them", ErrSets, n, c.MinCount)
	}
	corpus := &loglinear.Corpus{}
	var ids []int
	var set []int32
	for names := range sets {
		ids, set = items.AppendIDs(ids[:0], names), set[:0]
		for _, id := range ids {
			set = append(set, int32(id))
		}
		slices.Sort(set)
		corpus.Append(slices.Compact(set)...)
	}
	return items, corpus, nil
}

func newTrainer(corpus *loglinear.Corpus, counts []int64, c *Config) (*loglinear.Trainer[float32], error) {
	noise, err := loglinear.NewNoise(counts, c.Power)
	if err != nil {
		return nil, err
	}
	keep, err := loglinear.NewKeep(counts, c.Sample)
	if err != nil {
		return nil, err
	}
	o := loglinear.Objective{Noise: noise, Negatives: c.Negatives}
	tables, err := loglinear.NewTables[float32](len(counts), o.Rows(), c.Dim)
	if err != nil {
		return nil, err
	}
	tables.Randomise(c.Seed, 0)
	return &loglinear.Trainer[float32]{
		Tables: tables, Objective: o, Corpus: corpus, Keep: keep, Emit: company[float32](c.Company),
		Schedule: loglinear.Schedule{Epochs: c.Epochs, Rate: c.Rate, MinRate: c.MinRate, Seed: c.Seed},
		Blocks:   c.Blocks, Workers: c.Workers,
	}, nil
}

// company pairs each item of a set with the others, or with so many of them drawn with replacement.
func company[T kernel.Float](most int) loglinear.Emit[T] {
	return func(l *loglinear.Learner[T], _ int, set []int32) {
		n := len(set)
		for i, item := range set {
			if most == 0 || n-1 <= most {
				for j, other := range set {
					if j != i {
						l.Pair(item, other)
					}
				}
				continue
			}
			for range most {
				j, _ := bits.Mul64(l.Rand.Uint64(), uint64(n-1))
				if int(j) >= i {
					j++
				}
				l.Pair(item, set[j])
			}
		}
	}
}

// settings is what a checkpoint must agree in.
func settings(corpus *loglinear.Corpus, items []string, c *Config) any {
	return struct {
		Sets              string
		Dim, Company      int
		Negatives, Epochs int
		Blocks            int
		Sample, Power     float64
		Rate, Least       float64
		Seed              uint64
	}{course.Print(corpus, items), c.Dim, c.Company, c.Negatives, c.Epochs, max(1, c.Blocks), c.Sample, c.Power, c.Rate, c.MinRate, c.Seed}
}
