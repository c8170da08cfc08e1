package loglinear

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

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
