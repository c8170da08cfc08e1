package item2vec

import (
	"context"
	"fmt"
	"iter"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns vectors of items from sets, which it goes over once and keeps as ids, 4 bytes an item. An item that is named more than once in a
// set counts once, and the order in it has no meaning. The same sets, settings and seed give the same bytes.
//
// When ctx is done, Progress returns an error or a checkpoint cannot be written while it learns, Train returns that error, wrapped, with the
// model as it then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors
// come without a model: [ErrConfig], [ErrSets], [ErrNotFinite], [ErrFile] for a checkpoint of another training, and that of ctx while the sets
// are read.
func Train(ctx context.Context, sets iter.Seq[[]string], c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	items, counts, corpus, err := collect(ctx, sets, &c)
	if err != nil {
		return nil, err
	}
	lesson := course.Lesson{
		Kind: &kind, Plan: c.plan(), Own: own{c.Company}, Names: items, Counts: counts, Corpus: corpus, Emit: company[float32](c.Company),
	}
	if c.Progress != nil {
		lesson.Progress = func(p course.Progress) error { return c.Progress(Progress(p)) }
	}
	return newModel(lesson.Learn(ctx))
}

// collect numbers items by the number of their sets.
func collect(ctx context.Context, sets iter.Seq[[]string], c *Config) (items []string, counts []int64, corpus *loglinear.Corpus, err error) {
	text := kind.NewText(ctx)
	var set []int // in which each item was seen last
	var name []byte
	n := 0
	for names := range sets {
		n++
		for _, item := range names {
			name = append(name[:0], item...)
			id, err := text.ID(name)
			if err != nil {
				return nil, nil, nil, err
			}
			if int(id) == len(set) {
				set = append(set, 0)
			}
			if set[id] != n {
				set[id] = n
				text.Add(id)
			}
		}
		if err := text.End(); err != nil {
			return nil, nil, nil, err
		}
	}
	if err := text.Err(); err != nil {
		return nil, nil, nil, err
	}
	if items, counts, corpus, err = text.Cut(c.MinCount, c.MaxItems, 1); err != nil {
		return nil, nil, nil, err
	}
	for _, set := range corpus.All() {
		if len(set) > 1 {
			corpus.Sort()
			return items, counts, corpus, nil
		}
	}
	return nil, nil, nil, fmt.Errorf("%w: none of %d sets has two of the %d items that are in %d sets or more", ErrSets, n, len(items), c.MinCount)
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
				j := loglinear.Below(l.Rand, n-1)
				if j >= i {
					j++
				}
				l.Pair(item, set[j])
			}
		}
	}
}
