package loglinear

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/kernel"
)

// plant is a corpus in which ids of a group of four stand together.
func plant(groups, sentences int) (*Corpus, []int64) {
	r := rand.New(rand.NewPCG(7, 8))
	var c Corpus
	counts := make([]int64, 4*groups)
	for range sentences {
		g := r.IntN(groups)
		var s []int32
		for range 8 {
			s = append(s, int32(4*g+r.IntN(4)))
		}
		for _, id := range s {
			counts[id]++
		}
		c.Append(s...)
	}
	return &c, counts
}

func trainer[T kernel.Float](t *testing.T, tree bool, emit Emit[T]) *Trainer[T] {
	c, counts := plant(5, 400)
	noise, err := NewNoise(counts, 0.75)
	require.NoError(t, err)
	o := Objective{Noise: noise, Negatives: 5}
	if tree {
		o.Tree, err = NewHuffman(counts)
		require.NoError(t, err)
	}
	keep, err := NewKeep(counts, 0, 0.1)
	require.NoError(t, err)
	tables, err := NewTables[T](len(counts), o.Rows(), 12)
	require.NoError(t, err)
	tables.Randomise(1)
	return &Trainer[T]{Tables: tables, Objective: o, Corpus: c, Keep: keep, Emit: emit, Schedule: Schedule{Epochs: 10, Rate: 0.1, MinRate: 0.001, Seed: 1, Block: 300}}
}

// margin is by how much ids of a group are nearer than others, in mean cosine.
func margin[T kernel.Float](x *Tables[T]) float64 {
	var same, other, ns, no float64
	for i := range x.Inputs() {
		for j := range i {
			a, b := x.Input(i), x.Input(j)
			cos := float64(kernel.Dot(a, b)) / math.Sqrt(float64(kernel.Dot(a, a))*float64(kernel.Dot(b, b)))
			if i/4 == j/4 {
				same, ns = same+cos, ns+1
			} else {
				other, no = other+cos, no+1
			}
		}
	}
	return same/ns - other/no
}

func TestEveryWayLearns(t *testing.T) {
	for name, x := range map[string]*Trainer[float32]{
		"skip-gram":           trainer(t, false, SkipGram[float32](5, true)),
		"skip-gram, tree too": trainer(t, true, SkipGram[float32](5, true)),
		"CBOW, mean":          trainer(t, false, CBOW[float32](5, true, Mean)),
		"CBOW, sum":           trainer(t, false, CBOW[float32](5, true, Sum)),
		"CBOW, gradient":      trainer(t, true, CBOW[float32](5, true, MeanGradient)),
	} {
		require.Less(t, margin(x.Tables), 0.15, name)
		require.NoError(t, x.Run(t.Context(), nil))
		require.Greater(t, margin(x.Tables), 0.3, name)
	}
}

// The float32 of the kernels and plain float64 go the same way.
func TestPrecisionsAgree(t *testing.T) {
	a, b := trainer(t, true, SkipGram[float32](5, true)), trainer(t, true, SkipGram[float64](5, true))
	for i, x := range a.Tables.In { // begin at the same numbers
		b.Tables.In[i] = float64(x)
	}
	a.Schedule.Epochs, b.Schedule.Epochs = 1, 1
	require.NoError(t, a.Run(t.Context(), nil))
	require.NoError(t, b.Run(t.Context(), nil))
	for i, x := range a.Tables.In {
		require.InDelta(t, b.Tables.In[i], float64(x), 1e-4)
	}
}

func TestStopAndGoOn(t *testing.T) {
	for _, blocks := range []int{1, 3} {
		straight := trainer(t, false, SkipGram[float32](5, true))
		straight.Blocks, straight.Workers = blocks, 1
		require.NoError(t, straight.Run(t.Context(), nil))

		halting := trainer(t, false, SkipGram[float32](5, true))
		halting.Blocks, halting.Workers = blocks, 3
		enough := errors.New("enough")
		runs := 0
		for {
			calls := 0
			err := halting.Run(t.Context(), func(p Progress) error {
				if calls++; calls == 5 {
					return enough
				}
				return nil
			})
			runs++
			if err == nil {
				break
			}
			require.ErrorIs(t, err, enough)
		}
		require.Greater(t, runs, 5)
		require.Equal(t, straight.Tables, halting.Tables, "stopped and gone on, with other workers: the same bits")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x := trainer(t, false, SkipGram[float32](5, true))
	require.ErrorIs(t, x.Run(ctx, nil), context.Canceled)
	require.Zero(t, x.Position)
}

func TestTilesLearn(t *testing.T) {
	x := trainer(t, false, SkipGram[float32](5, true))
	x.Blocks, x.Workers = 4, 2
	require.NoError(t, x.Run(t.Context(), nil))
	require.Greater(t, margin(x.Tables), 0.3)
}

func TestProgress(t *testing.T) {
	x := trainer(t, false, SkipGram[float32](5, true))
	var all []Progress
	require.NoError(t, x.Run(t.Context(), func(p Progress) error { all = append(all, p); return nil }))
	require.Equal(t, Progress{0, 10, 0, 10 * int64(x.Corpus.Tokens()), 0.1}, all[0])
	last := all[len(all)-1]
	require.Equal(t, last.Total, last.Words)
	require.InDelta(t, 0.001, last.Rate, 1e-12)
	require.True(t, slices.IsSortedFunc(all, func(a, b Progress) int { return int(a.Words - b.Words) }))
	require.Len(t, all, 10*(len(x.Corpus.blocks(300))-1)+1)
}

func TestFrozen(t *testing.T) {
	x := trainer(t, true, SkipGram[float32](5, true))
	require.NoError(t, x.Run(t.Context(), nil))
	l, err := NewLearner(x.Tables, x.Objective, rand.NewPCG(1, 1))
	require.NoError(t, err)
	l.SetRate(0.05)
	h, e := slices.Clone(x.Tables.In[:x.Tables.Stride]), make([]float32, x.Tables.Stride)
	before := slices.Clone(x.Tables.Out)
	var frozen, loss float64
	l.Loss = &frozen
	l.Learn(h, 3, e, true)
	require.Equal(t, before, x.Tables.Out)
	l.Rand, l.Loss = rand.NewPCG(1, 1), &loss
	free := make([]float32, x.Tables.Stride)
	l.Learn(h, 3, free, false)
	require.NotEqual(t, before, x.Tables.Out)
	require.InDeltaSlice(t, wide(free), wide(e), 1e-5, "rows named twice apart, the same error")
	require.InDelta(t, loss, frozen, 1e-2)
}

func wide(x []float32) (y []float64) {
	for _, v := range x {
		y = append(y, float64(v))
	}
	return y
}

// LearnAll is Pair for a vector that is in no table.
func TestLearnAll(t *testing.T) {
	a, b := trainer(t, false, SkipGram[float32](5, true)), trainer(t, false, SkipGram[float32](5, true))
	la, err := NewLearner(a.Tables, a.Objective, rand.NewPCG(1, 1))
	require.NoError(t, err)
	lb, err := NewLearner(b.Tables, b.Objective, rand.NewPCG(1, 1))
	require.NoError(t, err)
	la.SetRate(0.1)
	lb.SetRate(0.1)
	var targets []int32
	for i := range int32(1000) {
		targets = append(targets, i%20)
		la.Pair(2, i%20)
	}
	la.Flush()
	lb.LearnAll(b.Tables.In[2*b.Tables.Stride:3*b.Tables.Stride], targets)
	require.Equal(t, a.Tables, b.Tables)
}

func TestTrainerErrors(t *testing.T) {
	for name, spoil := range map[string]func(x *Trainer[float32]){
		"epochs":    func(x *Trainer[float32]) { x.Schedule.Epochs = 0 },
		"rate":      func(x *Trainer[float32]) { x.Schedule.Rate = math.NaN() },
		"least":     func(x *Trainer[float32]) { x.Schedule.MinRate = 1 },
		"block":     func(x *Trainer[float32]) { x.Schedule.Block = -1 },
		"objective": func(x *Trainer[float32]) { x.Objective = Objective{} },
		"noise":     func(x *Trainer[float32]) { x.Objective.Noise = nil },
		"targets":   func(x *Trainer[float32]) { x.Tables.Out = x.Tables.Out[x.Tables.Stride:] },
		"blocks":    func(x *Trainer[float32]) { x.Blocks = 65 },
		"few words": func(x *Trainer[float32]) { x.Blocks = 11 },
	} {
		x := trainer(t, false, SkipGram[float32](5, true))
		spoil(x)
		require.ErrorIs(t, x.Run(t.Context(), nil), ErrConfig, name)
	}
	x := trainer(t, false, SkipGram[float32](5, true))
	x.Position.Block = 1000
	require.ErrorIs(t, x.Run(t.Context(), nil), ErrPosition)
	x = trainer(t, false, SkipGram[float32](5, true))
	x.Corpus.Append(20)
	require.ErrorIs(t, x.Run(t.Context(), nil), ErrRow)
	_, err := NewTables[float32](1, 1, 0)
	require.ErrorIs(t, err, ErrConfig)
}
