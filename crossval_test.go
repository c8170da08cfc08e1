package verso_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// requirePartition proves that each example is in one Test part and in the Train parts of all other folds, and that
// the Test parts differ in size by at most one.
func requirePartition(t *testing.T, n int, folds []verso.Fold) {
	t.Helper()
	var tested, sizes []int
	for _, f := range folds {
		require.Equal(t, upTo(n), slices.Sorted(slices.Values(slices.Concat(f.Train, f.Test))))
		tested = append(tested, f.Test...)
		sizes = append(sizes, len(f.Test))
	}
	slices.Sort(tested)
	require.Equal(t, upTo(n), tested)
	require.LessOrEqual(t, slices.Max(sizes)-slices.Min(sizes), 1)
}

func TestKFoldPartitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for range 100 {
		n := 2 + rng.IntN(60)
		k := 2 + rng.IntN(n-1)
		folds, err := verso.KFold(n, k, rng.Uint64())
		require.NoError(t, err)
		require.Len(t, folds, k)
		requirePartition(t, n, folds)
	}
}

func TestStratifiedKFoldPartitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for range 100 {
		labels := make([]int, 2+rng.IntN(80))
		for i := range labels {
			labels[i] = rng.IntN(4)*rng.IntN(4) - 1 // uneven, one of them negative
		}
		k := 2 + rng.IntN(min(len(labels)-1, 10))
		folds, err := verso.StratifiedKFold(labels, k, rng.Uint64())
		require.NoError(t, err)
		require.Len(t, folds, k)
		requirePartition(t, len(labels), folds)
		for _, label := range labels {
			var counts []int
			for _, f := range folds {
				count := 0
				for _, example := range f.Test {
					if labels[example] == label {
						count++
					}
				}
				counts = append(counts, count)
			}
			require.LessOrEqual(t, slices.Max(counts)-slices.Min(counts), 1, "label %d: %v", label, counts)
		}
	}
}

// A development part cut off the end of Train must not be one label, however the examples lie in the file.
func TestFoldsAreShuffled(t *testing.T) {
	labels := make([]int, 1000)
	for i := range labels {
		labels[i] = i / 500
	}
	for name, fold := range map[string]func() ([]verso.Fold, error){
		"plain":      func() ([]verso.Fold, error) { return verso.KFold(len(labels), 10, 4) },
		"stratified": func() ([]verso.Fold, error) { return verso.StratifiedKFold(labels, 10, 4) },
	} {
		folds, err := fold()
		require.NoError(t, err)
		for _, part := range [][]int{folds[0].Train[:90], folds[0].Train[810:], folds[0].Test} {
			ones := 0
			for _, example := range part {
				ones += labels[example]
			}
			assert.InDelta(t, .5, float64(ones)/float64(len(part)), .2, name)
		}
	}
}

// The folds of a seed are a promise: figures that were published with a seed can be had again.
func TestFoldsOfASeed(t *testing.T) {
	folds, err := verso.KFold(10, 3, 1)
	require.NoError(t, err)
	assert.Equal(t, foldsOfSeed1, folds)

	again, err := verso.KFold(10, 3, 1)
	require.NoError(t, err)
	assert.Equal(t, folds, again)
	slices.Sort(again[0].Train)
	assert.Equal(t, foldsOfSeed1[1:], again[1:], "a fold's slices are its own")

	other, err := verso.KFold(10, 3, 2)
	require.NoError(t, err)
	assert.NotEqual(t, folds, other)
}

func TestFoldErrors(t *testing.T) {
	for _, c := range []struct{ n, k int }{{10, 1}, {10, 0}, {10, -1}, {10, 11}, {0, 2}, {-5, 2}, {1, 1}} {
		_, err := verso.KFold(c.n, c.k, 1)
		assert.ErrorIs(t, err, verso.ErrConfig, "%+v", c)
		if c.n >= 0 {
			_, err = verso.StratifiedKFold(make([]int, c.n), c.k, 1)
			assert.ErrorIs(t, err, verso.ErrConfig, "%+v", c)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		n        int
		fraction float64
		held     int
	}{{100, .1, 10}, {15, .1, 2}, {14, .1, 1}, {4, .1, 0}, {7, 0, 0}, {7, 1, 7}, {0, .5, 0}} {
		indices := upTo(c.n)
		for i := range indices {
			indices[i] += 1000
		}
		given := slices.Clone(indices)
		rest, held, err := verso.Split(indices, c.fraction, 5)
		require.NoError(t, err)
		assert.Len(t, held, c.held, "%+v", c)
		assert.Equal(t, given, indices, "the caller's slice stays as it was")
		assert.ElementsMatch(t, given, slices.Concat(rest, held))
		if c.n == 100 {
			assert.NotEqual(t, given[90:], held, "the held part is drawn")
			again, _, err := verso.Split(indices, c.fraction, 5)
			require.NoError(t, err)
			assert.Equal(t, rest, again)
			other, _, err := verso.Split(indices, c.fraction, 6)
			require.NoError(t, err)
			assert.NotEqual(t, rest, other)
		}
	}
	rest, held, err := verso.Split(upTo(10), .5, 5)
	require.NoError(t, err)
	_ = append(rest, -1)
	assert.NotContains(t, held, -1, "growing one part leaves the other alone")

	for _, fraction := range []float64{-.1, 1.1, math.NaN(), math.Inf(1)} {
		_, _, err := verso.Split(upTo(10), fraction, 5)
		assert.ErrorIs(t, err, verso.ErrConfig, "%v", fraction)
	}
}

func TestCrossValidate(t *testing.T) {
	folds, err := verso.KFold(10, 5, 6)
	require.NoError(t, err)
	failure := errors.New("failed")

	t.Run("scores lie in the order of the folds", func(t *testing.T) {
		scores, err := verso.CrossValidate(t.Context(), folds, func(_ context.Context, fold int, f verso.Fold) (float64, error) {
			assert.Equal(t, folds[fold], f)
			return float64(fold), nil
		})
		require.NoError(t, err)
		assert.Equal(t, verso.Scores{0, 1, 2, 3, 4}, scores)
	})
	t.Run("an error names the fold and keeps the scores so far", func(t *testing.T) {
		scores, err := verso.CrossValidate(t.Context(), folds, func(_ context.Context, fold int, _ verso.Fold) (float64, error) {
			if fold == 2 {
				return 9, failure
			}
			return .5, nil
		})
		require.ErrorIs(t, err, failure)
		assert.ErrorContains(t, err, "fold 3 of 5")
		assert.Equal(t, verso.Scores{.5, .5}, scores)
	})
	t.Run("a cancelled context stops before the next fold", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		scores, err := verso.CrossValidate(ctx, folds, func(_ context.Context, fold int, _ verso.Fold) (float64, error) {
			if fold == 1 {
				cancel()
			}
			return .5, nil
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.Len(t, scores, 2)
	})
	t.Run("a score that is no number is an error", func(t *testing.T) {
		scores, err := verso.CrossValidate(t.Context(), folds, func(context.Context, int, verso.Fold) (float64, error) {
			return math.NaN(), nil
		})
		require.ErrorContains(t, err, "fold 1 of 5: the score is NaN")
		assert.Empty(t, scores)
	})
	t.Run("no folds", func(t *testing.T) {
		_, err := verso.CrossValidate(t.Context(), nil, nil)
		require.ErrorIs(t, err, verso.ErrConfig)
	})
}

func TestScores(t *testing.T) {
	for _, c := range []struct {
		name                string
		scores              verso.Scores
		mean, std, min, max float64
		text                string
	}{
		{"none", nil, math.NaN(), math.NaN(), math.NaN(), math.NaN(), "no scores"},
		{"one", verso.Scores{.5}, .5, math.NaN(), .5, .5, "0.5000"},
		// Squared differences 9+1+1+1+0+0+4+16 = 32 over n−1 = 7.
		{"eight", verso.Scores{2, 4, 4, 4, 5, 5, 7, 9}, 5, math.Sqrt(32. / 7), 2, 9, "5.0000 ± 2.1381"},
		{"far from zero", verso.Scores{1e9 + 1, 1e9 + 2, 1e9 + 3}, 1e9 + 2, 1, 1e9 + 1, 1e9 + 3, "1000000002.0000 ± 1.0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, got := range []float64{c.scores.Mean(), c.scores.Std(), c.scores.Min(), c.scores.Max()} {
				want := []float64{c.mean, c.std, c.min, c.max}[i]
				if math.IsNaN(want) {
					assert.True(t, math.IsNaN(got), "measure %d: %v", i, got)
				} else {
					assert.InDelta(t, want, got, 1e-12, "measure %d", i)
				}
			}
			assert.Equal(t, c.text, c.scores.String())
		})
	}
}

func ExampleKFold() {
	folds, err := verso.KFold(10_662, 10, 1)
	if err != nil {
		panic(err)
	}
	train, dev, err := verso.Split(folds[0].Train, 0.1, 1)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(folds), "folds; the first trains on", len(train), "stops early on", len(dev), "and tests on", len(folds[0].Test))
	// Output: 10 folds; the first trains on 8635 stops early on 960 and tests on 1067
}

func ExampleStratifiedKFold() {
	labels := []int{0, 0, 0, 0, 0, 0, 1, 1, 1} // two of class 0 for each of class 1
	folds, err := verso.StratifiedKFold(labels, 3, 1)
	if err != nil {
		panic(err)
	}
	for _, f := range folds {
		ones := 0
		for _, example := range f.Test {
			ones += labels[example]
		}
		fmt.Println(len(f.Test), "examples,", ones, "of class 1")
	}
	// Output:
	// 3 examples, 1 of class 1
	// 3 examples, 1 of class 1
	// 3 examples, 1 of class 1
}

func ExampleCrossValidate() {
	labels := []int{0, 1, 1, 1, 0, 1, 1, 0, 1, 1}
	folds, err := verso.StratifiedKFold(labels, 2, 1)
	if err != nil {
		panic(err)
	}
	// The trial: always answer with the most frequent class of the training part.
	trial := func(_ context.Context, _ int, f verso.Fold) (float64, error) {
		count := [2]int{}
		for _, example := range f.Train {
			count[labels[example]]++
		}
		answer, right := 0, 0
		if count[1] > count[0] {
			answer = 1
		}
		for _, example := range f.Test {
			if labels[example] == answer {
				right++
			}
		}
		return float64(right) / float64(len(f.Test)), nil
	}
	scores, err := verso.CrossValidate(context.Background(), folds, trial)
	if err != nil {
		panic(err)
	}
	fmt.Println("accuracy", scores, "from", scores.Min(), "to", scores.Max())
	// Output: accuracy 0.7000 ± 0.1414 from 0.6 to 0.8
}

// What KFold(10, 3, 1) gave when it was written.
var foldsOfSeed1 = []verso.Fold{
	{Train: []int{3, 0, 4, 9, 8, 7}, Test: []int{2, 5, 1, 6}},
	{Train: []int{2, 0, 5, 9, 1, 7, 6}, Test: []int{3, 4, 8}},
	{Train: []int{2, 3, 5, 4, 1, 8, 6}, Test: []int{0, 9, 7}},
}
