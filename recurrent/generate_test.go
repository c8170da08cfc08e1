package recurrent_test

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

func TestGenerate(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs = 15
	m := trainLM(t, c, f)
	o := recurrent.DefaultOptions()
	o.Length = 40
	a := write(t, m, "", o)
	assert.Equal(t, a, write(t, m, "", o), "same seed")
	assert.NotContains(t, a, recurrent.Unknown)
	other := o
	other.Seed = 2
	assert.NotEqual(t, a, write(t, m, "", other))
	one := other
	one.TopK = 1
	other.Temperature = 0
	assert.Equal(t, write(t, m, "", other), write(t, m, "", one), "the likeliest of one")
	one.TopK, one.TopP = 0, 1e-9
	assert.Equal(t, write(t, m, "", other), write(t, m, "", one))

	o.Length = 0
	assert.Empty(t, write(t, m, "tres", o))
	o.Length = 5
	n := 0
	for _, err := range m.Generate(t.Context(), "tres", o) {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	assert.Equal(t, 3, n)

	// An untrained model draws all tokens but the unknown one, or that too.
	fresh, err := recurrent.NewLM(m.Words(), c)
	require.NoError(t, err)
	o.Length = 500
	assert.NotContains(t, write(t, fresh, "", o), recurrent.Unknown)
	o.Unknown = true
	assert.Contains(t, write(t, fresh, "", o), recurrent.Unknown)
}

// After more training the text is that of the new weights.
func TestGenerateAfterFit(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs = 1
	m := trainLM(t, c, f)
	before := write(t, m, "tragaban trigo en", greedy(c))
	f.Epochs = 60
	_, err := m.Fit(t.Context(), ids(t, m, verse), nil, f)
	require.NoError(t, err)
	assert.NotEqual(t, before, "un trigal")
	assert.Equal(t, "un trigal", write(t, m, "tragaban trigo en", greedy(c)))
}

// What is written between the epochs of a training, or after weights were set, is
// of the weights at that time: the same as by a model that never wrote before.
func TestGenerateKeepsNoWeights(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs = 3
	o := recurrent.DefaultOptions()
	o.Length = 30
	words, err := recurrent.LMVocabulary(verse, c)
	require.NoError(t, err)
	m, err := recurrent.NewLM(words, c)
	require.NoError(t, err)
	loaded := func() *recurrent.LanguageModel {
		twin, err := recurrent.LoadLM(bytes.NewReader(lmBytes(t, m)))
		require.NoError(t, err)
		return twin
	}
	f.Progress = func(p verso.Progress) error {
		if p.EpochDone {
			assert.Equal(t, write(t, loaded(), "tres", o), write(t, m, "tres", o), "epoch %d", p.Epoch)
		}
		return nil
	}
	_, err = m.Fit(t.Context(), ids(t, m, verse), nil, f)
	require.NoError(t, err)
	want := write(t, loaded(), "tres", o)
	assert.Equal(t, want, write(t, m, "tres", o))
	for _, p := range m.Params().All() {
		require.NoError(t, p.Set(make([]float32, p.Len())))
	}
	assert.Equal(t, write(t, loaded(), "tres", o), write(t, m, "tres", o))
	assert.NotEqual(t, want, write(t, m, "tres", o))
}

// A context ends the reading of a prompt too.
func TestGenerateStopsWithinPrompt(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs = 0
	m := trainLM(t, c, f)
	ctx := &countdown{Context: t.Context(), left: 7}
	for _, err := range m.Generate(ctx, strings.Repeat("tres ", 1000), recurrent.DefaultOptions()) {
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Equal(t, -1, ctx.left, "it went on after the context was done")
}

// countdown is a context that is done after it was asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestGenerateFromManyGoroutines(t *testing.T) {
	for _, window := range []int{0, 3} {
		c, f := smallLM(recurrent.LevelWord)
		c.Window, f.Epochs = window, 2
		m := trainLM(t, c, f)
		text := ids(t, m, verse)
		fresh, err := recurrent.NewLM(m.Words(), c) // for the answers alone
		require.NoError(t, err)
		for i, p := range fresh.Params().All() {
			require.NoError(t, p.Set(m.Params().All()[i].Float32s()))
		}
		want := make([]string, 8)
		for i := range want {
			o := recurrent.DefaultOptions()
			o.Seed = uint64(i)
			want[i] = write(t, fresh, "tres tristes", o)
		}
		p, err := fresh.Perplexity(t.Context(), text)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for i := range want {
			wg.Go(func() {
				o := recurrent.DefaultOptions()
				o.Seed = uint64(i)
				var out []string
				for token, err := range m.Generate(t.Context(), "tres tristes", o) {
					assert.NoError(t, err)
					out = append(out, token.Text)
				}
				assert.Equal(t, want[i], m.Join(out))
				q, err := m.Perplexity(t.Context(), text)
				assert.NoError(t, err)
				assert.Equal(t, p, q)
			})
		}
		wg.Wait()
	}
}

func TestGenerateErrors(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs = 1
	m := trainLM(t, c, f)
	fails := func(ctx context.Context, prompt string, change func(*recurrent.Options)) error {
		o := recurrent.DefaultOptions()
		if change != nil {
			change(&o)
		}
		var last error
		n := 0
		for token, err := range m.Generate(ctx, prompt, o) {
			require.Equal(t, recurrent.Token{}, token)
			last = err
			n++
		}
		require.Equal(t, 1, n, "an error ends the sequence")
		return last
	}
	err := fails(t.Context(), "tres gatos", nil)
	require.ErrorIs(t, err, recurrent.ErrToken)
	require.ErrorContains(t, err, `prompt, token 2`)
	require.ErrorContains(t, err, `"gatos"`)
	require.ErrorIs(t, fails(t.Context(), "", func(o *recurrent.Options) { o.Stop = "gatos" }), recurrent.ErrToken)
	require.ErrorIs(t, fails(t.Context(), "", func(o *recurrent.Options) { o.Length = -1 }), verso.ErrConfig)
	require.ErrorIs(t, fails(t.Context(), "", func(o *recurrent.Options) { o.Temperature = -1 }), verso.ErrConfig)
	require.ErrorIs(t, fails(t.Context(), "", func(o *recurrent.Options) { o.TopP = 0 }), verso.ErrConfig)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, fails(ctx, "tres", nil), context.Canceled)
	p, _ := m.Params().Get("out.bias")
	p.Float32s()[3] = float32(math.NaN())
	require.ErrorIs(t, fails(t.Context(), "tres", nil), verso.ErrNotFinite)
}

// What comes next, and how likely: the same probabilities by which a text is drawn
// and judged.
func TestNext(t *testing.T) {
	for _, window := range []int{0, 3} {
		c, f := smallLM(recurrent.LevelWord)
		c.Window, f.Epochs = window, 20
		m := trainLM(t, c, f)
		all, err := m.Next(t.Context(), "tragaban trigo en", 1000)
		require.NoError(t, err)
		require.Len(t, all, m.Words().Len())
		sum := 0.0
		for i, token := range all {
			sum += token.Probability
			word, _ := m.Words().Word(token.ID)
			require.Equal(t, word, token.Text)
			require.True(t, i == 0 || token.Probability <= all[i-1].Probability)
		}
		assert.InDelta(t, 1, sum, 1e-5)
		two, err := m.Next(t.Context(), "tragaban trigo en", 2)
		require.NoError(t, err)
		assert.Equal(t, all[:2], two)
		assert.Equal(t, "un", two[0].Text)
		o := recurrent.DefaultOptions()
		o.Length, o.TopK, o.Unknown = 1, 1000, true
		for token, err := range m.Generate(t.Context(), "tragaban trigo en", o) {
			require.NoError(t, err)
			at := slices.IndexFunc(all, func(x recurrent.Token) bool { return x.ID == token.ID })
			assert.InEpsilon(t, all[at].Probability, token.Probability, 1e-5)
		}

		text := ids(t, m, "tragaban trigo en un trigal")
		score, err := m.Score(t.Context(), text)
		require.NoError(t, err)
		require.Len(t, score, len(text)-max(window, 1))
		assert.InDelta(t, math.Log(two[0].Probability), score[len(score)-2], 1e-5, "of the word un")
		total := 0.0
		for _, x := range score {
			total += x
		}
		p, err := m.Perplexity(t.Context(), text)
		require.NoError(t, err)
		assert.InEpsilon(t, p, math.Exp(-total/float64(len(score))), 1e-12)
		_, err = m.Score(t.Context(), text[:1])
		require.ErrorIs(t, err, recurrent.ErrText)
		_, err = m.Next(t.Context(), "tres gatos", 1)
		require.ErrorIs(t, err, recurrent.ErrToken)
		_, err = m.Next(t.Context(), "tres", 0)
		require.ErrorIs(t, err, verso.ErrConfig)
		bias, _ := m.Params().Get("out.bias")
		bias.Float32s()[3] = float32(math.NaN())
		_, err = m.Next(t.Context(), "tres", 1)
		require.ErrorIs(t, err, verso.ErrNotFinite)
	}
}

func TestJoin(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	c.Tokenizer, f.Epochs = "unicode", 0
	text := "¿Qué es esto, Entendimiento? (dijo): «así» no.\nYo creía\n"
	m, _, err := recurrent.TrainLM(t.Context(), text, "", c, f)
	require.NoError(t, err)
	var tokens []string
	for _, id := range ids(t, m, text) {
		w, _ := m.Words().Word(id)
		tokens = append(tokens, w)
	}
	require.Equal(t, text, m.Join(tokens))
	require.Len(t, tokens, 20)
}
