package loglinear

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// MaxBlocks is the most that [Trainer.Blocks] may be.
const MaxBlocks = 64

// Schedule says how long to train, and how fast.
type Schedule struct {
	Epochs  int
	Rate    float64 // at the start
	MinRate float64 // at the end, which the rate reaches in a line
	Seed    uint64
	Block   int // ids between two looks at the rate and the context; 0: 10,000
}

// Position is where training stands: before block Block of epoch Epoch.
type Position struct{ Epoch, Block int }

// Progress is told before each block.
type Progress struct {
	Epoch, Epochs int   // from 0
	Words, Total  int64 // ids seen, of all epochs
	Rate          float64
}

// Trainer teaches tables a corpus.
type Trainer[T kernel.Float] struct {
	Tables    *Tables[T]
	Objective Objective
	Corpus    *Corpus
	Ids       int   // ids of the corpus are below; 0: they are targets
	Keep      *Keep // nil: every word
	Emit      Emit[T]
	Schedule  Schedule
	Position  Position // where Run begins, and where it got to
	Blocks    int      // of words, see tiles; 0 and 1: none, the algorithm as published
	Workers   int      // goroutines; the result does not depend on them
}

func (s Schedule) check() error {
	switch {
	case s.Epochs < 1:
		return fmt.Errorf("%w: %d epochs, want 1 or more", ErrConfig, s.Epochs)
	case !(s.Rate > 0) || math.IsInf(s.Rate, 0):
		return fmt.Errorf("%w: rate %v, want above 0", ErrConfig, s.Rate)
	case !(s.MinRate >= 0) || s.MinRate > s.Rate:
		return fmt.Errorf("%w: least rate %v, want 0 … %v", ErrConfig, s.MinRate, s.Rate)
	case s.Block < 0:
		return fmt.Errorf("%w: blocks of %d ids", ErrConfig, s.Block)
	}
	return nil
}

// Run trains from Position to the end, and calls progress, unless it is nil, before each block and at the end. When ctx ends, or progress
// returns an error, it stops before the next block with that error: the tables are valid, Position says where it stood, and another Run goes on as if it had not stopped.
func (t *Trainer[T]) Run(ctx context.Context, progress func(Progress) error) error {
	s := t.Schedule
	if err := s.check(); err != nil {
		return err
	}
	if err := t.checkCorpus(); err != nil {
		return err
	}
	if s.Block == 0 {
		s.Block = 10_000
	}
	team, err := t.team(s)
	if err != nil {
		return err
	}
	starts := t.Corpus.blocks(s.Block * max(1, t.Blocks))
	total := int64(s.Epochs) * int64(t.Corpus.Tokens())
	p := &t.Position
	if p.Epoch < 0 || p.Block < 0 || p.Block > 0 && p.Block >= len(starts)-1 {
		return fmt.Errorf("%w: %+v in %d blocks", ErrPosition, *p, len(starts)-1)
	}
	rate := func(words int64) float64 {
		return max(s.MinRate, s.Rate-(s.Rate-s.MinRate)*float64(words)/float64(max(1, total)))
	}
	tell := func(words int64) error {
		if progress == nil {
			return nil
		}
		return progress(Progress{Epoch: p.Epoch, Epochs: s.Epochs, Words: words, Total: total, Rate: rate(words)})
	}
	for ; p.Epoch < s.Epochs; p.Epoch, p.Block = p.Epoch+1, 0 {
		for ; p.Block < len(starts)-1; p.Block++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			first, last := starts[p.Block], starts[p.Block+1]
			words := int64(p.Epoch) * int64(t.Corpus.Tokens())
			if first > 0 {
				words += int64(t.Corpus.ends[first-1])
			}
			if err := tell(words); err != nil {
				return err
			}
			if err := team.learn(first, last, rate(words)); err != nil {
				return err
			}
		}
	}
	return tell(total)
}

// team is what teaches a block of the corpus.
type team interface {
	learn(first, last int, rate float64) error
}

func (t *Trainer[T]) team(s Schedule) (team, error) {
	if t.Blocks > 1 {
		return newTiles(t, s)
	}
	l, err := NewLearner(t.Tables, t.Objective, rand.NewPCG(0, 0))
	return &alone[T]{t: t, l: l}, err
}

// alone is one learner who does everything in order.
type alone[T kernel.Float] struct {
	t    *Trainer[T]
	l    *Learner[T]
	kept []int32
}

func (a *alone[T]) learn(first, last int, rate float64) error {
	a.l.SetRate(rate)
	a.t.seed(a.l.Rand, 0)
	a.kept = a.t.emit(a.l, first, last, a.kept)
	a.l.Flush()
	return nil
}

// seed starts what learner k draws in the block of the corpus where training stands.
func (t *Trainer[T]) seed(r *rand.PCG, k int) {
	p := t.Position
	r.Seed(mix(t.Schedule.Seed), mix(mix(uint64(p.Epoch)<<32|uint64(p.Block))+uint64(k)))
}

// emit gives the learner sequences first … last-1. kept is scratch.
func (t *Trainer[T]) emit(l *Learner[T], first, last int, kept []int32) []int32 {
	for i := first; i < last; i++ {
		kept = t.Keep.Append(kept[:0], t.Corpus.At(i), l.Rand)
		t.Emit(l, i, kept)
	}
	return kept
}

// checkCorpus tells whether every id is a target, or what else Emit makes of it, and a word that may be dropped.
func (t *Trainer[T]) checkCorpus() error {
	n := t.Ids
	if n == 0 {
		n = t.Objective.targets()
	}
	if t.Keep != nil {
		n = min(n, len(t.Keep.below))
	}
	for i, id := range t.Corpus.ids {
		if int(id) >= n {
			return fmt.Errorf("%w: id %d at place %d of the corpus, want below %d", ErrRow, id, i, n)
		}
	}
	return nil
}
