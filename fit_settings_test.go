package verso_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

// A FitConfig is a value: a training within another one's, by the same settings,
// disturbs neither.
func TestFitConfigServesTwoTrainings(t *testing.T) {
	alone := newBag(1, 40)
	_, err := verso.Fit(t.Context(), alone.task(), checkpointConfig(""))
	require.NoError(t, err)

	outer, inner := newBag(1, 40), newBag(1, 40)
	c := checkpointConfig("")
	within := c
	within.Validate = checkpointConfig("").Validate
	c.Progress = func(p verso.Progress) error {
		if p.Step != 7 || p.EpochDone {
			return nil
		}
		_, err := verso.Fit(t.Context(), inner.task(), within)
		return err
	}
	_, err = verso.Fit(t.Context(), outer.task(), c)
	require.NoError(t, err)
	assert.Equal(t, alone.weights(), inner.weights())
	assert.Equal(t, alone.weights(), outer.weights())
}

func TestFitRateFactor(t *testing.T) {
	train := func(factor func(string) float64, rate float64) *bag {
		b := newBag(1, 40)
		c := fitConfig()
		c.Schedule, c.RateFactor = verso.ConstantRate(rate), factor
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
		return b
	}
	one := train(nil, 0.02)
	assert.Equal(t, one.weights(), train(func(string) float64 { return 1 }, 0.02).weights())
	assert.Equal(t, one.weights(), train(func(string) float64 { return 0.5 }, 0.04).weights())

	start := newBag(1, 40)
	head := train(func(name string) float64 {
		if name == "embedding.weight" {
			return 0
		}
		return 1
	}, 0.02)
	assert.Equal(t, start.table.Float32s(), head.table.Float32s())
	assert.NotEqual(t, start.out.Weight.Float32s(), head.out.Weight.Float32s())

	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		c := fitConfig()
		c.RateFactor = func(string) float64 { return bad }
		_, err := verso.Fit(t.Context(), start.task(), c)
		require.ErrorIs(t, err, verso.ErrConfig)
	}
}

// A last batch that is not full is left out, of other examples each time.
func TestFitDropLast(t *testing.T) {
	b := newBag(1, 21)
	var sizes []int
	seen := map[int]bool{}
	b.fed = func(examples []int) {
		sizes = append(sizes, len(examples))
		for _, i := range examples {
			seen[i] = true
		}
	}
	c := fitConfig()
	c.Epochs, c.DropLast = 6, true
	h, err := verso.Fit(t.Context(), b.task(), c)
	require.NoError(t, err)
	assert.Equal(t, 12, h.Steps)
	for _, n := range sizes {
		assert.Equal(t, 8, n)
	}
	assert.Len(t, seen, 21)
	c.Batch = 22
	_, err = verso.Fit(t.Context(), b.task(), c)
	require.ErrorIs(t, err, verso.ErrConfig)
}

func TestFitRefusesPlateau(t *testing.T) {
	for _, change := range []func(c *verso.PlateauConfig){
		func(c *verso.PlateauConfig) { c.Factor = 2 },
		func(c *verso.PlateauConfig) { c.Factor = math.NaN() },
		func(c *verso.PlateauConfig) { c.Patience = -1 },
		func(c *verso.PlateauConfig) { c.Threshold = math.NaN() },
		func(c *verso.PlateauConfig) { c.MinRate = math.NaN() },
	} {
		p := verso.DefaultPlateauConfig()
		change(&p)
		c := checkpointConfig("")
		c.Schedule = verso.Plateau(1, p)
		_, err := verso.Fit(t.Context(), newBag(1, 20).task(), c)
		require.ErrorIs(t, err, verso.ErrConfig)
	}
}
