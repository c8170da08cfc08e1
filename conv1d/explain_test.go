package conv1d_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/conv1d"
)

func TestExplainAddsUp(t *testing.T) {
	m := train(t, 1)
	for _, text := range []string{"The Film was NOT good , it was long", "good", "", "nobody knows these", "bad bad bad"} {
		e, err := m.Explain(text)
		require.NoError(t, err)
		p, err := m.Predict(text)
		require.NoError(t, err)
		require.Equal(t, p, e.Prediction)
		require.Equal(t, p.Class, e.Class)
		sum := e.Bias
		for _, n := range e.NGrams {
			part := 0.0
			for _, f := range n.Filters {
				part += f.Contribution
				require.Positive(t, f.Value)
			}
			require.InDelta(t, n.Contribution, part, 1e-9)
			sum += n.Contribution
			require.Equal(t, text[n.Start:n.End], n.Text)
			require.LessOrEqual(t, len(n.Words), n.Width)
			require.Equal(t, strings.ToLower(n.Text), strings.Join(n.Words, " "))
		}
		require.InDelta(t, e.Score, sum, 1e-4, text)
		require.True(t, slices.IsSortedFunc(e.NGrams, func(a, b conv1d.NGram) int { return cmp.Compare(b.Contribution, a.Contribution) }))
	}
}

// What decides a sentence of the task is its phrase, and the explanation says so.
func TestExplainFindsThePhrase(t *testing.T) {
	m := train(t, 1)
	e, err := m.Explain("the long story of a film was not good in music and plot")
	require.NoError(t, err)
	require.Equal(t, "neg", e.Class)
	require.Contains(t, e.NGrams[0].Text, "not good")
	other, err := m.ExplainClass("the long story of a film was not good in music and plot", "pos")
	require.NoError(t, err)
	require.InDelta(t, -e.Score, other.Score, 1e-5, "with two classes the scores are opposite")
}
