package vectors

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cheapest carries goods one by one, in every way there is.
func cheapest(supply, demand []int64, cost []float64) float64 {
	best := math.Inf(1)
	var carry func(i int, sum float64)
	carry = func(i int, sum float64) {
		for i < len(supply) && supply[i] == 0 {
			i++
		}
		if i == len(supply) {
			best = min(best, sum)
			return
		}
		supply[i]--
		for j := range demand {
			if demand[j] > 0 {
				demand[j]--
				carry(i, sum+cost[i*len(demand)+j])
				demand[j]++
			}
		}
		supply[i]++
	}
	carry(0, 0)
	return best
}

// deal deals total goods out to n places.
func deal(rng *rand.Rand, n, total int) []int64 {
	s := make([]int64, n)
	for range total {
		s[rng.IntN(n)]++
	}
	return s
}

func TestTransportByBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		m, n, total := 1+rng.IntN(4), 1+rng.IntN(4), 1+rng.IntN(7)
		supply, demand, cost := deal(rng, m, total), deal(rng, n, total), make([]float64, m*n)
		for k := range cost {
			cost[k] = float64(rng.IntN(6)) // with many ways that are equally good
			if m%2 == 0 {
				cost[k] = rng.Float64()
			}
		}
		want := cheapest(supply, demand, cost)
		got, err := newTransport(supply, demand, cost).run(t.Context())
		require.NoError(t, err)
		require.InDelta(t, want, got, 1e-12)
	}
}

// Where all ways are too many to try, the potentials prove that none is better: they solve the dual problem, to the same sum.
func TestTransportIsOptimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, size := range [][3]int{{1, 40, 300}, {40, 1, 300}, {60, 45, 5000}, {90, 120, 100_000}} {
		m, n, total := size[0], size[1], size[2]
		supply, demand, cost := deal(rng, m, total), deal(rng, n, total), make([]float64, m*n)
		for k := range cost {
			cost[k] = rng.ExpFloat64()
		}
		tr := newTransport(append([]int64{}, supply...), append([]int64{}, demand...), cost)
		got, err := tr.run(t.Context())
		require.NoError(t, err)
		dual := 0.0
		for i, s := range supply {
			dual += float64(s) * tr.u[i]
			left := s
			for j := range n {
				require.GreaterOrEqual(t, tr.flow[i*n+j], int64(0))
				require.GreaterOrEqual(t, cost[i*n+j]-tr.u[i]-tr.v[j], -1e-9)
				left -= tr.flow[i*n+j]
			}
			require.Zero(t, left)
		}
		for j, d := range demand {
			dual += float64(d) * tr.v[j]
			for i := range m {
				d -= tr.flow[i*n+j]
			}
			require.Zero(t, d)
		}
		require.InEpsilon(t, dual, got, 1e-9)
	}
}

func TestMoverDistance(t *testing.T) {
	v := table(t, []string{"east", "north", "west", "far"}, []float32{2, 0, 0, 3, -1, 0, 8, 0}, 2)
	distance := func(a, b []string, cfg MoverConfig) float64 {
		t.Helper()
		d, err := v.MoverDistance(t.Context(), a, b, cfg)
		require.NoError(t, err)
		back, err := v.MoverDistance(t.Context(), b, a, cfg)
		require.NoError(t, err)
		require.InDelta(t, d, back, 1e-12)
		return d
	}
	unit, raw := DefaultMoverConfig(), MoverConfig{}
	assert.InDelta(t, math.Sqrt2, distance([]string{"east"}, []string{"north"}, unit), 1e-7)
	assert.InDelta(t, math.Sqrt(13), distance([]string{"east"}, []string{"north"}, raw), 1e-12)
	assert.Zero(t, distance([]string{"east"}, []string{"far", "far"}, unit), "the same direction")
	assert.InDelta(t, 6, distance([]string{"east"}, []string{"far", "far"}, raw), 1e-12)
	assert.Zero(t, distance([]string{"east", "west"}, []string{"west", "east", "west", "east"}, raw), "shares, not counts")
	// Of east's ⅔ a ½ stays, ⅙ goes to west 3 away; of north's ⅓ all goes to west √10 away.
	assert.InDelta(t, 3./6+math.Sqrt(10)/3, distance([]string{"east", "north", "east"}, []string{"east", "west"}, raw), 1e-12)
	assert.Equal(t, distance([]string{"east", "north"}, []string{"west"}, raw),
		distance([]string{"x", "east", "y", "north", "z"}, []string{"x", "west"}, raw), "words without a vector are left out")
}

// Random texts against the definition: every token of both texts carried in every way.
func TestMoverDistanceByBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	v := random(t, 9, 7)
	text := func(n int) (tokens []string) {
		for range n {
			tokens = append(tokens, v.words[rng.IntN(v.Len())])
		}
		return tokens
	}
	for range 60 {
		a, b := text(1+rng.IntN(3)), text(1+rng.IntN(3))
		supply, demand := make([]int64, len(a)), make([]int64, len(b)) // a token is a source of its own
		var cost []float64
		for i, x := range a {
			supply[i] = int64(len(b))
			for j, y := range b {
				demand[j] = int64(len(a))
				rx, _ := v.Unit(x)
				ry, _ := v.Unit(y)
				d := 0.0
				for k := range rx {
					d += (float64(rx[k]) - float64(ry[k])) * (float64(rx[k]) - float64(ry[k]))
				}
				cost = append(cost, math.Sqrt(d))
			}
		}
		want := cheapest(supply, demand, cost) / float64(len(a)*len(b))
		got, err := v.MoverDistance(t.Context(), a, b, DefaultMoverConfig())
		require.NoError(t, err)
		require.InDelta(t, want, got, 1e-12, "%v %v", a, b)
	}
}

func TestMoverDistanceErrors(t *testing.T) {
	v := table(t, []string{"a", "b", "nan"}, []float32{1, 0, float32(math.NaN())}, 1)
	for _, texts := range [][2][]string{{nil, {"a"}}, {{"a"}, {"x"}}, {{"x"}, nil}} {
		_, err := v.MoverDistance(t.Context(), texts[0], texts[1], DefaultMoverConfig())
		require.ErrorIs(t, err, ErrQuery)
	}
	_, err := v.MoverDistance(t.Context(), []string{"a"}, []string{"nan"}, DefaultMoverConfig())
	require.ErrorIs(t, err, ErrQuery)
	require.ErrorContains(t, err, `"nan"`)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = v.MoverDistance(done, []string{"a"}, []string{"b"}, DefaultMoverConfig())
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkMoverDistance(b *testing.B) {
	v := random(b, 4000, 100)
	for _, n := range []int{20, 200, 1000} {
		x, y := v.words[:n], v.words[2000:2000+n]
		b.Run(fmt.Sprint(n, " words"), func(b *testing.B) {
			for b.Loop() {
				if _, err := v.MoverDistance(b.Context(), x, y, DefaultMoverConfig()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
