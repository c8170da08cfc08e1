package node2vec

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train walks on a graph and learns a vector for each of its nodes. The same graph, settings and seed give the same bytes.
//
// When ctx is done or Progress returns an error while it learns, Train returns that error, wrapped, with the model as it then is; where Checkpoint
// is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors come without a model:
// [ErrConfig], [ErrGraph] for a graph without nodes, [ErrFile] for a checkpoint of another training.
func Train(ctx context.Context, g *Graph, c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	c.Walk.Seed = c.Seed
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	walks, err := walks(ctx, g, &c)
	if err != nil {
		return nil, err
	}
	counts := make([]int64, g.Len())
	for _, walk := range walks.All() {
		for _, node := range walk {
			counts[node]++
		}
	}
	trainer, err := newTrainer(walks, counts, &c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	lesson := course.Course{
		Trainer: trainer, Of: settings(walks, g, &c), Checkpoint: c.Checkpoint, Resume: c.Resume,
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
		return nil, fmt.Errorf("node2vec: %w", err)
	}
	m := newModel(course.Of(trainer.Tables, g.Nodes(), counts))
	if stopped != nil {
		return m, fmt.Errorf("node2vec: stopped in epoch %d of %d: %w", min(trainer.Position.Epoch+1, c.Epochs), c.Epochs, stopped)
	}
	return m, nil
}

// walks makes all walks, a batch at a time side by side.
func walks(ctx context.Context, g *Graph, c *Config) (*loglinear.Corpus, error) {
	w, err := NewWalker(g, c.Walk)
	if err != nil {
		return nil, err
	}
	const batch = 1 << 10
	made := make([][]int32, min(batch, w.Len()))
	corpus := &loglinear.Corpus{}
	for first := 0; first < w.Len(); first += batch {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("node2vec: walking: %w", err)
		}
		n := min(batch, w.Len()-first)
		kernel.Parallel(c.Workers, n, func(i int) { made[i] = w.Walk(made[i][:0], first+i) })
		for _, walk := range made[:n] {
			corpus.Append(walk...)
		}
	}
	return corpus, nil
}

func newTrainer(walks *loglinear.Corpus, counts []int64, c *Config) (*loglinear.Trainer[float32], error) {
	noise, err := loglinear.NewNoise(counts, c.Power)
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
		Tables: tables, Objective: o, Corpus: walks, Emit: loglinear.SkipGram[float32](c.Window, c.Shrink),
		Schedule: loglinear.Schedule{Epochs: c.Epochs, Rate: c.Rate, MinRate: c.MinRate, Seed: c.Seed},
		Blocks:   c.Blocks, Workers: c.Workers,
	}, nil
}

// settings is what a checkpoint must agree in.
func settings(walks *loglinear.Corpus, g *Graph, c *Config) any {
	return struct {
		Walks              string
		Dim, Window        int
		Shrink             bool
		Negatives, Epochs  int
		Blocks             int
		Power, Rate, Least float64
		Seed               uint64
	}{course.Print(walks, g.names), c.Dim, c.Window, c.Shrink, c.Negatives, c.Epochs, max(1, c.Blocks), c.Power, c.Rate, c.MinRate, c.Seed}
}
