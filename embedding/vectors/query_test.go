package vectors

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// random makes n words w0, w1, … of dim numbers.
func random(t testing.TB, n, dim int) *Vectors {
	r := rand.New(rand.NewPCG(uint64(n), uint64(dim)))
	words, data := make([]string, n), make([]float32, n*dim)
	for i := range words {
		words[i] = "w" + strconv.Itoa(i)
	}
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	return table(t, words, data, dim)
}

// exact answers a query by its definition, in float64.
func exact(v *Vectors, q Query, k int) []Match {
	unit := func(x []float32) []float64 {
		u := make([]float64, len(x))
		for i := range x {
			u[i] = float64(x[i]) / Norm(x)
		}
		return u
	}
	dot := func(x, y []float64) (sum float64) {
		for i := range x {
			sum += x[i] * y[i]
		}
		return sum
	}
	sum := make([]float64, v.dim)
	for _, term := range q.terms() {
		row, _ := v.Row(term.Word)
		for i, x := range unit(row) {
			sum[i] += float64(term.Weight) * x
		}
	}
	norm := math.Sqrt(dot(sum, sum))
	var list []Match
	to := cmp.Or(q.To, v.Len())
	for _, w := range v.words[q.From:to] {
		if !q.Include && slices.ContainsFunc(q.terms(), func(t Term) bool { return t.Word == w }) {
			continue
		}
		row, _ := v.Row(w)
		x, score := unit(row), 0.0
		if q.Method == CosAdd {
			score = dot(x, sum) / norm
		} else {
			up, down := 1.0, 1.0
			for _, term := range q.terms() {
				y, _ := v.Row(term.Word)
				if s := (1 + dot(x, unit(y))) / 2; term.Weight > 0 {
					up *= s
				} else {
					down *= s
				}
			}
			score = up / (down + 1e-6)
		}
		list = append(list, Match{w, float32(score)})
	}
	slices.SortStableFunc(list, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return list[:min(k, len(list))]
}

// requireClose takes words with almost equal scores in any order.
func requireClose(t *testing.T, want, got []Match, score map[string]float32) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, w := range want {
		slack := 2e-6 + 1e-4*math.Abs(float64(w.Score))
		require.InDelta(t, w.Score, got[i].Score, slack, i)
		require.InDelta(t, score[got[i].Word], got[i].Score, slack, got[i].Word)
		require.True(t, i == 0 || got[i].Score <= got[i-1].Score)
	}
}

// Sizes are on both sides of what the search takes at a time, of rows and of queries.
func TestSearchByDefinition(t *testing.T) {
	for _, n := range []int{1, 2, 255, 256, 257, 1025, 2100} {
		for _, dim := range []int{3, 33} {
			v := random(t, n, dim)
			queries := []Query{{Positive: []string{"w0"}}, {Positive: []string{"w0"}, Include: true}}
			if n > 250 {
				queries = append(queries,
					Query{Positive: []string{"w7", "w200"}, Negative: []string{"w3"}},
					Query{Positive: []string{"w7", "w200"}, Negative: []string{"w3"}, Method: CosMul},
					Query{Negative: []string{"w3", "w9"}, Method: CosMul},
					Query{Terms: []Term{{Word: "w1", Weight: -2}, {Word: "w2", Weight: .5}}},
					Query{Positive: []string{"w5"}, From: 100, To: 250},
					Query{Positive: []string{"w101"}, From: 100, To: 101},
				)
			}
			for _, k := range []int{1, 10, 300} {
				var many []Query
				var wants [][]Match
				for _, q := range queries {
					want := exact(v, q, k)
					got, err := v.MostSimilar(q, k)
					require.NoError(t, err)
					scores := map[string]float32{}
					for _, m := range exact(v, q, n) {
						scores[m.Word] = m.Score
					}
					requireClose(t, want, got, scores)
					many, wants = append(many, q), append(wants, got)
				}
				many, wants = slices.Repeat(many, 60), slices.Repeat(wants, 60)
				for _, workers := range []int{1, 3} {
					got, err := v.MostSimilarAll(t.Context(), many, k, workers)
					require.NoError(t, err)
					require.Equal(t, wants, got, "many at a time give the same bits")
				}
			}
		}
	}
}

func TestNearest(t *testing.T) {
	v := table(t, []string{"east", "north", "northeast", "west", "far east", "nowhere"}, []float32{1, 0, 0, 2, 3, 3, -1, 0, 50, 0, 0, 0}, 2)
	half := float32(math.Sqrt(.5))
	got, err := v.Nearest("east", 9)
	require.NoError(t, err)
	requireMatches(t, []Match{{"far east", 1}, {"northeast", half}, {"north", 0}, {"nowhere", 0}, {"west", -1}}, got) // equal scores by row

	got, err = v.AppendNearestTo([]Match{{"first", 9}}, []float32{0, 7}, 2)
	require.NoError(t, err)
	requireMatches(t, []Match{{"first", 9}, {"north", 1}, {"northeast", half}}, got)

	// A vector counts as it is, a word by its unit vector.
	got, err = v.MostSimilar(Query{Positive: []string{"far east"}, Terms: []Term{{Vector: []float32{0, 1}, Weight: 1}}}, 1)
	require.NoError(t, err)
	requireMatches(t, []Match{{"northeast", 1}}, got)

	got, err = v.Analogy("west", "east", "north", 1) // east − west + north
	require.NoError(t, err)
	requireMatches(t, []Match{{"northeast", float32(3 / math.Sqrt(10))}}, got)
}

func requireMatches(t *testing.T, want, got []Match) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i].Word, got[i].Word)
		require.InDelta(t, want[i].Score, got[i].Score, 1e-6)
	}
}

// Each row is a little nearer than the one before, so that all of them come in.
func TestScoresThatHardlyDiffer(t *testing.T) {
	const n = 1500
	words, data := make([]string, n), make([]float32, 0, 2*n)
	for i := range words {
		angle := 1 - float64(i)/2e6
		words[i] = strconv.Itoa(i)
		data = append(data, float32(math.Cos(angle)), float32(math.Sin(angle)))
	}
	v := table(t, words, data, 2)
	for _, k := range []int{1, 3} {
		got, err := v.NearestTo([]float32{1, 0}, k)
		require.NoError(t, err)
		for i, m := range got {
			assert.Equal(t, words[n-1-i], m.Word)
		}
	}
}

// A row that is no number is no answer, and does not hide others.
func TestNaNRows(t *testing.T) {
	v := random(t, 600, 4)
	nan := float32(math.NaN())
	copy(v.data[4*300:], []float32{nan, 0, 0, 0})
	got, err := v.Nearest("w0", 600)
	require.NoError(t, err)
	assert.Len(t, got, 598)
	_, err = v.Nearest("w300", 1)
	require.ErrorIs(t, err, ErrQuery)
}

func TestQueryErrors(t *testing.T) {
	v := table(t, []string{"a", "b", "zero"}, []float32{1, 0, 0, 1, 0, 0}, 2)
	inf := float32(math.Inf(1))
	tests := map[string]struct {
		q    Query
		k    int
		want error
		says string
	}{
		"unknown words":     {Query{Positive: []string{"a", "x"}, Negative: []string{"y"}}, 1, ErrUnknown, `["x" "y"]`},
		"empty":             {Query{}, 1, ErrQuery, "no words"},
		"k":                 {Query{Positive: []string{"a"}}, 0, ErrQuery, "best 0"},
		"zero row":          {Query{Positive: []string{"zero"}}, 1, ErrQuery, "length 0"},
		"cancels":           {Query{Positive: []string{"a"}, Negative: []string{"a"}}, 1, ErrQuery, "length 0"},
		"zero row, CosMul":  {Query{Positive: []string{"zero"}, Method: CosMul}, 1, ErrQuery, "length 0"},
		"short vector":      {Query{Terms: []Term{{Vector: []float32{1}, Weight: 1}}}, 1, ErrShape, "1 numbers, want 2"},
		"empty vector":      {Query{Terms: []Term{{Vector: []float32{}, Weight: 1}}}, 1, ErrShape, "0 numbers"},
		"NaN":               {Query{Terms: []Term{{Vector: []float32{float32(math.NaN()), 0}, Weight: 1}}}, 1, ErrQuery, "NaN"},
		"infinite":          {Query{Terms: []Term{{Vector: []float32{inf, 0}, Weight: 1}}}, 1, ErrQuery, "Inf"},
		"weight":            {Query{Terms: []Term{{Word: "a", Weight: inf}}}, 1, ErrQuery, "weight +Inf"},
		"weight in CosMul":  {Query{Terms: []Term{{Word: "a", Weight: 2}}, Method: CosMul}, 1, ErrQuery, "weight 2"},
		"method":            {Query{Positive: []string{"a"}, Method: 7}, 1, ErrQuery, "method 7"},
		"rows":              {Query{Positive: []string{"a"}, To: 4}, 1, ErrQuery, "0 … 4 of 3"},
		"rows in the wrong": {Query{Positive: []string{"a"}, From: 2, To: 1}, 1, ErrQuery, "2 … 1"},
		"negative row":      {Query{Positive: []string{"a"}, From: -1}, 1, ErrQuery, "-1"},
	}
	for name, test := range tests {
		_, err := v.MostSimilar(test.q, test.k)
		require.ErrorIs(t, err, test.want, name)
		require.ErrorContains(t, err, test.says, name)
		_, err = v.MostSimilarAll(t.Context(), []Query{{Positive: []string{"b"}}, test.q}, test.k, 1)
		require.ErrorIs(t, err, test.want, name)
		if name != "k" {
			require.ErrorContains(t, err, "query 1", name)
		}
	}
	dst := []Match{{"kept", 1}}
	got, err := v.AppendNearest(dst, "x", 1)
	require.ErrorIs(t, err, ErrUnknown)
	assert.Equal(t, dst, got)

	var none Vectors
	_, err = none.Nearest("a", 1)
	require.ErrorIs(t, err, ErrUnknown)
	_, err = none.NearestTo(nil, 1)
	require.Error(t, err)
}

func TestSearchStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := random(t, 10, 2).MostSimilarAll(ctx, []Query{{Positive: []string{"w1"}}}, 1, 2)
	require.ErrorIs(t, err, context.Canceled)
	got, err := random(t, 10, 2).MostSimilarAll(t.Context(), nil, 1, 2)
	require.NoError(t, err)
	assert.Empty(t, got)
}

// The first queries of a table, which make its unit rows, may come together.
func TestQueriesFromManyGoroutines(t *testing.T) {
	v := random(t, 700, 5)
	want, err := random(t, 700, 5).Nearest("w1", 5)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got, err := v.Nearest("w1", 5)
			assert.NoError(t, err)
			assert.Equal(t, want, got)
			_, err = v.Similarity("w1", "w2")
			assert.NoError(t, err)
		})
	}
	group.Wait()
}

func TestSimilarities(t *testing.T) {
	v := table(t, []string{"a", "b", "c", "d"}, []float32{2, 0, 1, 1, 0, 3, -1, 0}, 2)
	distances, err := v.Distances("a")
	require.NoError(t, err)
	want := []float32{0, float32(1 - math.Sqrt(.5)), 1, 2}
	assert.InDeltaSlice(t, want, distances, 1e-6)
	distances, err = v.AppendDistances([]float32{7}, "a", "d", "b")
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float32{7, want[3], want[1]}, distances, 1e-6)
	closer, err := v.CloserThan("a", "d")
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "c"}, closer)
	rank, err := v.Rank("a", "c")
	require.NoError(t, err)
	assert.Equal(t, 2, rank)
	central, err := v.Centrality("a", "b", "d")
	require.NoError(t, err)
	requireMatches(t, []Match{{"b", 1}, {"a", float32(math.Sqrt(.5))}, {"d", -float32(math.Sqrt(.5))}}, central)

	for name, err := range map[string]error{
		"Similarity":  second(v.Similarity("a", "x")),
		"Distances":   second(v.Distances("x")),
		"others":      second(v.Distances("a", "x")),
		"CloserThan":  second(v.CloserThan("a", "x")),
		"Rank":        second(v.Rank("x", "a")),
		"NSimilarity": second(v.NSimilarity([]string{"a"}, []string{"b", "x"})),
		"Centrality":  second(v.Centrality("a", "x")),
		"DoesntMatch": second(v.DoesntMatch("x")),
	} {
		require.ErrorIs(t, err, ErrUnknown, name)
		require.ErrorContains(t, err, `"x"`, name)
	}
	require.ErrorIs(t, second(v.NSimilarity(nil, []string{"a"})), ErrQuery)
	require.ErrorIs(t, second(v.DoesntMatch()), ErrQuery)
}

func second[T any](_ T, err error) error { return err }

func BenchmarkNearest(b *testing.B) {
	v := random(b, 50_000, 100)
	v.unitRows()
	var dst []Match
	for b.Loop() {
		dst, _ = v.AppendNearest(dst[:0], "w7", 10)
	}
}

func BenchmarkMostSimilarAll(b *testing.B) {
	v := random(b, 50_000, 100)
	queries := make([]Query, 1000)
	for i := range queries {
		queries[i] = Query{Positive: []string{v.words[i], v.words[i+1]}, Negative: []string{v.words[i+2]}}
	}
	for b.Loop() {
		if _, err := v.MostSimilarAll(b.Context(), queries, 10, 1); err != nil {
			b.Fatal(err)
		}
	}
}
