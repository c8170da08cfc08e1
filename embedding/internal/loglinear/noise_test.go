package loglinear

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoiseDrawsItsProbabilities(t *testing.T) {
	counts := []int64{50, 0, 17, 9, 8, 5, 3, 1000, 1}
	for _, power := range []float64{0, 0.5, 0.75, 1} {
		n, err := NewNoise(counts, power)
		require.NoError(t, err)
		const draws = 200_000
		seen := make([]float64, n.Len())
		r := rand.NewPCG(1, 2)
		for range draws {
			seen[n.Draw(r)]++
		}
		sum := 0.0
		for i := range counts {
			p := n.Probability(i)
			sum += p
			require.InDelta(t, p, seen[i]/draws, 5*math.Sqrt(p*(1-p)/draws)+1e-9, "id %d, power %v", i, power)
		}
		require.InDelta(t, 1, sum, 1e-12)
		require.Zero(t, seen[1], "an id of count 0")
	}
}

func TestNoiseErrors(t *testing.T) {
	for name, counts := range map[string][]int64{"none": nil, "zeros": {0, 0}, "negative": {1, -1}} {
		_, err := NewNoise(counts, 0.75)
		require.ErrorIs(t, err, ErrCounts, name)
	}
	_, err := NewNoise([]int64{1}, math.NaN())
	require.ErrorIs(t, err, ErrConfig)
}

// The codes of a tree are as short as can be: as long as a textbook's queue makes them; and no code begins another.
func TestHuffmanIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := 2; n < 40; n++ {
		counts := make([]int64, n)
		for i := range counts {
			counts[i] = r.Int64N(30)
		}
		tree, err := NewHuffman(counts)
		require.NoError(t, err)
		require.Equal(t, n, tree.Len())
		var got, want int64
		kraft := 0.0
		for i, c := range counts {
			points, bits := tree.Path(i)
			require.Len(t, bits, len(points))
			require.EqualValues(t, n-2, points[0], "the root is made last")
			got += c * int64(len(bits))
			kraft += math.Pow(2, -float64(len(bits)))
		}
		require.InDelta(t, 1, kraft, 1e-12)
		heap := slices.Clone(counts)
		for len(heap) > 1 {
			slices.Sort(heap)
			heap[1] += heap[0]
			want += heap[1]
			heap = heap[1:]
		}
		require.Equal(t, want, got, "%v", counts)
	}
	for _, counts := range [][]int64{nil, {3}, {1, -1}, {math.MaxInt64, 1}} {
		_, err := NewHuffman(counts)
		require.ErrorIs(t, err, ErrCounts)
	}
}

func TestKeep(t *testing.T) {
	counts := []int64{900, 90, 9, 1}
	k, err := NewKeep(counts, 0, 0.01)
	require.NoError(t, err)
	r := rand.NewPCG(5, 6)
	const n = 50_000
	for id, c := range counts {
		kept := 0
		for range n {
			kept += len(k.Append(nil, []int32{int32(id)}, r))
		}
		p := Probability(c, 1000, 0.01)
		require.InDelta(t, p, float64(kept)/n, 5*math.Sqrt(p*(1-p)/n)+1e-9)
	}
	more, err := NewKeep(counts, 2000, 0.01) // of a text whose rarest words are left out
	require.NoError(t, err)
	p := Probability(900, 2000, 0.01)
	kept := 0
	for range n {
		kept += len(more.Append(nil, []int32{0}, r))
	}
	require.InDelta(t, p, float64(kept)/n, 5*math.Sqrt(p*(1-p)/n))
	none, err := NewKeep(counts, 0, 0)
	require.NoError(t, err)
	require.Equal(t, []int32{0, 1, 0}, none.Append(nil, []int32{0, -1, 1, 0}, r))
	_, err = NewKeep(counts, 0, -1)
	require.ErrorIs(t, err, ErrConfig)
}
