package attention_test

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

// transformerSettings is a translator by self-attention and a training of some
// seconds.
func transformerSettings(seed uint64) (attention.TranslatorConfig, verso.FitConfig) {
	c, f := translatorSettings(seed)
	c.Reader, c.Dim, c.Heads, c.FeedForward = attention.SelfAttention, 32, 4, 64
	f.Epochs, f.Schedule = 16, verso.ConstantRate(0.005)
	return c, f
}

var learnedTransformer = sync.OnceValues(func() (*attention.Translator, error) {
	c, f := transformerSettings(1)
	t, _, err := attention.TrainTranslator(context.Background(), reversed(1500, 1), nil, c, f)
	return t, err
})

func TestTransformerTranslates(t *testing.T) {
	m, err := learnedTransformer()
	require.NoError(t, err)
	pairs := reversed(100, 9)
	texts := []string{""}
	for _, p := range pairs {
		texts = append(texts, p.Source)
	}
	for _, beams := range []int{1, 3} {
		c := attention.SearchConfig{Beam: beams}
		all, err := m.TranslateAll(t.Context(), texts, c)
		require.NoError(t, err)
		require.Empty(t, all[0].Text)
		right := 0
		for i, p := range pairs {
			r := all[i+1]
			if r.Text == p.Target {
				right++
				// What was written step by step has the probability that the graph gives.
				loss, err := m.Loss(t.Context(), []attention.Pair{{Source: p.Source, Target: r.Text}})
				require.NoError(t, err)
				require.InDelta(t, r.Score, -loss*float64(len(r.Target)+1), 1e-4)
			}
			alone, err := m.Translate(t.Context(), p.Source, c)
			require.NoError(t, err)
			require.Equal(t, r.Text, alone.Text, "alone and among others")
			require.Equal(t, [2]int{len(r.Target), len(r.Source)}, [2]int{r.Map.Queries, r.Map.Keys})
			for k := range r.Map.Queries {
				sum := float32(0)
				for _, w := range r.Map.Row(k) {
					sum += w
				}
				require.InDelta(t, 1, sum, 1e-5)
			}
		}
		require.Greater(t, right, 90, "%d beams", beams)
	}
}

// A translator's map is where the last layer looked, the mean over its heads.
func TestTransformerMap(t *testing.T) {
	m, err := learnedTransformer()
	require.NoError(t, err)
	source, target := m.Words()
	c := attention.DefaultTransformerConfig()
	c.Heads, c.FeedForward, c.Layers, c.Activation = 4, 64, 1, verso.GELU
	ps := verso.NewParams(1)
	net := attention.NewTransformer(ps, source.Len(), target.Len(), 32, c)
	require.NoError(t, ps.Err())
	require.Len(t, m.Params().All(), len(ps.All()))
	for _, p := range ps.All() {
		own, ok := m.Params().Get(p.Name())
		require.True(t, ok, p.Name())
		require.NoError(t, p.Set(own.Float32s()))
	}
	g := verso.NewGraph(1)
	from, to := g.Tokens("source"), g.Tokens("target")
	logits, weights := net.ForwardWeights(g, from, to)
	plain := net.Forward(g, from, to)
	mean := weights[0].Memory.Mean(g)
	machine, err := g.Compile(nil)
	require.NoError(t, err)
	defer machine.Close()
	r, err := m.Translate(t.Context(), "two five seven.", attention.DefaultSearchConfig())
	require.NoError(t, err)
	require.NoError(t, machine.FeedTokens(from, [][]int{source.IDs([]string{"two", "five", "seven", "\uffed."})}))
	require.NoError(t, machine.FeedTokens(to, [][]int{target.IDs([]string{attention.Begin, "¡\uffed", "Seven", "five", "two"})}))
	require.NoError(t, machine.Run())
	require.Equal(t, machine.Float32s(logits), machine.Float32s(plain))
	maps, err := mean.Maps(machine)
	require.NoError(t, err)
	requireNear(t, maps[0][0].Weights, r.Map.Weights)
}

func TestTransformerSaveLoad(t *testing.T) {
	m, err := learnedTransformer()
	require.NoError(t, err)
	again, err := attention.LoadTranslator(bytes.NewReader(saved(t, m)))
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, again))
	want, err := m.TranslateN(t.Context(), "six one.", attention.DefaultSearchConfig())
	require.NoError(t, err)
	got, err := again.TranslateN(t.Context(), "six one.", attention.DefaultSearchConfig())
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestTransformerConcurrent(t *testing.T) {
	m, err := learnedTransformer()
	require.NoError(t, err)
	want, err := m.Translate(t.Context(), "two five seven.", attention.DefaultSearchConfig())
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 4 {
				r, err := m.Translate(t.Context(), "two five seven.", attention.DefaultSearchConfig())
				if assert.NoError(t, err) {
					assert.Equal(t, want, r)
				}
			}
		})
	}
	group.Wait()
}

func TestTransformerTranslatorErrors(t *testing.T) {
	c, f := transformerSettings(1)
	for _, change := range []func(*attention.TranslatorConfig){
		func(c *attention.TranslatorConfig) { c.Reader = "lstm" },
		func(c *attention.TranslatorConfig) { c.Heads = 5 },
		func(c *attention.TranslatorConfig) { c.FeedForward = 0 },
	} {
		bad := c
		change(&bad)
		_, _, err := attention.TrainTranslator(t.Context(), reversed(10, 1), nil, bad, f)
		require.ErrorIs(t, err, verso.ErrConfig)
	}
}
