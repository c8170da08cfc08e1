package attention_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// orders makes sentences in which the first of two names does something to the
// second; the class is who did it, so that the order of words decides.
func orders(n int, seed uint64) []dataset.Example {
	rng := rand.New(rand.NewPCG(seed, 1))
	filler := strings.Fields("then in the old house by a river at night with some noise")
	out := make([]dataset.Example, n)
	for i := range out {
		names := []string{"ana", "eva"}
		rng.Shuffle(2, func(i, j int) { names[i], names[j] = names[j], names[i] })
		var words []string
		for range rng.IntN(6) {
			words = append(words, filler[rng.IntN(len(filler))])
		}
		words = append(words, names[0], []string{"sees", "calls", "helps"}[rng.IntN(3)], names[1])
		for range rng.IntN(4) {
			words = append(words, filler[rng.IntN(len(filler))])
		}
		out[i] = dataset.Example{Class: names[0], Text: strings.Join(words, " ")}
	}
	return out
}

// settings is a classifier and a training of a second or so.
func settings(r attention.Reader, seed uint64) (attention.Config, verso.FitConfig) {
	c := attention.DefaultConfig()
	c.Reader, c.Dim, c.Heads, c.FeedForward, c.Hidden, c.Pooling, c.Seed = r, 24, 2, 32, 12, 16, seed
	f := attention.DefaultFit()
	f.Epochs, f.Batch, f.Seed, f.Workers, f.Schedule = 12, 20, seed, 2, verso.ConstantRate(0.005)
	return c, f
}

var readers = []attention.Reader{attention.SelfAttention, attention.Recurrent}

// eachReader runs a test with both readers.
func eachReader(t *testing.T, f func(t *testing.T, r attention.Reader)) {
	for _, r := range readers {
		t.Run(string(r), func(t *testing.T) { f(t, r) })
	}
}

func train(t *testing.T, r attention.Reader, seed uint64) *attention.Classifier {
	t.Helper()
	c, f := settings(r, seed)
	m, _, err := attention.Train(t.Context(), orders(500, 1), orders(60, 2), c, f)
	require.NoError(t, err)
	return m
}

func save(t *testing.T, m *attention.Classifier) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

func TestClassifierLearns(t *testing.T) {
	eachReader(t, func(t *testing.T, r attention.Reader) {
		m := train(t, r, 1)
		confusion, err := m.Evaluate(t.Context(), orders(200, 9))
		require.NoError(t, err)
		require.Greater(t, confusion.Accuracy(), 0.95)

		e, err := m.Explain("then Ana calls eva at midnight")
		require.NoError(t, err)
		require.Equal(t, "ana", e.Prediction.Class)
		sum := 0.0
		for i, w := range e.Words {
			sum += w.Weight
			require.Equal(t, strings.Fields("then ana calls eva at midnight")[i], w.Text)
		}
		require.InDelta(t, 1, sum, 1e-5)
		require.Equal(t, [2]int{5, 8}, [2]int{e.Words[1].Start, e.Words[1].End})
		if r == attention.SelfAttention {
			require.Len(t, e.Layers, 1)
			require.Len(t, e.Layers[0], 2)
			require.Equal(t, 6, e.Layers[0][1].Keys)
		} else {
			require.Empty(t, e.Layers)
		}
		p, err := m.Predict("then Ana calls eva at midnight")
		require.NoError(t, err)
		require.InDelta(t, p.Probability, e.Prediction.Probability, 1e-6)
	})
}

func TestClassifierSameSeedSameBytes(t *testing.T) {
	eachReader(t, func(t *testing.T, r attention.Reader) {
		fit := func(workers int, seed uint64) []byte {
			c, f := settings(r, seed)
			f.Epochs, f.Shards, f.Workers = 1, 4, workers
			m, _, err := attention.Train(t.Context(), orders(100, 1), nil, c, f)
			require.NoError(t, err)
			return save(t, m)
		}
		want := fit(1, 4)
		require.Equal(t, want, fit(3, 4))
		require.NotEqual(t, want, fit(1, 5))
	})
}

// Rare classes count as much as common ones where they are balanced, and smoothed
// labels leave it less sure.
func TestClassifierLoss(t *testing.T) {
	fit := func(change func(*attention.Config)) *attention.Classifier {
		c, f := settings(attention.Recurrent, 1)
		f.Epochs, c.Dropout = 3, 0
		change(&c)
		var data []dataset.Example
		for i, e := range orders(200, 1) {
			if e.Class == "ana" || i%8 == 0 {
				data = append(data, e)
			}
		}
		m, _, err := attention.Train(t.Context(), data, nil, c, f)
		require.NoError(t, err)
		return m
	}
	eva := func(m *attention.Classifier) float64 {
		p, err := m.Predict("") // which says nothing of the class
		require.NoError(t, err)
		for i, c := range m.Classes() {
			if c == "eva" {
				return p.Probabilities[i]
			}
		}
		return 0
	}
	plain := eva(fit(func(*attention.Config) {}))
	require.Greater(t, eva(fit(func(c *attention.Config) { c.Balanced = true })), plain)
	require.Greater(t, eva(fit(func(c *attention.Config) { c.LabelSmoothing = 0.4 })), plain)
}

func TestClassifierCancelAndResume(t *testing.T) {
	eachReader(t, func(t *testing.T, r attention.Reader) {
		c, f := settings(r, 2)
		f.Epochs, f.Checkpoint = 2, filepath.Join(t.TempDir(), "checkpoint")
		data := orders(100, 1)
		whole := f
		whole.Checkpoint = ""
		unbroken, _, err := attention.Train(t.Context(), data, nil, c, whole)
		require.NoError(t, err)

		ctx, cancel := context.WithCancel(t.Context())
		f.Progress = func(p verso.Progress) error {
			if p.Step == 7 {
				cancel()
			}
			return nil
		}
		m, _, err := attention.Train(ctx, data, nil, c, f)
		require.ErrorIs(t, err, context.Canceled)
		_, err = m.Predict("ana sees eva") // still usable
		require.NoError(t, err)
		f.Progress, f.Resume = nil, true
		resumed, _, err := attention.Train(t.Context(), data, nil, c, f)
		require.NoError(t, err)
		require.Equal(t, save(t, unbroken), save(t, resumed))
	})
}

func TestPredictFromManyGoroutines(t *testing.T) {
	eachReader(t, func(t *testing.T, r attention.Reader) {
		c, f := settings(r, 2)
		f.Epochs = 1
		m, _, err := attention.Train(t.Context(), orders(60, 1), nil, c, f)
		require.NoError(t, err)
		texts := []string{""}
		for _, e := range orders(80, 6) { // more than one batch
			texts = append(texts, e.Text)
		}
		want, err := m.PredictAll(t.Context(), texts)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i, text := range texts {
					got, err := m.Predict(text)
					if assert.NoError(t, err) {
						assert.Equal(t, want[i], got, "a text alone and in a batch")
					}
					_, err = m.Explain(text)
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		none, err := m.PredictAll(ctx, texts)
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, none)
	})
}

func TestClassifierRefuses(t *testing.T) {
	c, f := settings(attention.Recurrent, 1)
	_, _, err := attention.Train(t.Context(), nil, nil, c, f)
	require.ErrorIs(t, err, attention.ErrExamples)
	require.ErrorContains(t, err, "at least two classes, got 0 examples of 0")
	for want, change := range map[string]func(c *attention.Config){
		`reader wants "self-attention" or "recurrent", got mean`: func(c *attention.Config) { c.Reader = "mean" },
		"want at least 1, got [0 1 16]":                          func(c *attention.Config) { c.Dim = 0 },
		"hidden wants at least 1, got 0":                         func(c *attention.Config) { c.Hidden = 0 },
		"dropout wants a number from 0 to below 1, got 1":        func(c *attention.Config) { c.Dropout = 1 },
		`tokenizer wants one of ["unicode" "whitespace"]`:        func(c *attention.Config) { c.Tokenizer = "none" },
		"heads that divide dim":                                  func(c *attention.Config) { c.Reader, c.Heads = attention.SelfAttention, 7 },
		"label smoothing wants a number from 0 to 1, got -0.1":   func(c *attention.Config) { c.LabelSmoothing = -0.1 },
		"min count and max words want 0 or more, got [1 -1]":     func(c *attention.Config) { c.MaxWords = -1 },
	} {
		bad := c
		change(&bad)
		_, _, err := attention.Train(t.Context(), orders(10, 1), nil, bad, f)
		assert.ErrorIs(t, err, verso.ErrConfig)
		assert.ErrorContains(t, err, want)
	}
	f.Epochs = 0
	m, _, err := attention.Train(t.Context(), orders(10, 1), nil, c, f)
	require.NoError(t, err)
	_, err = m.Fit(t.Context(), []dataset.Example{{Class: "zoe", Text: "zoe"}}, nil, f)
	require.ErrorIs(t, err, attention.ErrClass)
	require.ErrorContains(t, err, `"zoe" of training example 0, the model has ["ana" "eva"]`)
	_, err = m.Evaluate(t.Context(), []dataset.Example{{Class: "zoe"}})
	require.ErrorIs(t, err, attention.ErrClass)
	_, err = attention.New([]string{"a", "a"}, m.Words(), c)
	require.ErrorIs(t, err, attention.ErrExamples)
	_, err = attention.New([]string{"a", "b"}, new(vocab.Vocabulary), c)
	require.ErrorIs(t, err, attention.ErrExamples)

	m.Params().All()[0].Float32s()[0] = float32(math.NaN())
	none, err := m.PredictAll(t.Context(), []string{"a", m.Words().Words()[0]})
	require.ErrorIs(t, err, verso.ErrNotFinite)
	require.Nil(t, none)
	_, err = m.Explain(m.Words().Words()[0])
	require.ErrorIs(t, err, verso.ErrNotFinite)
}
