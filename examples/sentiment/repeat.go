package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// trial is one of several trainings: a fold, or a seed.
type trial struct {
	name string
	seed uint64
	part part

	confusion *verso.Confusion
	history   *verso.History
	baselines baselines
}

// repeat trains and judges a model for each fold or each seed, as many side by
// side as there are cores, and writes mean and standard deviation. The results
// do not depend on the number of cores.
func repeat(ctx context.Context, o options, c *corpus, t *terminal) error {
	trials, err := c.trials(o)
	if err != nil {
		return err
	}
	t.corpus(c, trials[0].part)
	t.begin(len(trials))

	r := runner{o: o, c: c, t: t, trials: trials}
	if err := r.all(ctx); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("%d of %d trainings done: %w", len(r.scores), len(trials), err)
		}
		return err
	}

	pooled, err := verso.NewConfusion(c.classes)
	if err != nil {
		return err
	}
	var histories []*verso.History
	var base []baselines
	for _, one := range trials {
		if err := pooled.Merge(one.confusion); err != nil {
			return err
		}
		histories, base = append(histories, one.history), append(base, one.baselines)
	}
	t.compared(r.scores, mean(base))
	t.Printf("all together\n%s\n%s\n", pooled, pooled.Report())
	if err := drawCurves(o.plot, histories...); err != nil {
		return err
	}
	t.figures(r.scores, mean(base), pooled.Total())
	return nil
}

// trials cuts the corpus for every fold, as Kim does: a tenth of what a fold
// learns from chooses its epoch. Seeds share one cut.
func (c *corpus) trials(o options) ([]*trial, error) {
	var out []*trial
	if o.folds == 0 {
		p, err := c.cut(o.seed)
		for i := range uint64(o.seeds) {
			out = append(out, &trial{name: fmt.Sprintf("seed %d", o.seed+i), seed: o.seed + i, part: p})
		}
		return out, err
	}
	folds, err := verso.KFold(len(c.examples), o.folds, o.seed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	for i, f := range folds {
		seed := o.seed + uint64(i)
		one := &trial{name: fmt.Sprintf("fold %d/%d", i+1, o.folds), seed: seed}
		one.part.train, one.part.dev = holdOut(dataset.Pick(c.examples, f.Train), heldOut, seed)
		one.part.test = dataset.Pick(c.examples, f.Test)
		out = append(out, one)
	}
	return out, nil
}

// runner runs trials side by side.
type runner struct {
	o      options
	c      *corpus
	t      *terminal
	trials []*trial

	mu     sync.Mutex
	scores verso.Scores // of the trials that are done, as are all before them
}

// all runs every trial, or stops them all at the first error.
func (r *runner) all(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	queue := make(chan int)
	for range r.o.sideBySide() {
		wg.Go(func() {
			for i := range queue {
				if err := r.one(ctx, i); err != nil {
					stop(fmt.Errorf("%s: %w", r.trials[i].name, err))
				}
			}
		})
	}
	for i := range r.trials {
		queue <- i
	}
	close(queue)
	wg.Wait()
	return context.Cause(ctx)
}

// one trains and judges a model.
func (r *runner) one(ctx context.Context, i int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	one := r.trials[i]
	advance := func(p verso.Progress) error { r.t.advance(i, p); return nil }
	m, history, err := r.c.train(ctx, r.o, one.seed, one.part, advance)
	if err != nil {
		return err
	}
	confusion, err := m.Evaluate(ctx, one.part.test)
	if err != nil {
		return err
	}
	r.done(one, history, confusion)
	return nil
}

// done keeps a trial's results and writes all lines that are due, in order.
func (r *runner) done(one *trial, h *verso.History, confusion *verso.Confusion) {
	b := judgeBaselines(one.part, r.c.classes)
	r.mu.Lock()
	defer r.mu.Unlock()
	one.history, one.confusion, one.baselines = h, confusion, b
	for len(r.scores) < len(r.trials) && r.trials[len(r.scores)].confusion != nil {
		next := r.trials[len(r.scores)]
		accuracy := next.confusion.Accuracy()
		r.scores = append(r.scores, accuracy)
		r.t.Printf("%-10s  accuracy %.4f  best epoch %d\n", next.name, accuracy, next.history.Best+1)
	}
}
