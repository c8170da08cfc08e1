package bert_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
)

// rated are pairs whose number is 1 when they name the same animal, else 0, and
// whose second number, where it is wanted, is 1 when the first animal is a cat.
func rated(n int, seed uint64, outputs int) (out []bert.ScoredExample) {
	for _, p := range portions(n, seed) {
		same, cat := 0.0, 0.0
		if p.Class == "same" {
			same = 1
		}
		if strings.Contains(p.A, "cat") {
			cat = 1
		}
		out = append(out, bert.ScoredExample{Pair: p.Pair, Scores: []float64{same, cat}[:outputs]})
	}
	return out
}

func scorer(t testing.TB, sigmoid bool) (*bert.Scorer, *verso.History) {
	t.Helper()
	c, names := bert.DefaultScorerConfig(), []string{"same", "cat"}
	if c.Sigmoid = sigmoid; !sigmoid {
		names = names[:1]
	}
	s, err := bert.NewScorer(trained(t), names, c)
	require.NoError(t, err)
	fit := menuFit()
	fit.Epochs = 16
	fit.Schedule = bert.WarmupDecay(1e-3, 300, fit)
	h, err := s.Fit(t.Context(), rated(300, 1, len(names)), rated(40, 3, len(names)), fit)
	require.NoError(t, err)
	return s, h
}

// A cross-encoder and a classifier of two labels learn, report their loss, and come
// back from files and folders with the same answers.
func TestScorers(t *testing.T) {
	for _, sigmoid := range []bool{false, true} {
		t.Run(fmt.Sprint("sigmoid ", sigmoid), func(t *testing.T) {
			s, h := scorer(t, sigmoid)
			test := rated(100, 2, len(s.Names()))
			var pairs []bert.Pair
			for _, e := range test {
				pairs = append(pairs, e.Pair)
			}
			got, err := s.Score(t.Context(), pairs)
			require.NoError(t, err)
			right, all, loss := 0, 0, 0.0
			for i, e := range test {
				for k, want := range e.Scores {
					y := got[i][k]
					if (y > 0.5) == (want == 1) {
						right++
					}
					if all++; sigmoid {
						require.True(t, y >= 0 && y <= 1)
						loss -= math.Log(1 - math.Abs(want-y))
					} else {
						loss += (y - want) * (y - want)
					}
				}
			}
			require.Greater(t, right*100, 90*all)
			mean, err := s.Loss(t.Context(), test)
			require.NoError(t, err)
			require.InDelta(t, loss/float64(all), mean, 1e-9)
			held, err := s.Loss(t.Context(), rated(40, 3, len(s.Names())))
			require.NoError(t, err)
			require.InDelta(t, -held, h.Epochs[len(h.Epochs)-1].Score, 1e-9)
			alone, err := s.Score(t.Context(), pairs[7:8])
			require.NoError(t, err)
			require.Equal(t, got[7], alone[0])

			path, dir := filepath.Join(t.TempDir(), "scorer.safetensors"), t.TempDir()
			require.NoError(t, s.SaveFile(path))
			require.NoError(t, s.SaveFolder(dir))
			for name, load := range map[string]func() (*bert.Scorer, error){
				"file": func() (*bert.Scorer, error) { return bert.LoadScorerFile(path) }, "folder": func() (*bert.Scorer, error) { return bert.ScorerFromFolder(dir) },
			} {
				again, err := load()
				require.NoError(t, err, name)
				require.Equal(t, s.Names(), again.Names())
				require.Equal(t, sigmoid, again.Config().Sigmoid)
				y, err := again.Score(t.Context(), pairs)
				require.NoError(t, err)
				require.Equal(t, got, y, name)
			}
			_, err = bert.ClassifierFromFolder(dir)
			require.ErrorIs(t, err, bert.ErrCheckpoint)
		})
	}
}

// A folder that does not say what its outputs are goes by their number.
func TestScorerFolders(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, fineTuned(t).SaveFolder(dir))
	_, err := bert.ScorerFromFolder(dir)
	require.ErrorIs(t, err, bert.ErrCheckpoint)
	require.ErrorContains(t, err, `problem_type is "single_label_classification"`)

	one, err := bert.NewScorer(trained(t), []string{"LABEL_0"}, bert.DefaultScorerConfig())
	require.NoError(t, err)
	require.NoError(t, one.SaveFolder(dir))
	path := filepath.Join(dir, "config.json")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(data), `"problem_type": "regression"`)
	require.NoError(t, os.WriteFile(path, bytes.Replace(data, []byte(`"problem_type": "regression"`), []byte(`"problem_type": null`), 1), 0o600))
	again, err := bert.ScorerFromFolder(dir)
	require.NoError(t, err, "a single output can be nothing else")
	require.False(t, again.Config().Sigmoid)
	texts, err := again.Score(t.Context(), []bert.Pair{{A: "the cat"}, {A: "the cat", B: "a dog"}})
	require.NoError(t, err)
	require.NotEqual(t, texts[0], texts[1])
}

func TestScorerErrors(t *testing.T) {
	m := trained(t)
	_, err := bert.NewScorer(m, nil, bert.DefaultScorerConfig())
	require.ErrorIs(t, err, bert.ErrExamples)
	_, err = bert.NewScorer(m, []string{"a", "a"}, bert.DefaultScorerConfig())
	require.ErrorIs(t, err, bert.ErrExamples)
	c := bert.DefaultScorerConfig()
	c.Dropout = 1
	_, err = bert.NewScorer(m, []string{"a"}, c)
	require.ErrorIs(t, err, verso.ErrConfig)
	c = bert.DefaultScorerConfig()
	c.Sigmoid = true
	s, err := bert.NewScorer(m, []string{"a"}, c)
	require.NoError(t, err)
	for _, scores := range [][]float64{{}, {1, 1}, {math.NaN()}, {math.Inf(1)}, {1.5}} {
		bad := []bert.ScoredExample{{Pair: bert.Pair{A: "a"}, Scores: scores}}
		_, err = s.Fit(t.Context(), bad, nil, menuFit())
		require.ErrorIs(t, err, bert.ErrExamples)
		require.ErrorContains(t, err, "example 0")
		_, err = s.Loss(t.Context(), bad)
		require.ErrorIs(t, err, bert.ErrExamples)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Score(ctx, []bert.Pair{{A: "a"}})
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzLoadScorer(f *testing.F) {
	s, err := bert.NewScorer(trained(f), []string{"a"}, bert.DefaultScorerConfig())
	require.NoError(f, err)
	f.Add(saved(f, func(b *bytes.Buffer) error { return s.Save(b) }))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := bert.LoadScorer(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, s)
			return
		}
		_, err = s.Score(t.Context(), []bert.Pair{{A: "a", B: "b"}})
		require.NoError(t, err)
	})
}
