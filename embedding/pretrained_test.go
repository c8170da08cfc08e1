package embedding_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
)

var (
	_ embedding.Words   = (*vocab.Vocabulary)(nil)
	_ embedding.Vectors = (*vectors.Vectors)(nil)
)

// words and vecs are the smallest that FromPretrained takes.
type words []string

func (w words) Len() int { return len(w) }

func (w words) Word(id int) (string, bool) { return w[id], w[id] != "" }

type vecs struct {
	dim  int
	rows map[string][]float32
}

func (v vecs) Dim() int { return v.dim }

func (v vecs) Row(word string) ([]float32, bool) {
	row, ok := v.rows[word]
	return row, ok
}

func TestFromPretrained(t *testing.T) {
	const n, dim = 400, 50
	var list words
	v := vecs{dim: dim, rows: map[string][]float32{}}
	for i := range n {
		list = append(list, fmt.Sprint("w", i))
		if i%2 == 1 {
			row := make([]float32, dim)
			for j := range row {
				row[j] = float32(math.Sin(float64(i*dim+j))) * 0.4
			}
			v.rows[list[i]] = row
		}
	}
	list[0], list[8] = "w1", "" // a padding row with a vector, an id without a word
	ps := verso.NewParams(1)
	cfg := embedding.DefaultConfig()
	cfg.PadRow = 0
	e, found := embedding.FromPretrained(ps, list, v, cfg)
	require.NoError(t, ps.Err())
	assert.Equal(t, n/2, found)
	assert.Equal(t, []int{n, dim}, e.Weight.Shape())
	table := e.Weight.Float32s()
	assert.Equal(t, make([]float32, dim), table[:dim])
	var known, unknown, largest float64
	for i := 1; i < n; i++ {
		row := table[i*dim : (i+1)*dim]
		if i%2 == 1 {
			require.Equal(t, v.rows[list[i]], row)
		}
		for _, x := range row {
			if i%2 == 1 {
				known += float64(x) * float64(x) / (n / 2 * dim)
			} else {
				unknown += float64(x) * float64(x) / ((n/2 - 1) * dim)
				largest = max(largest, math.Abs(float64(x)))
			}
		}
	}
	assert.InEpsilon(t, known, unknown, 0.05)                        // equal variances
	assert.InEpsilon(t, math.Sqrt(3*known), largest, 0.01)           // of a uniform distribution
	assert.InDelta(t, 0.16/2, known, 1e-3, "0.4² times that of sin") // the test's own vectors
}

func TestFromPretrainedWithoutAnyVector(t *testing.T) {
	ps := verso.NewParams(1)
	e, found := embedding.FromPretrained(ps, words{"a", "b"}, vecs{dim: 200}, embedding.DefaultConfig())
	require.NoError(t, ps.Err())
	require.Zero(t, found)
	largest := 0.0
	for _, x := range e.Weight.Float32s() {
		largest = max(largest, math.Abs(float64(x)))
	}
	require.LessOrEqual(t, largest, embedding.UnknownBound)
	require.Greater(t, largest, 0.95*embedding.UnknownBound)

	ps = verso.NewParams(1)
	cfg := embedding.DefaultConfig()
	cfg.Init = verso.Constant(7)
	e, _ = embedding.FromPretrained(ps, words{"a", "b"}, vecs{dim: 2, rows: map[string][]float32{"b": {1, 2}}}, cfg)
	require.Equal(t, []float32{7, 7, 1, 2}, e.Weight.Float32s())
}

func TestFromPretrainedRefuses(t *testing.T) {
	ps := verso.NewParams(1)
	embedding.FromPretrained(ps, words{"a"}, vecs{dim: 2, rows: map[string][]float32{"a": {1, 2, 3}}}, embedding.DefaultConfig())
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		ps = verso.NewParams(1)
		e, found := embedding.FromPretrained(ps, words{"a", "b", "x"}, vecs{dim: 2, rows: map[string][]float32{"a": {1, float32(bad)}, "b": {1, 2}}},
			embedding.DefaultConfig())
		require.ErrorIs(t, ps.Err(), verso.ErrNotFinite)
		require.ErrorContains(t, ps.Err(), `"a"`)
		require.Equal(t, 1, found)
		for _, x := range e.Weight.Float32s() {
			require.Zero(t, x-x)
		}
	}
	ps = verso.NewParams(1)
	embedding.FromPretrained(ps, words{"a"}, nil, embedding.DefaultConfig())
	require.ErrorIs(t, ps.Err(), verso.ErrConfig)
	ps = verso.NewParams(1)
	embedding.FromPretrained(ps, words{}, vecs{dim: 2}, embedding.DefaultConfig())
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
}
