package verso_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

var negInf = float32(math.Inf(-1))

func ExampleSampler() {
	s, err := verso.NewSampler(verso.Sampling{Temperature: 0.8, TopK: 3, TopP: 0.8}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, _, err := s.Next([]float32{0.1, 2.5, -1, 0.3})
	fmt.Println(token, err)
	// Output: 1 <nil>
}

// frequencies draws n tokens and returns how often each came.
func frequencies(t *testing.T, s verso.Sampling, logits []float32, n int) []float64 {
	t.Helper()
	sampler, err := verso.NewSampler(s, 7)
	require.NoError(t, err)
	f := make([]float64, len(logits))
	for range n {
		id, p, err := sampler.Next(logits)
		require.NoError(t, err)
		require.Greater(t, p, 0.0)
		f[id] += 1 / float64(n)
	}
	return f
}

// Logits are logarithms of 0.5, 0.3, 0.15, 0.05 in another order, so that the
// wanted distributions can be worked out by hand.
func TestSampler(t *testing.T) {
	logits := []float32{float32(math.Log(0.15)), float32(math.Log(0.5)), float32(math.Log(0.05)), float32(math.Log(0.3)), negInf}
	root := math.Sqrt(0.5) + math.Sqrt(0.3) + math.Sqrt(0.15) + math.Sqrt(0.05)
	for _, c := range []struct {
		name string
		s    verso.Sampling
		want []float64
	}{
		{"its own distribution", verso.DefaultSampling(), []float64{0.15, 0.5, 0.05, 0.3, 0}},
		{"temperature 2 takes the root", verso.Sampling{Temperature: 2, TopP: 1}, []float64{math.Sqrt(0.15) / root, math.Sqrt(0.5) / root, math.Sqrt(0.05) / root, math.Sqrt(0.3) / root, 0}},
		{"temperature 0 is greedy", verso.Sampling{TopP: 1}, []float64{0, 1, 0, 0, 0}},
		{"top 2", verso.Sampling{Temperature: 1, TopK: 2, TopP: 1}, []float64{0, 0.5 / 0.8, 0, 0.3 / 0.8, 0}},
		{"nucleus that the second token crosses", verso.Sampling{Temperature: 1, TopP: 0.6}, []float64{0, 0.5 / 0.8, 0, 0.3 / 0.8, 0}},
		{"a nucleus smaller than the first token", verso.Sampling{Temperature: 1, TopP: 0.01}, []float64{0, 1, 0, 0, 0}},
		{"nucleus of what top 3 left", verso.Sampling{Temperature: 1, TopK: 3, TopP: 0.9}, []float64{0.15 / 0.95, 0.5 / 0.95, 0, 0.3 / 0.95, 0}},
		{"top k above the number of tokens", verso.Sampling{Temperature: 1, TopK: 99, TopP: 1}, []float64{0.15, 0.5, 0.05, 0.3, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.InDeltaSlice(t, c.want, frequencies(t, c.s, logits, 40_000), 0.01)
		})
	}
}

// Among many tokens, some of them equal, those are drawn that a sort leaves, each
// with its probability among them.
func TestSamplerChoice(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		logits := make([]float32, 300)
		for i := range logits {
			logits[i] = float32(rng.IntN(12)) / 2
		}
		s := verso.Sampling{Temperature: 0.9, TopK: rng.IntN(3) * 40, TopP: []float64{1, 0.7}[rng.IntN(2)]}
		order := make([]int, len(logits))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(logits[b], logits[a]) })
		if s.TopK > 0 {
			order = order[:s.TopK]
		}
		sum := func(of []int) (sum float64) {
			for _, id := range of {
				sum += math.Exp(float64(logits[id]) / s.Temperature)
			}
			return sum
		}
		n := 1
		for s.TopP < 1 && sum(order[:n]) < s.TopP*sum(order) {
			n++
		}
		if s.TopP < 1 {
			order = order[:n]
		}
		sampler, err := verso.NewSampler(s, 3)
		require.NoError(t, err)
		for range 400 {
			id, p, err := sampler.Next(logits)
			require.NoError(t, err)
			require.Contains(t, order, id, "%+v", s)
			require.InEpsilon(t, sum([]int{id})/sum(order), p, 1e-9, "%+v", s)
		}
	}
}

func BenchmarkSampler(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	logits := make([]float32, 10_000)
	for i := range logits {
		logits[i] = float32(2 * rng.NormFloat64())
	}
	for _, s := range []verso.Sampling{{Temperature: 1, TopP: 1}, {Temperature: 1, TopK: 40, TopP: 1}, {Temperature: 1, TopP: 0.9}} {
		b.Run(fmt.Sprintf("k=%d,p=%v", s.TopK, s.TopP), func(b *testing.B) {
			sampler, err := verso.NewSampler(s, 1)
			require.NoError(b, err)
			for b.Loop() {
				if _, _, err := sampler.Next(logits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestSamplerSameSeed(t *testing.T) {
	logits := make([]float32, 50)
	draw := func(seed uint64) (out []int) {
		s, err := verso.NewSampler(verso.DefaultSampling(), seed)
		require.NoError(t, err)
		for range 30 {
			id, p, err := s.Next(logits)
			require.NoError(t, err)
			require.InDelta(t, 0.02, p, 1e-12)
			out = append(out, id)
		}
		return out
	}
	require.Equal(t, draw(1), draw(1))
	require.NotEqual(t, draw(1), draw(2))
}

func TestSamplerRefuses(t *testing.T) {
	nan := math.NaN()
	for _, s := range []verso.Sampling{
		{Temperature: -1, TopP: 1}, {Temperature: nan, TopP: 1}, {Temperature: math.Inf(1), TopP: 1},
		{Temperature: 1}, {Temperature: 1, TopP: 1.1}, {Temperature: 1, TopP: nan}, {Temperature: 1, TopP: 1, TopK: -1},
	} {
		_, err := verso.NewSampler(s, 1)
		require.ErrorIs(t, err, verso.ErrConfig, "%+v", s)
	}
	s, err := verso.NewSampler(verso.DefaultSampling(), 1)
	require.NoError(t, err)
	for _, logits := range [][]float32{nil, {negInf, negInf}, {0, float32(nan)}, {float32(math.Inf(1)), 0}} {
		_, _, err := s.Next(logits)
		require.ErrorIs(t, err, verso.ErrNotFinite, "%v", logits)
	}
}
