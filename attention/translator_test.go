package attention_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// reversed makes sentences whose translation is their words in the opposite
// order, with a capital and between marks.
func reversed(n int, seed uint64) []attention.Pair {
	rng := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("one two three four five six seven eight")
	out := make([]attention.Pair, n)
	for i := range out {
		var s []string
		for range 1 + rng.IntN(4) {
			s = append(s, words[rng.IntN(len(words))])
		}
		source := strings.Join(s, " ") + "."
		slices.Reverse(s)
		s[0] = strings.ToUpper(s[0][:1]) + s[0][1:]
		out[i] = attention.Pair{Source: source, Target: "¡" + strings.Join(s, " ") + "!"}
	}
	return out
}

// translatorSettings is a translator and a training of a second or so.
func translatorSettings(seed uint64) (attention.TranslatorConfig, verso.FitConfig) {
	c := attention.DefaultTranslatorConfig()
	c.Dim, c.Hidden, c.Attention, c.Dropout, c.Seed = 16, 32, 16, 0, seed
	f := attention.DefaultTranslatorFit()
	f.Epochs, f.Batch, f.Seed, f.Workers, f.Schedule = 12, 32, seed, 2, verso.ConstantRate(0.01)
	return c, f
}

var learned = sync.OnceValues(func() (*attention.Translator, error) {
	c, f := translatorSettings(1)
	t, _, err := attention.TrainTranslator(context.Background(), reversed(1500, 1), nil, c, f)
	return t, err
})

func saved(t *testing.T, m *attention.Translator) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

func TestTranslatorLearns(t *testing.T) {
	m, err := learned()
	require.NoError(t, err)
	pairs := reversed(100, 9)
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.Source
	}
	for _, beam := range []int{1, 3} {
		c := attention.DefaultSearchConfig()
		c.Beam = beam
		all, err := m.TranslateAll(t.Context(), texts, c)
		require.NoError(t, err)
		right := 0
		for i, p := range pairs {
			if all[i].Text == p.Target {
				right++
			}
			alone, err := m.Translate(t.Context(), p.Source, c)
			require.NoError(t, err)
			require.Equal(t, all[i].Text, alone.Text, "alone and among others")
			require.InDelta(t, all[i].Score, alone.Score, 1e-4)
			require.LessOrEqual(t, alone.Score, 0.0)
		}
		require.Greater(t, right, 90, "beam %d", beam)
	}
	loss, err := m.Loss(t.Context(), pairs)
	require.NoError(t, err)
	require.Less(t, loss, 0.1)
}

func TestTranslationMap(t *testing.T) {
	m, err := learned()
	require.NoError(t, err)
	r, err := m.Translate(t.Context(), "Two five SEVEN.", attention.DefaultSearchConfig())
	require.NoError(t, err)
	require.Equal(t, "¡Seven five two!", r.Text)
	require.Equal(t, []string{"Two", "five", "SEVEN", "."}, r.Source)
	require.Equal(t, []string{"¡", "Seven", "five", "two", "!"}, r.Target)
	require.Equal(t, [2]int{5, 4}, [2]int{r.Map.Queries, r.Map.Keys})
	for i := range r.Map.Queries {
		sum := float32(0)
		for _, w := range r.Map.Row(i) {
			sum += w
		}
		require.InDelta(t, 1, sum, 1e-5)
	}
}

// TestBeamFindsLikelier checks that more beams find likelier translations where
// greedy search goes astray. One or another may be less likely: its beginning lost.
func TestBeamFindsLikelier(t *testing.T) {
	c, f := translatorSettings(3)
	f.Epochs = 2 // not sure of anything yet
	m, _, err := attention.TrainTranslator(t.Context(), reversed(500, 1), nil, c, f)
	require.NoError(t, err)
	better, sum := 0, 0.0
	for _, p := range reversed(60, 4) {
		s := attention.SearchConfig{Beam: 1}
		greedy, err := m.Translate(t.Context(), p.Source, s)
		require.NoError(t, err)
		s.Beam = 8
		wide, err := m.Translate(t.Context(), p.Source, s)
		require.NoError(t, err)
		if sum += wide.Score - greedy.Score; wide.Score > greedy.Score+1e-4 {
			better++
		}
	}
	require.Greater(t, better, 10)
	require.Positive(t, sum)
}

func TestTranslatorEdges(t *testing.T) {
	m, err := learned()
	require.NoError(t, err)
	for _, c := range []attention.SearchConfig{{Beam: 1}, {Beam: 5, LengthPenalty: 1}, {Beam: 200}} { // more beams than words
		r, err := m.Translate(t.Context(), "", c)
		require.NoError(t, err)
		require.Empty(t, r.Text)
		require.Equal(t, 0, r.Map.Queries)
		r, err = m.Translate(t.Context(), "words that nobody knows", c)
		require.NoError(t, err)
		require.NotEmpty(t, r.Text)
		c.MaxLength = 2
		r, err = m.Translate(t.Context(), "one two three four.", c)
		require.NoError(t, err)
		require.LessOrEqual(t, r.Map.Queries, 2)
		require.Len(t, r.Target, r.Map.Queries)
	}
	r, err := m.Translate(t.Context(), "one two.", attention.SearchConfig{Beam: math.MaxInt, MaxLength: 2})
	require.NoError(t, err)
	require.LessOrEqual(t, r.Map.Queries, 2)
	none, err := m.TranslateAll(t.Context(), nil, attention.DefaultSearchConfig())
	require.NoError(t, err)
	require.Empty(t, none)
}

// Two layers read too, and smoothed labels leave the writer less sure.
func TestTranslatorLayersAndSmoothing(t *testing.T) {
	train := func(smoothing float64) *attention.Translator {
		c, f := translatorSettings(1)
		c.Layers, c.LabelSmoothing, c.Dropout, f.Epochs = 2, smoothing, 0.05, 8
		m, _, err := attention.TrainTranslator(t.Context(), reversed(1500, 1), nil, c, f)
		require.NoError(t, err)
		return m
	}
	plain, smooth := train(0), train(0.2)
	_, found := smooth.Params().Get("enc.weight_ih_l1_reverse")
	require.True(t, found)
	for name, m := range map[string]*attention.Translator{"plain": plain, "smooth": smooth} {
		r, err := m.Translate(t.Context(), "two five seven.", attention.DefaultSearchConfig())
		require.NoError(t, err)
		require.Equal(t, "¡Seven five two!", r.Text, name)
	}
	pairs := reversed(50, 9)
	sure, err := plain.Loss(t.Context(), pairs)
	require.NoError(t, err)
	unsure, err := smooth.Loss(t.Context(), pairs)
	require.NoError(t, err)
	require.Less(t, sure, unsure)
	require.Less(t, unsure, 0.5)
}

func TestTranslatorCopiesUnknownWords(t *testing.T) {
	var pairs []attention.Pair
	for i := range 300 {
		name := fmt.Sprint("name", i) // each once: unknown
		pairs = append(pairs, attention.Pair{Source: "call " + name, Target: "llama a " + name})
	}
	c, f := translatorSettings(1)
	c.MinCount, f.Epochs = 2, 8
	m, _, err := attention.TrainTranslator(t.Context(), pairs, nil, c, f)
	require.NoError(t, err)
	r, err := m.Translate(t.Context(), "Call Isidora", attention.DefaultSearchConfig())
	require.NoError(t, err)
	require.Equal(t, "llama a Isidora", r.Text)
}

// translatorKind is the settings and the training of one of the nets that a translator can have.
type translatorKind func(seed uint64) (attention.TranslatorConfig, verso.FitConfig)

func eachTranslator(t *testing.T, f func(t *testing.T, settings translatorKind)) {
	t.Run("recurrent", func(t *testing.T) { f(t, translatorSettings) })
	t.Run("transformer", func(t *testing.T) { f(t, transformerSettings) })
}

func TestTranslatorSameSeedSameBytes(t *testing.T) {
	eachTranslator(t, func(t *testing.T, settings translatorKind) {
		fit := func(workers int, seed uint64) []byte {
			c, f := settings(seed)
			f.Epochs, f.Shards, f.Workers, c.Dropout = 1, 3, workers, 0.1
			m, _, err := attention.TrainTranslator(t.Context(), reversed(100, 1), reversed(10, 2), c, f)
			require.NoError(t, err)
			return saved(t, m)
		}
		want := fit(1, 4)
		require.Equal(t, want, fit(3, 4))
		require.NotEqual(t, want, fit(1, 5))
	})
}

func TestTranslatorCancelAndResume(t *testing.T) {
	eachTranslator(t, func(t *testing.T, settings translatorKind) {
		c, f := settings(2)
		f.Epochs, c.Dropout = 3, 0.1
		train := reversed(100, 1)
		whole, _, err := attention.TrainTranslator(t.Context(), train, nil, c, f)
		require.NoError(t, err)

		ctx, cancel := context.WithCancel(t.Context())
		f.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
		f.Progress = func(p verso.Progress) error {
			if p.Step == 5 {
				cancel()
			}
			return nil
		}
		m, _, err := attention.TrainTranslator(ctx, train, nil, c, f)
		require.ErrorIs(t, err, context.Canceled)
		require.NotNil(t, m)
		_, err = m.Translate(ctx, "one two.", attention.DefaultSearchConfig())
		require.ErrorIs(t, err, context.Canceled)

		f.Progress, f.Resume = nil, true
		m, _, err = attention.TrainTranslator(t.Context(), train, nil, c, f)
		require.NoError(t, err)
		require.Equal(t, saved(t, whole), saved(t, m))
	})
}

func TestTranslatorConcurrent(t *testing.T) {
	m, err := learned()
	require.NoError(t, err)
	pairs := reversed(8, 5)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, p := range pairs {
				r, err := m.Translate(t.Context(), p.Source, attention.DefaultSearchConfig())
				if assert.NoError(t, err) {
					assert.Equal(t, p.Target, r.Text)
				}
			}
		})
	}
	group.Wait()
}

func TestTranslatorErrors(t *testing.T) {
	c, f := translatorSettings(1)
	_, _, err := attention.TrainTranslator(t.Context(), nil, nil, c, f)
	require.ErrorIs(t, err, attention.ErrExamples)
	for _, change := range []func(*attention.TranslatorConfig){
		func(c *attention.TranslatorConfig) { c.Dim = 0 },
		func(c *attention.TranslatorConfig) { c.Dropout = 1 },
		func(c *attention.TranslatorConfig) { c.MaxWords = -1 },
		func(c *attention.TranslatorConfig) { c.Layers = -1 },
		func(c *attention.TranslatorConfig) { c.LabelSmoothing = 1.1 },
	} {
		bad := c
		change(&bad)
		_, _, err := attention.TrainTranslator(t.Context(), reversed(10, 1), nil, bad, f)
		require.ErrorIs(t, err, verso.ErrConfig)
	}
	var count vocab.Counter
	count.Add("one")
	plain, err := count.Vocabulary(vocab.Config{Special: []string{attention.Unknown}, Unk: attention.Unknown})
	require.NoError(t, err)
	_, err = attention.NewTranslator(plain, plain, c)
	require.ErrorIs(t, err, attention.ErrExamples)
	require.ErrorContains(t, err, attention.Begin)
	_, err = attention.NewTranslator(nil, plain, c)
	require.ErrorIs(t, err, attention.ErrExamples)

	m, err := learned()
	require.NoError(t, err)
	_, err = m.Loss(t.Context(), nil)
	require.ErrorIs(t, err, attention.ErrExamples)
	for _, s := range []attention.SearchConfig{{}, {Beam: 1, LengthPenalty: -1}, {Beam: 1, MaxLength: -1}} {
		_, err := m.Translate(t.Context(), "one", s)
		require.ErrorIs(t, err, verso.ErrConfig)
	}
}
