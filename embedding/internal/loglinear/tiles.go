package loglinear

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// tiles teaches a block of the corpus on several goroutines, with a result that does not depend on their number.
//
// Inputs are dealt into B blocks, and so are targets, which cuts the pairs into B² tiles. Tiles (k, k+s mod B), k = 0 … B-1, have no row of either
// table in common: they are learned side by side, for one s after another (Gemulla et al. 2011; Zhu et al. 2019 for embeddings). So that this is true
// of negatives too, a pair's are drawn from its target's block, ∝ count^power within it. Targets are dealt anew in each epoch; input i stays in
// block i mod B.
type tiles[T kernel.Float] struct {
	t     *Trainer[T]
	b     int
	epoch int // for which blocks are dealt; -1: none

	block    []uint8    // of each target
	learners []*tile[T] // one for each block of targets
	parts    []*part[T] // the block of the corpus is read in so many parts
}

// tile learns the pairs of a block of targets.
type tile[T kernel.Float] struct {
	l     *Learner[T]
	names []int32 // of the block's targets
}

// part collects pairs from some sequences.
type part[T kernel.Float] struct {
	l     *Learner[T]
	kept  []int32
	pairs [][]pair // by tile: B·block of the input + block of the target
}

type pair struct{ in, target int32 }

func newTiles[T kernel.Float](t *Trainer[T], s Schedule) (*tiles[T], error) {
	switch o := t.Objective; {
	case t.Blocks > MaxBlocks:
		return nil, fmt.Errorf("%w: %d blocks, want at most %d", ErrConfig, t.Blocks, MaxBlocks)
	case o.Tree != nil || o.Negatives == 0:
		return nil, fmt.Errorf("%w: %d blocks want negative sampling and no tree", ErrConfig, t.Blocks)
	case o.Noise == nil || o.Noise.Len() < 2*t.Blocks:
		return nil, fmt.Errorf("%w: %d blocks want two targets each at least", ErrConfig, t.Blocks)
	}
	w := &tiles[T]{t: t, b: t.Blocks, epoch: -1, block: make([]uint8, t.Objective.Noise.Len())}
	for range t.Blocks {
		l, err := NewLearner(t.Tables, t.Objective, rand.NewPCG(0, 0))
		if err != nil {
			return nil, err
		}
		w.learners = append(w.learners, &tile[T]{l: l})
		p := &part[T]{pairs: make([][]pair, t.Blocks*t.Blocks)}
		p.l = &Learner[T]{Rand: rand.NewPCG(0, 0), collect: func(in, target int32) {
			k := w.b*(int(in)%w.b) + int(w.block[target])
			p.pairs[k] = append(p.pairs[k], pair{in, target})
		}}
		w.parts = append(w.parts, p)
	}
	return w, nil
}

// deal gives each target its block. Counts fall with the id, so one of every B targets goes to each block, at random.
func (w *tiles[T]) deal() error {
	if w.epoch == w.t.Position.Epoch {
		return nil
	}
	w.epoch = w.t.Position.Epoch
	r := rand.New(rand.NewPCG(mix(w.t.Schedule.Seed), ^mix(uint64(w.epoch))))
	for _, k := range w.learners {
		k.names = k.names[:0]
	}
	for first := 0; first < len(w.block); first += w.b {
		for i, k := range r.Perm(w.b) {
			if id := first + i; id < len(w.block) {
				w.block[id] = uint8(k)
				w.learners[k].names = append(w.learners[k].names, int32(id))
			}
		}
	}
	for k, tile := range w.learners {
		share := make([]float64, len(tile.names))
		for i, id := range tile.names {
			share[i] = w.t.Objective.Noise.p[id]
		}
		noise, err := newNoise(share)
		if err != nil {
			return fmt.Errorf("block %d of %d: %w", k, w.b, err)
		}
		tile.l.o.Noise, tile.l.names = noise, tile.names
	}
	return nil
}

func (w *tiles[T]) learn(first, last int, rate float64) error {
	if err := w.deal(); err != nil {
		return err
	}
	n := len(w.parts)
	kernel.Parallel(w.t.Workers, n, func(k int) {
		p := w.parts[k]
		for i := range p.pairs {
			p.pairs[i] = p.pairs[i][:0]
		}
		w.t.seed(p.l.Rand, k)
		p.kept = w.t.emit(p.l, first+(last-first)*k/n, first+(last-first)*(k+1)/n, p.kept)
	})
	for k, tile := range w.learners {
		tile.l.SetRate(rate)
		w.t.seed(tile.l.Rand, n+k)
	}
	for s := range w.b {
		kernel.Parallel(w.t.Workers, w.b, func(k int) {
			target := (k + s) % w.b
			l := w.learners[target].l
			for _, p := range w.parts {
				for _, x := range p.pairs[w.b*k+target] {
					l.Pair(x.in, x.target)
				}
			}
			l.Flush()
		})
	}
	return nil
}
