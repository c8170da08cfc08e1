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
