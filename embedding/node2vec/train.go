package node2vec

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train walks on a graph and learns a vector for each of its nodes. The same graph, settings and seed give the same bytes.
//
// When ctx is done, Progress returns an error or a checkpoint cannot be written while it learns, Train returns that error, wrapped, with the
// model as it then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors come
// without a model: [ErrConfig], [ErrGraph] for a graph without nodes, [ErrNotFinite], [ErrFile] for a checkpoint of another training, and that
// of ctx while it walks.
func Train(ctx context.Context, g *Graph, c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
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
	lesson := course.Lesson{
		Kind: &kind, Plan: c.plan(), Own: own{c.Window, c.FixedWindow}, Names: g.names, Counts: counts, Corpus: walks,
		Emit: loglinear.SkipGram[float32](c.Window, !c.FixedWindow),
	}
	if c.Progress != nil {
		lesson.Progress = func(p course.Progress) error { return c.Progress(Progress(p)) }
	}
	return newModel(lesson.Learn(ctx))
}

// walks makes all walks, a batch at a time side by side.
func walks(ctx context.Context, g *Graph, c *Config) (*loglinear.Corpus, error) {
	c.Walk.Seed = c.Seed
	w, err := NewWalker(g, c.Walk)
	if err != nil {
		return nil, err
	}
	workers := c.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	batch := min(max(1, 1<<17/c.Walk.Length), w.Len())
	made := make([][]int32, batch)
	corpus := &loglinear.Corpus{}
	for first := 0; first < w.Len(); first += batch {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("node2vec: walking: %w", err)
		}
		n := min(batch, w.Len()-first)
		kernel.Parallel(workers, n, func(i int) { made[i] = w.Walk(made[i][:0], first+i) })
		for _, walk := range made[:n] {
			for part := range slices.Chunk(walk, loglinear.Longest) {
				corpus.Append(part...)
			}
		}
	}
	return corpus, nil
}
