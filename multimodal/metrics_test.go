package multimodal

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRank(t *testing.T) {
	// Query 0: right item 1 is second. Query 1: right items 0 and 2 are first and
	// third. Query 2: right item 3 is last.
	scores := []float32{
		.9, .8, .1, .2,
		.9, .5, .4, .1,
		.9, .8, .7, .6,
	}
	r, err := Rank(t.Context(), scores, 4, [][]int{{1}, {2, 0}, {3}})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1, 4}, r.Ranks())
	assert.Equal(t, 3, r.Queries())
	assert.InDelta(t, 1.0/3, r.Recall(1), 1e-12)
	assert.InDelta(t, 2.0/3, r.Recall(3), 1e-12)
	assert.InDelta(t, 1, r.Recall(10), 1e-12)
	assert.Equal(t, 2, r.MedianRank())
	assert.InDelta(t, 7.0/3, r.MeanRank(), 1e-12)
	assert.InDelta(t, (0.5+1+0.25)/3, r.MRR(), 1e-12)
	assert.InDelta(t, (0.5+(1+2.0/3)/2+0.25)/3, r.MAP(), 1e-12)
	assert.Contains(t, r.String(), "R@1 0.333")

	even, err := Rank(t.Context(), []float32{.9, .8, .9, .8}, 2, [][]int{{0}, {1}})
	require.NoError(t, err)
	assert.Equal(t, 1, even.MedianRank(), "the middle of 1 and 2, rounded down")
}

func TestRankSettlesTiesAgainstTheModel(t *testing.T) {
	nan := float32(math.NaN())
	r, err := Rank(t.Context(), []float32{
		.5, .5, .5,
		.5, .5, .1,
		nan, .1, .2,
		nan, nan, .2,
	}, 3, [][]int{{0}, {0, 1}, {0}, {0}})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 1, 3, 3}, r.Ranks())
	assert.InDelta(t, 1, r.items[1], 1e-12, "two right items do not stand in each other's way")
}

func TestRankRefuses(t *testing.T) {
	for _, c := range []struct {
		scores []float32
		n      int
		right  [][]int
		says   string
	}{
		{[]float32{1}, 2, [][]int{{0}}, "want 2 scores, got 1"},
		{[]float32{1, 2}, 2, [][]int{{}}, "query 0 has no right answer"},
		{[]float32{1, 2}, 2, [][]int{{2}}, "right answer 2 of query 0, there are 2"},
		{nil, 0, nil, "0 items"},
	} {
		_, err := Rank(t.Context(), c.scores, c.n, c.right)
		require.ErrorIs(t, err, ErrShape)
		assert.ErrorContains(t, err, c.says)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Rank(done, []float32{1}, 1, [][]int{{0}})
	require.ErrorIs(t, err, context.Canceled)
	none, err := Rank(t.Context(), nil, 1, nil)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(none.Recall(1)))
	assert.Zero(t, none.MedianRank())
	assert.Equal(t, "no queries", none.String())
}

// TestRankAgreesWithSorting compares with a full sort in which wrong items stand
// before right ones of the same score.
func TestRankAgreesWithSorting(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	const queries, n = 300, 17
	scores, right := make([]float32, queries*n), make([][]int, queries)
	for i := range scores {
		scores[i] = float32(rng.IntN(6)) // many ties
		if rng.IntN(20) == 0 {
			scores[i] = float32(math.NaN())
		}
	}
	for q := range right {
		right[q] = rng.Perm(n)[:1+rng.IntN(n)]
	}
	r, err := Rank(t.Context(), scores, n, right)
	require.NoError(t, err)
	for q, answers := range right {
		order := rng.Perm(n)
		value := func(i int) float64 {
			v := float64(scores[q*n+i])
			if v != v {
				v = -1
			}
			if slices.Contains(answers, i) {
				v -= 0.5 // behind wrong ones of the same score
			}
			return v
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(value(b), value(a)) })
		best, found, precision := 0, 0, 0.0
		for place, i := range order {
			if slices.Contains(answers, i) {
				found++
				precision += float64(found) / float64(place+1)
				if found == 1 {
					best = place + 1
				}
			}
		}
		require.Equal(t, best, r.Ranks()[q])
		require.InDelta(t, precision/float64(found), r.items[q], 1e-12)
	}
}

func TestChance(t *testing.T) {
	chance := func(n, k int, right ...[]int) float64 {
		r, err := Rank(t.Context(), make([]float32, n*len(right)), n, right)
		require.NoError(t, err)
		return r.Chance(k)
	}
	assert.InDelta(t, 0.1, chance(100, 10, []int{3}), 1e-12)
	assert.InDelta(t, 1-0.5*1.0/3, chance(4, 2, []int{0, 1}), 1e-12, "one of six pairs has neither")
	assert.InDelta(t, 1, chance(3, 5, []int{0}), 1e-12)
	assert.InDelta(t, 0.375, chance(4, 1, []int{0}, []int{1, 2}), 1e-12)
	assert.True(t, math.IsNaN(chance(3, 1)))
}
