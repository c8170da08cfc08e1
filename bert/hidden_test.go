package bert_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert"
)

// The rows of a text are those of its pieces: their mean is what Encode returns.
func TestHiddenStates(t *testing.T) {
	m := trained(t)
	means, err := m.Encode(t.Context(), farmTexts, bert.DefaultEncodeConfig())
	require.NoError(t, err)
	c := bert.DefaultHiddenConfig()
	c.Batch = 3
	states, err := m.HiddenStates(t.Context(), farmTexts, c)
	require.NoError(t, err)
	require.Len(t, states, len(farmTexts))
	for i, h := range states {
		require.Len(t, h.Rows, len(h.Pieces))
		sum := make([]float64, m.Config().Hidden)
		for _, row := range h.Rows {
			require.Len(t, row, len(sum))
			for k, v := range row {
				sum[k] += float64(v) / float64(len(h.Rows))
			}
		}
		require.InDeltaSlice(t, means[i], sum, 1e-5)
	}
	require.Equal(t, "cat", farmTexts[0][states[0].Pieces[2].Start:states[0].Pieces[2].End])
	c.Layer = 2
	last, err := m.HiddenStates(t.Context(), farmTexts[2:3], c)
	require.NoError(t, err)
	require.Equal(t, states[2], last[0], "alone as among others, by either number")
	c.Layer = 0
	first, err := m.HiddenStates(t.Context(), []string{"cat the cat"}, c)
	require.NoError(t, err)
	require.NotEqual(t, first[0].Rows[1], first[0].Rows[3], "a place has its own part in the embedding")
	c.Layer = -3
	again, err := m.HiddenStates(t.Context(), []string{"cat the cat"}, c)
	require.NoError(t, err)
	require.Equal(t, first, again)
	for _, layer := range []int{3, -4} {
		c.Layer = layer
		_, err = m.HiddenStates(t.Context(), farmTexts, c)
		require.ErrorContains(t, err, fmt.Sprintf("Layer wants a number from -3 to 2, got %d", layer))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.HiddenStates(ctx, farmTexts, bert.DefaultHiddenConfig())
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m.Pooler())
	require.NotNil(t, m.MaskedWords())
	require.Nil(t, fineTuned(t).Model().MaskedWords())
}
