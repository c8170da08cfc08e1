package multimodal

import (
	"math"
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
	r, err := Rank(scores, 4, [][]int{{1}, {2, 0}, {3}})
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

	even, err := Rank([]float32{.9, .8, .9, .8}, 2, [][]int{{0}, {1}})
	require.NoError(t, err)
	assert.Equal(t, 1, even.MedianRank(), "the middle of 1 and 2, rounded down")
}

func TestRankSettlesTiesAgainstTheModel(t *testing.T) {
	nan := float32(math.NaN())
	r, err := Rank([]float32{
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
		_, err := Rank(c.scores, c.n, c.right)
		require.ErrorIs(t, err, ErrShape)
		assert.ErrorContains(t, err, c.says)
	}
	none, err := Rank(nil, 1, nil)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(none.Recall(1)))
	assert.Zero(t, none.MedianRank())
	assert.Equal(t, "no queries", none.String())
}

func TestSameID(t *testing.T) {
	assert.Equal(t, [][]int{{1}, {0, 2}, nil}, SameID([]string{"b", "a", "c"}, []string{"a", "b", "a"}))
}

func TestChanceRecall(t *testing.T) {
	assert.InDelta(t, 0.1, ChanceRecall(100, 10, [][]int{{3}}), 1e-12)
	assert.InDelta(t, 1-0.5*1.0/3, ChanceRecall(4, 2, [][]int{{0, 1}}), 1e-12, "one of six pairs has neither")
	assert.InDelta(t, 1, ChanceRecall(3, 5, [][]int{{0}}), 1e-12)
	assert.True(t, math.IsNaN(ChanceRecall(3, 1, nil)))
}
