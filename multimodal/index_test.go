package multimodal

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/safetensors"
)

func TestIndexSearch(t *testing.T) {
	x, err := NewIndex([]string{"a", "b", "c", "o"}, []float32{2, 0, 0, 3, 1, 1, 0, 0}, 2)
	require.NoError(t, err)
	hits, err := x.Search([]float32{5, 0.1}, 3)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "c", "b"}, []string{hits[0].ID, hits[1].ID, hits[2].ID})
	assert.InDelta(t, 5/math.Sqrt(25.01), hits[0].Score, 1e-6)
	assert.Equal(t, 2, hits[1].Row)
	hits, err = x.Search([]float32{0, 0}, 9)
	require.NoError(t, err)
	require.Len(t, hits, 4)
	assert.Equal(t, "a", hits[0].ID, "of equal ones the lower row")
	assert.Zero(t, hits[0].Score)
}

// TestIndexIsExact compares with all cosines, sorted.
func TestIndexIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, dim = 500, 33
	ids, data := make([]string, n), make([]float32, n*dim)
	for i := range ids {
		ids[i] = fmt.Sprint("p", i)
	}
	for i := range data {
		data[i] = float32(rng.NormFloat64())
	}
	x, err := NewIndex(ids, data, dim)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 4 {
		query := make([]float32, dim)
		for j := range query {
			query[j] = float32(rng.NormFloat64())
		}
		group.Go(func() {
			scores, err := x.Scores(query)
			assert.NoError(t, err)
			order := make([]int, n)
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int {
				switch {
				case scores[a] > scores[b]:
					return -1
				case scores[a] < scores[b]:
					return 1
				}
				return 0
			})
			hits, err := x.Search(query, 10)
			assert.NoError(t, err)
			for i, h := range hits {
				assert.Equal(t, ids[order[i]], h.ID)
				assert.InDelta(t, scores[order[i]], h.Score, 1e-6)
			}
		})
	}
	group.Wait()
}

func TestIndexFile(t *testing.T) {
	x, err := NewIndex([]string{"ä", "b c"}, []float32{3, 4, 0, 2}, 2)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, x.Save(&b))
	again := bytes.Clone(b.Bytes())
	y, err := LoadIndex(&b)
	require.NoError(t, err)
	assert.Equal(t, x.ids, y.ids)
	assert.Equal(t, x.rows, y.rows)
	path := filepath.Join(t.TempDir(), "x.safetensors")
	require.NoError(t, x.SaveFile(path))
	z, err := LoadIndexFile(path)
	require.NoError(t, err)
	assert.Equal(t, y, z)

	_, err = LoadIndex(bytes.NewReader(again[:len(again)-1]))
	assert.ErrorIs(t, err, ErrFile)
	var other bytes.Buffer
	require.NoError(t, verso.SaveParams(&other, verso.NewParams(1), nil))
	_, err = LoadIndex(&other)
	assert.ErrorContains(t, err, `want "verso index 1"`)
	var few bytes.Buffer
	rows := safetensors.Tensor{Name: "rows", DType: safetensors.F32, Shape: []int{1, 2}, Values: []float32{1, 2}}
	require.NoError(t, safetensors.Write(&few, []safetensors.Tensor{rows}, map[string]string{"model": indexKind, "ids": `["a","b"]`}))
	_, err = LoadIndex(&few)
	assert.ErrorContains(t, err, "2 ids, the rows are [1 2]")
}

func TestLoadIndexDoubts(t *testing.T) {
	for name, c := range map[string]struct {
		rows []float32
		ids  string
		says string
	}{
		"length":    {[]float32{1, 0, 1, 2}, `["a","b"]`, `row 1, "b", wants the length 1`},
		"more ids":  {[]float32{1, 0, 0, 1}, `["a","b"] x`, "ids: "},
		"zero row":  {[]float32{1, 0, 0, 0}, `["a","b"]`, ""},
		"no number": {[]float32{1, 0, 0, float32(math.NaN())}, `["a","b"]`, "NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			rows := safetensors.Tensor{Name: "rows", DType: safetensors.F32, Shape: []int{2, 2}, Values: c.rows}
			require.NoError(t, safetensors.Write(&b, []safetensors.Tensor{rows}, map[string]string{"model": indexKind, "ids": c.ids}))
			_, err := LoadIndex(&b)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrFile)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestTinyRowsHaveALength(t *testing.T) {
	x, err := NewIndex([]string{"a", "b"}, []float32{1e-40, 0, 3e38, 3e38}, 2)
	require.NoError(t, err)
	hits, err := x.Search([]float32{1e-42, 0}, 2)
	require.NoError(t, err)
	require.Len(t, hits, 2)
	assert.InDelta(t, 1, hits[0].Score, 1e-3)
	assert.InDelta(t, math.Sqrt(0.5), hits[1].Score, 1e-3)
}

func FuzzLoadIndex(f *testing.F) {
	x, _ := NewIndex([]string{"a", "b"}, []float32{3, 4, 0, 2}, 2)
	var b bytes.Buffer
	_ = x.Save(&b)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if x, err := LoadIndex(bytes.NewReader(data)); err == nil {
			_, err := x.Search(make([]float32, x.Dim()), 1)
			assert.NoError(t, err)
		}
	})
}

func TestIndexRefuses(t *testing.T) {
	x, err := NewIndex([]string{"a"}, []float32{1, 2}, 2)
	require.NoError(t, err)
	_, err = x.Search([]float32{1}, 1)
	assert.ErrorContains(t, err, "queries of 2 numbers, got 1")
	_, err = x.Search([]float32{1, 2}, 0)
	assert.ErrorIs(t, err, ErrShape)
	_, err = x.Search([]float32{float32(math.NaN()), 2}, 1)
	assert.ErrorIs(t, err, ErrNotFinite)
	_, err = x.Scores([]float32{1})
	assert.ErrorIs(t, err, ErrShape)
	_, err = NewIndex([]string{"a"}, []float32{1}, 2)
	assert.ErrorIs(t, err, ErrShape)
}
