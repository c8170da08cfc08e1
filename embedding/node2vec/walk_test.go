package node2vec

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func edges(t testing.TB, list string, directed bool) *Graph {
	t.Helper()
	g, err := ReadEdges(strings.NewReader(list), directed)
	require.NoError(t, err)
	return g
}

// Steps have the paper's probabilities, whatever p and q, and so whatever part of the rejection is at work. The walk came
// from a to b; of b's neighbours a is where it came from, c and d are also neighbours of a, e and f are not.
func TestStepsHaveTheirProbabilities(t *testing.T) {
	for _, directed := range []bool{false, true} {
		g := edges(t, "a b 1\na c 1\na d 1\nb a 2\nb c 1\nb d 3\nb e 2\nb f 1\nf e 1\nc a 1\n", directed)
		for _, pq := range [][2]float64{{1, 1}, {0.25, 1}, {4, 1}, {1, 0.25}, {1, 4}, {0.1, 0.5}, {0.5, 0.1}, {8, 8}, {0.01, 100}, {100, 0.01}} {
			w, err := NewWalker(g, WalkConfig{Walks: 1, Length: 2, P: pq[0], Q: pq[1], Seed: 1})
			require.NoError(t, err)
			a, _ := g.Index("a")
			b, _ := g.Index("b")
			want := make([]float64, g.Len())
			sum := 0.0
			for name, weight := range g.Neighbours("b") {
				i, _ := g.Index(name)
				switch name {
				case "a":
					weight /= pq[0]
				case "e", "f":
					weight /= pq[1]
				}
				want[i] = weight
				sum += weight
			}
			const draws = 40000
			got := make([]float64, g.Len())
			r := rand.New(rand.NewPCG(3, 4))
			for range draws {
				got[w.step(r, int32(a), int32(b))]++
			}
			for i, x := range want {
				p := x / sum
				// Five standard deviations of a count of so many draws.
				require.InDelta(t, p*draws, got[i], 5*math.Sqrt(draws*p*(1-p))+1e-9, "p, q %v, directed %v, node %d", pq, directed, i)
			}
		}
	}
}

// Where nearly all candidates are refused, a step is drawn exactly after some tries: at leaves, and where all neighbours are near.
func TestHardlyAnythingIsAccepted(t *testing.T) {
	path := edges(t, "a b\nb c\n", false)
	w, err := NewWalker(path, WalkConfig{Walks: 1, Length: 1000, P: 1e6, Q: 1e-6})
	require.NoError(t, err)
	require.Len(t, w.Walk(nil, 0), 1000)

	g := edges(t, "a b\na c\nb c\nb d 3\nd a\n", false)
	w, err = NewWalker(g, WalkConfig{Walks: 1, Length: 2, P: 2, Q: 1e-6})
	require.NoError(t, err)
	a, _ := g.Index("a")
	b, _ := g.Index("b")
	r := rand.New(rand.NewPCG(3, 4))
	const draws = 20000
	got := map[string]int{}
	for range draws {
		got[g.names[w.step(r, int32(a), int32(b))]]++
	}
	for name, weight := range map[string]float64{"a": 0.5, "c": 1, "d": 3} {
		p := weight / 4.5
		require.InDelta(t, p*draws, got[name], 5*math.Sqrt(draws*p*(1-p)), name)
	}
}

func TestWalks(t *testing.T) {
	g := edges(t, "1 2\n2 3\n3 4\n4 1\n2 4\n5 5\n6 1\n", true)
	w, err := NewWalker(g, WalkConfig{Walks: 3, Length: 20, P: 0.5, Q: 2, Seed: 9})
	require.NoError(t, err)
	require.Equal(t, 3*6, w.Len())
	var starts []int32
	for i := range w.Len() {
		walk := w.Walk(nil, i)
		require.Len(t, walk, 20)
		require.Equal(t, walk, w.Walk(nil, i), "a walk is a function of its number")
		starts = append(starts, walk[0])
		for k := range walk[1:] {
			require.True(t, g.connected(walk[k], walk[k+1]))
		}
	}
	for round := range slices.Chunk(starts, 6) {
		require.Equal(t, []int32{0, 1, 2, 3, 4, 5}, slices.Sorted(slices.Values(round)))
	}
	require.Empty(t, w.Walk(nil, w.Len()))
	require.Empty(t, w.Walk(nil, -1))

	dead := edges(t, "a b\n", true)
	w, err = NewWalker(dead, DefaultWalkConfig())
	require.NoError(t, err)
	for i := range w.Len() {
		walk := w.Walk(nil, i)
		require.Len(t, walk, 2-int(walk[0]), "a walk ends where no edge leads on")
	}
}

func TestWalkerErrors(t *testing.T) {
	g := edges(t, "a b\n", false)
	for _, change := range []func(*WalkConfig){
		func(c *WalkConfig) { c.P = 0 }, func(c *WalkConfig) { c.Q = math.NaN() }, func(c *WalkConfig) { c.P = math.Inf(1) },
		func(c *WalkConfig) { c.Length = 0 }, func(c *WalkConfig) { c.Walks = -1 }, func(c *WalkConfig) { c.Walks = math.MaxInt32 },
	} {
		c := DefaultWalkConfig()
		change(&c)
		_, err := NewWalker(g, c)
		require.ErrorIs(t, err, ErrConfig)
	}
	_, err := NewWalker(edges(t, "# nothing\n", false), DefaultWalkConfig())
	require.ErrorIs(t, err, ErrGraph)
}
