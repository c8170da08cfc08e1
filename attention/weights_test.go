package attention_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

func TestWeightsMaps(t *testing.T) {
	ps := verso.NewParams(2)
	a := attention.NewMultiHead(ps, width, 2, attention.DefaultMultiHeadConfig())
	g := verso.NewGraph(1)
	q, k := g.Sequence("q", tensor.Float32, width), g.Sequence("k", tensor.Float32, width)
	mask := g.Input("mask", tensor.Int, 1)
	_, w := a.ForwardWeights(g, q, k, k, attention.Mask{Keys: mask})
	mean := w.Mean(g)
	require.Equal(t, mean, mean.Mean(g))
	m, err := g.Compile(nil)
	require.NoError(t, err)
	_, err = w.Maps(m)
	require.ErrorIs(t, err, verso.ErrGraph, "before a run")
	_, err = attention.Weights{}.Maps(m)
	require.ErrorIs(t, err, verso.ErrGraph)
	rng := rand.New(rand.NewPCG(3, 3))
	x := make([]float32, 6*width)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	require.NoError(t, m.FeedSequence(q, x[:3*width], []int{2, 0, 1}))
	require.NoError(t, m.FeedSequence(k, x, []int{3, 1, 2}))
	require.NoError(t, m.FeedInts(mask, []int{1, 0, 1, 1, 0, 0})) // the last sees nothing
	require.NoError(t, m.Run())
	maps, err := w.Maps(m)
	require.NoError(t, err)
	means, err := mean.Maps(m)
	require.NoError(t, err)
	require.Len(t, maps, 3)
	for s, want := range [][2]int{{2, 3}, {0, 1}, {1, 2}} {
		require.Len(t, maps[s], 2)
		require.Len(t, means[s], 1)
		for h, one := range maps[s] {
			require.Equal(t, want, [2]int{one.Queries, one.Keys})
			for i := range one.Queries {
				sum := float32(0)
				for j, v := range one.Row(i) {
					sum += v
					require.InDelta(t, means[s][0].Row(i)[j], (maps[s][0].Row(i)[j]+maps[s][1].Row(i)[j])/2, 1e-6)
				}
				if s == 2 {
					require.Zero(t, sum)
					continue
				}
				require.InDelta(t, 1, sum, 1e-6, "head %d", h)
				require.Zero(t, one.Row(i)[1], "a hidden key")
			}
		}
	}
}

// Keys that are added come first in the weights, and no mask hides them.
func TestWeightsOfAddedKeys(t *testing.T) {
	c := attention.DefaultMultiHeadConfig()
	c.AddBiasKV, c.AddZeroAttn, c.Causal = true, true, true
	a := attention.NewMultiHead(verso.NewParams(1), width, 2, c)
	g := verso.NewGraph(1)
	x, mask := g.Sequence("x", tensor.Float32, width), g.Input("mask", tensor.Int, 1)
	_, w := a.ForwardWeights(g, x, x, x, attention.Mask{Keys: mask})
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.FeedSequence(x, randomFloats(rand.New(rand.NewPCG(3, 4)), 3*width), []int{2, 0, 1}))
	require.NoError(t, m.FeedInts(mask, []int{1, 1, 0}))
	require.NoError(t, m.Run())
	maps, err := w.Maps(m)
	require.NoError(t, err)
	for s, want := range [][2]int{{2, 4}, {0, 2}, {1, 3}} {
		require.Equal(t, want, [2]int{maps[s][0].Queries, maps[s][0].Keys})
	}
	require.Zero(t, maps[0][1].Row(0)[3], "the first row sees itself and the added keys")
	require.NotZero(t, maps[0][1].Row(1)[3])
	last := maps[2][0].Row(0)
	require.Zero(t, last[2])
	require.InDelta(t, 1, last[0]+last[1], 1e-6, "where all else is hidden the added keys are left")
}
