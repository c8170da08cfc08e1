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

func TestNoiseDrawsItsProbabilities(t *testing.T) {
	counts := []int64{50, 0, 17, 9, 8, 5, 3, 1000, 1}
	for _, power := range []float64{0, 0.5, 0.75, 1} {
		n, err := NewNoise(counts, power)
		require.NoError(t, err)
		const draws = 200_000
		seen := make([]float64, n.Len())
		r := rand.NewPCG(1, 2)
		for range draws {
			seen[n.Draw(r)]++
		}
		sum := 0.0
		for i := range counts {
			p := n.Probability(i)
			sum += p
			require.InDelta(t, p, seen[i]/draws, 5*math.Sqrt(p*(1-p)/draws)+1e-9, "id %d, power %v", i, power)
		}
		require.InDelta(t, 1, sum, 1e-12)
		require.Zero(t, seen[1], "an id of count 0")
	}
}

func TestNoiseErrors(t *testing.T) {
	for name, counts := range map[string][]int64{"none": nil, "zeros": {0, 0}, "negative": {1, -1}} {
		_, err := NewNoise(counts, 0.75)
		require.ErrorIs(t, err, ErrCounts, name)
	}
	_, err := NewNoise([]int64{1}, math.NaN())
	require.ErrorIs(t, err, ErrConfig)
}

// The codes of a tree are as short as can be: as long as a textbook's queue makes them; and no code begins another.
func TestHuffmanIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := 2; n < 40; n++ {
		counts := make([]int64, n)
		for i := range counts {
			counts[i] = r.Int64N(30)
		}
		tree, err := NewHuffman(counts)
		require.NoError(t, err)
		require.Equal(t, n, tree.Len())
		var got, want int64
		kraft := 0.0
		for i, c := range counts {
			points, bits := tree.Path(i)
			require.Len(t, bits, len(points))
			require.EqualValues(t, n-2, points[0], "the root is made last")
			got += c * int64(len(bits))
			kraft += math.Pow(2, -float64(len(bits)))
		}
		require.InDelta(t, 1, kraft, 1e-12)
		heap := slices.Clone(counts)
		for len(heap) > 1 {
			slices.Sort(heap)
			heap[1] += heap[0]
			want += heap[1]
			heap = heap[1:]
		}
		require.Equal(t, want, got, "%v", counts)
	}
	for _, counts := range [][]int64{nil, {3}, {1, -1}, {math.MaxInt64, 1}} {
		_, err := NewHuffman(counts)
		require.ErrorIs(t, err, ErrCounts)
	}
}

func TestKeep(t *testing.T) {
	counts := []int64{900, 90, 9, 1}
	k, err := NewKeep(counts, 0, 0.01)
	require.NoError(t, err)
	r := rand.NewPCG(5, 6)
	const n = 50_000
	for id, c := range counts {
		kept := 0
		for range n {
			kept += len(k.Append(nil, []int32{int32(id)}, r))
		}
		p := Probability(c, 1000, 0.01)
		require.InDelta(t, p, float64(kept)/n, 5*math.Sqrt(p*(1-p)/n)+1e-9)
	}
	more, err := NewKeep(counts, 2000, 0.01) // of a text whose rarest words are left out
	require.NoError(t, err)
	p := Probability(900, 2000, 0.01)
	kept := 0
	for range n {
		kept += len(more.Append(nil, []int32{0}, r))
	}
	require.InDelta(t, p, float64(kept)/n, 5*math.Sqrt(p*(1-p)/n))
	none, err := NewKeep(counts, 0, 0)
	require.NoError(t, err)
	require.Equal(t, []int32{0, 1, 0}, none.Append(nil, []int32{0, -1, 1, 0}, r))
	_, err = NewKeep(counts, 0, -1)
	require.ErrorIs(t, err, ErrConfig)
}

func TestFiniteAndCompact(t *testing.T) {
	x, err := NewTables[float32](3, 2, 3)
	require.NoError(t, err)
	x.Randomise(1)
	x.Target(1)[2] = 7
	require.NoError(t, x.Finite())
	in, out := x.Dense(x.In), x.Dense(x.Out)
	x.Compact()
	require.Equal(t, []any{in, out, 3, 2}, []any{x.In, x.Out, x.Inputs(), x.Targets()})
	x.Target(1)[0] = float32(math.Inf(1))
	require.ErrorIs(t, x.Finite(), ErrNotFinite)
	require.ErrorContains(t, x.Finite(), "number 0 of row 1 of the targets is +Inf")
	_, err = NewTables[float32](1<<30, 1, 1<<18)
	require.ErrorIs(t, err, ErrConfig, "more than any machine has")
}

func TestCorpus(t *testing.T) {
	var c Corpus
	for _, s := range [][]int32{{0, 1, 2}, {}, {3}, {2, 2, 0, 1}} {
		c.Append(s...)
	}
	require.Equal(t, 4, c.Len())
	require.Equal(t, 8, c.Tokens())
	require.Empty(t, c.At(1))
	require.Equal(t, []int{0, 1, 4}, c.blocks(3))
	require.Equal(t, []int{0, 4}, c.blocks(100))
	c.Renumber([]int32{1, -1, 0, -1})
	require.Equal(t, 5, c.Tokens())
	var all [][]int32
	for _, s := range c.All() {
		all = append(all, s)
	}
	require.Equal(t, [][]int32{{1, 0}, {}, {}, {0, 0, 1}}, all)
	require.Equal(t, []int{0}, (&Corpus{}).blocks(3))
}

// windows counts the pairs of a sequence.
func windows(t *testing.T, emit Emit[float64], words []int32) map[pair]int {
	seen := map[pair]int{}
	l := &Learner[float64]{Rand: rand.NewPCG(1, 1), collect: func(in, target int32) { seen[pair{in, target}]++ }}
	emit(l, 0, words)
	return seen
}

func TestWindow(t *testing.T) {
	require.Equal(t, map[pair]int{{1, 0}: 1, {2, 0}: 1, {0, 1}: 1, {2, 1}: 1, {3, 1}: 1, {0, 2}: 1, {1, 2}: 1, {3, 2}: 1, {1, 3}: 1, {2, 3}: 1},
		windows(t, SkipGram[float64](2, false), []int32{0, 1, 2, 3}))
	require.Empty(t, windows(t, SkipGram[float64](2, true), []int32{7}))
	// a window of w drawn from 1 … 5 reaches distance d with probability (6-d)/5
	const n = 20_000
	words := make([]int32, n)
	for i := range words {
		words[i] = int32(i)
	}
	near := map[int32]int{}
	for p := range windows(t, SkipGram[float64](5, true), words) {
		near[max(p.in-p.target, p.target-p.in)]++
	}
	for d := int32(1); d <= 5; d++ {
		require.InDelta(t, float64(6-d)/5, float64(near[d])/(2*n), 0.02, "distance %d", d)
	}
	require.Len(t, near, 5)
}

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
