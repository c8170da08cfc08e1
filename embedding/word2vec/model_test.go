package word2vec

import (
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
)

func TestUsedByManyGoroutines(t *testing.T) {
	c := small()
	c.HierarchicalSoftmax = true
	m := trained(t, c)
	want, err := m.Probability("dog", "cow")
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := m.Probability("dog", "cow")
			assert.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Equal(t, 17, m.Vectors().Len())
			_, err = m.LogOdds("dog", "cow")
			assert.NoError(t, err)
		})
	}
	wait.Wait()
}

// Vectors that one has are where learning begins.
func TestPretrained(t *testing.T) {
	c := small()
	c.Rate, c.MinRate, c.Epochs = 1e-9, 0, 1
	rows := make([]float32, 2*c.Dim)
	rows[0], rows[c.Dim+1] = 5, 7
	v, err := vectors.New([]string{"cat", "unheard"}, rows, c.Dim)
	require.NoError(t, err)
	c.Pretrained = v
	c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	m := trained(t, c)
	cat, _ := m.Vectors().Row("cat")
	require.InDeltaSlice(t, rows[:c.Dim], cat, 1e-6)
	_, ok := m.Vectors().Row("unheard")
	require.False(t, ok)
	rows[0] = 6
	_, err = Train(t.Context(), planted(400), c)
	require.ErrorIs(t, err, ErrFile, "a training from other vectors")
	c.Dim++
	_, err = Train(t.Context(), planted(400), c)
	require.ErrorIs(t, err, ErrConfig)
}

func TestContinue(t *testing.T) {
	c := small()
	c.Epochs = 1
	m := trained(t, c)
	before := saved(t, m)
	fresh := slices.Values([][]string{{"cat", "unheard", "red"}, {"red", "cat"}, {"cat", "red", "cat", "red"}})
	apart, err := m.LogOdds("cat", "red")
	require.NoError(t, err)
	c.Epochs, c.Dim, c.Sample = 200, 99, 0
	require.NoError(t, m.Continue(t.Context(), fresh, c))
	require.NotEqual(t, before, saved(t, m))
	require.Equal(t, 16, m.Dim())
	_, known := m.Vectors().Row("unheard")
	require.False(t, known)
	odds, err := m.LogOdds("cat", "red")
	require.NoError(t, err)
	require.Greater(t, odds, apart+1, "what stands together now is expected more")
	require.ErrorIs(t, m.Continue(t.Context(), slices.Values([][]string{{"unheard"}}), c), ErrCorpus)
	c.Rate = -1
	require.ErrorIs(t, m.Continue(t.Context(), fresh, c), ErrConfig)
}

// The tree's probabilities are a distribution, and say what stands beside what.
func TestProbability(t *testing.T) {
	for _, negatives := range []int{0, 3} {
		c := small()
		c.HierarchicalSoftmax, c.Negatives = true, negatives
		m := trained(t, c)
		sum := 0.0
		for _, w := range m.Vocabulary().Words() {
			p, err := m.Probability("dog", w)
			require.NoError(t, err)
			sum += p
		}
		require.InDelta(t, 1, sum, 1e-5)
		near, err := m.Probability("dog", "cow")
		require.NoError(t, err)
		far, err := m.Probability("dog", "two")
		require.NoError(t, err)
		require.Greater(t, near, 2*far)
		_, err = m.Probability("dog", "unheard")
		require.ErrorIs(t, err, ErrWord)
		_, err = m.LogOdds("unheard", "dog")
		require.ErrorIs(t, err, ErrWord)
	}
	c := small()
	c.Epochs = 1
	_, err := trained(t, c).Probability("dog", "cow")
	require.ErrorIs(t, err, ErrConfig)
}
