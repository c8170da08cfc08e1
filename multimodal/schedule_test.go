package multimodal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

func TestPublishedFits(t *testing.T) {
	for name, c := range map[string]struct {
		fit           func(train, dev int) verso.FitConfig
		epochs, batch int
		clip, fall    float64
	}{
		"w2vv": {Word2VisualVecFit, 100, 100, 5, 1}, "w2vv++": {W2VVPlusPlusFit, 80, 128, 2, 0.99}, "dual": {DualEncodingFit, 50, 128, 2, 0.99},
	} {
		f := c.fit(1000, 0)
		assert.Equal(t, []any{c.epochs, c.batch, c.clip, 0}, []any{f.Epochs, f.Batch, f.ClipNorm, f.Patience}, name)
		assert.InDelta(t, 1e-4*c.fall, f.Schedule.Rate(verso.StepsPerEpoch(1000, c.batch)), 1e-12)
		assert.Equal(t, 11, c.fit(1000, 10).Patience)
	}
}

// TestWhenRatesAreHalved follows scores by hand, as the published programs do.
func TestWhenRatesAreHalved(t *testing.T) {
	always, inARow := []func(int, int) verso.FitConfig{Word2VisualVecFit, DualEncodingFit}, []func(int, int) verso.FitConfig{W2VVPlusPlusFit}
	for _, c := range []struct {
		fits   []func(train, dev int) verso.FitConfig
		scores []float64
		after  []float64 // the rate after each score, in units of the first
	}{
		{always, []float64{.1, .2, .3, .29, .28, .27}, []float64{1, 1, 1, .5, .5, .5}},
		{always, []float64{.1, .2, .3, .29, .28, .27, .26}, []float64{1, 1, 1, .5, .5, .5, .25}},
		{always, []float64{.5, .4, .4, .4, .6, .6}, []float64{1, 1, .5, .5, .5, .25}},
		{inARow, []float64{.1, .2, .3, .29, .28, .27, .26}, []float64{1, 1, 1, 1, 1, .5, .5}},
		{inARow, []float64{.5, .4, .4, .4}, []float64{1, 1, 1, .5}},
		{inARow, []float64{.5, .50001, .50002, .50003}, []float64{1, 1, 1, .5}}, // too little to count as better
	} {
		for _, fit := range c.fits {
			s, ok := fit(1000, 10).Schedule.(verso.AdaptiveSchedule)
			require.True(t, ok)
			for i, score := range c.scores {
				s.Observe(score)
				require.InDelta(t, 1e-4*c.after[i], s.Rate(0), 1e-12, "score %d of %v", i, c.scores)
				state := s.State()
				require.NoError(t, s.SetState(nil))
				require.InDelta(t, 1e-4, s.Rate(0), 1e-12)
				require.NoError(t, s.SetState(state))
			}
			require.ErrorIs(t, s.SetState([]float64{1}), verso.ErrCheckpoint)
		}
	}
}
