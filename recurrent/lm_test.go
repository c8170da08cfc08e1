package recurrent_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

// verse is a text to be learned by heart.
const verse = `Tres tristes tigres
tragaban trigo en un trigal
en tres tristes trastos .
En tres tristes trastos
tragaban trigo tres tristes tigres .
`

// smallLM learns verse in a second.
func smallLM(level recurrent.Level) (recurrent.LMConfig, verso.FitConfig) {
	c := recurrent.DefaultLMConfig()
	c.Level, c.Dim, c.Hidden, c.Layers, c.Steps = level, 12, 24, 1, 7
	f := recurrent.DefaultLMFit(c)
	f.Batch, f.Epochs, f.ClipNorm = 2, 60, 1
	f.Optimizer, f.Schedule = verso.Adam(verso.DefaultAdamConfig()), verso.ConstantRate(0.02)
	return c, f
}

func trainLM(t *testing.T, c recurrent.LMConfig, f verso.FitConfig) *recurrent.LanguageModel {
	t.Helper()
	m, _, err := recurrent.TrainLM(t.Context(), verse, "", c, f)
	require.NoError(t, err)
	return m
}

func ids(t *testing.T, m *recurrent.LanguageModel, text string) []int {
	t.Helper()
	x, err := m.IDs(text)
	require.NoError(t, err)
	return x
}

func perplexity(t *testing.T, m *recurrent.LanguageModel, text string) float64 {
	t.Helper()
	p, err := m.Perplexity(t.Context(), ids(t, m, text))
	require.NoError(t, err)
	return p
}

func write(t *testing.T, m *recurrent.LanguageModel, prompt string, o recurrent.Options) string {
	t.Helper()
	var out []string
	for token, err := range m.Generate(t.Context(), prompt, o) {
		require.NoError(t, err)
		require.Greater(t, token.Probability, 0.0)
		word, _ := m.Words().Word(token.ID)
		require.Equal(t, word, token.Text)
		out = append(out, token.Text)
	}
	return m.Join(out)
}

// greedy takes the likeliest token up to the end of a line.
func greedy(c recurrent.LMConfig) recurrent.Options {
	o := recurrent.DefaultOptions()
	if o.Temperature, o.Stop = 0, recurrent.LineEnd; c.Level == recurrent.LevelChar {
		o.Stop = "\n"
	}
	return o
}

func lmBytes(t *testing.T, m *recurrent.LanguageModel) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

// Every kind of model learns a text by heart and goes on with it.
func TestLanguageModelLearns(t *testing.T) {
	for _, v := range []struct {
		level  recurrent.Level
		cell   recurrent.CellKind
		window int
		tied   bool
		most   float64
	}{
		{recurrent.LevelWord, recurrent.CellLSTM, 0, false, 1.4},
		{recurrent.LevelWord, recurrent.CellGRU, 0, true, 1.4},
		{recurrent.LevelChar, recurrent.CellGRU, 0, false, 1.4},
		{recurrent.LevelWord, recurrent.CellRNN, 4, false, 1.4},
		{recurrent.LevelWord, recurrent.CellReLU, 4, false, 1.4},
		{recurrent.LevelWord, recurrent.CellLSTM, 3, false, 1.4},
		{recurrent.LevelChar, recurrent.CellGRU, 9, false, 1.3},
	} {
		t.Run(fmt.Sprintf("%s %s window %d tied %v", v.level, v.cell, v.window, v.tied), func(t *testing.T) {
			c, f := smallLM(v.level)
			if c.Cell, c.Window, c.Tied = v.cell, v.window, v.tied; c.Tied {
				c.Dim = c.Hidden
			}
			if c.Window > 0 {
				f.Batch = 16
			}
			m := trainLM(t, c, f)
			assert.Less(t, perplexity(t, m, verse), v.most)
			untrained, err := recurrent.NewLM(m.Words(), c)
			require.NoError(t, err)
			assert.InDelta(t, float64(m.Words().Len()), perplexity(t, untrained, verse), 2, "it knows nothing yet")
			got := write(t, m, "tragaban trigo en ", greedy(c))
			assert.Equal(t, "un trigal", strings.TrimSpace(got))
		})
	}
}

// The windows of the notes: the four words before say the next.
func TestLanguageModelWindow(t *testing.T) {
	text := "puedo escribir los versos más tristes esta noche\n"
	c, f := smallLM(recurrent.LevelWord)
	c.Window, f.Batch, f.Epochs = 4, 5, 40
	m, h, err := recurrent.TrainLM(t.Context(), text, "", c, f)
	require.NoError(t, err)
	require.Equal(t, 40, h.Steps, "nine tokens make five windows, one batch")
	o := greedy(c)
	o.Length = 1
	assert.Equal(t, "más", write(t, m, "puedo escribir los versos", o))
	assert.Equal(t, "tristes", write(t, m, "noche escribir los versos más", o))
	o.Temperature = 1
	draw := func(prompt string) (drawn recurrent.Token) {
		for token, err := range m.Generate(t.Context(), prompt, o) {
			require.NoError(t, err)
			drawn = token
		}
		return drawn
	}
	assert.Equal(t, draw("escribir los versos más"), draw("noche escribir los versos más"), "the first word is out of the window")
	assert.NotEqual(t, draw("los versos más"), draw("escribir los versos más"))
}

// Perplexity is what the logits of a cell say, step by step over the whole text.
func TestPerplexityIsCarried(t *testing.T) {
	c, f := smallLM(recurrent.LevelChar)
	f.Epochs = 5
	m := trainLM(t, c, f)
	text := strings.Repeat(verse, 5) // longer than a segment
	x := ids(t, m, text)
	require.Greater(t, len(x), 600)
	lstm := recurrent.NewLSTM(verso.NewParams(1).Scope("rnn"), c.Dim, c.Hidden, recurrent.DefaultConfig())
	weight := func(name string) []float32 {
		p, ok := m.Params().Get(name)
		require.True(t, ok, name)
		return p.Float32s()
	}
	for _, w := range []*verso.Param{lstm.Weights()[0].IH, lstm.Weights()[0].HH, lstm.Weights()[0].BiasIH, lstm.Weights()[0].BiasHH} {
		require.NoError(t, w.Set(weight(w.Name())))
	}
	cell, err := recurrent.NewCell(lstm)
	require.NoError(t, err)
	table, out, bias := weight("emb.weight"), weight("out.weight"), weight("out.bias")
	state, nats := cell.NewState(1), 0.0
	for i, id := range x[:len(x)-1] {
		h, err := cell.Step(table[id*c.Dim:(id+1)*c.Dim], state)
		require.NoError(t, err)
		sum, want := 0.0, 0.0
		for k := range bias {
			z := float64(bias[k])
			for j, v := range h {
				z += float64(v) * float64(out[k*c.Hidden+j])
			}
			if sum += math.Exp(z); k == x[i+1] {
				want = z
			}
		}
		nats += math.Log(sum) - want
	}
	want := math.Exp(nats / float64(len(x)-1))
	got, err := m.Perplexity(t.Context(), x)
	require.NoError(t, err)
	assert.InEpsilon(t, want, got, 1e-5)
}

func TestLanguageModelSameSeed(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	c.Dropout, f.Epochs, f.Shards = 0.3, 3, 2
	run := func(seed uint64, workers int) []byte {
		c, f := c, f
		c.Seed, f.Workers = seed, workers
		return lmBytes(t, trainLM(t, c, f))
	}
	a := run(1, 1)
	assert.Equal(t, a, run(1, 2))
	assert.NotEqual(t, a, run(2, 1))
}

// First values are a function of the seed and the name: one layer more leaves the
// others as they are.
func TestLanguageModelFirstValues(t *testing.T) {
	c, _ := smallLM(recurrent.LevelWord)
	words, err := recurrent.LMVocabulary(verse, c)
	require.NoError(t, err)
	for _, a := range []float64{0, 0.1} {
		c.Init = a
		c.Layers = 1
		small, err := recurrent.NewLM(words, c)
		require.NoError(t, err)
		c.Layers = 2
		large, err := recurrent.NewLM(words, c)
		require.NoError(t, err)
		for _, p := range small.Params().All() {
			q, ok := large.Params().Get(p.Name())
			require.True(t, ok)
			assert.Equal(t, p.Float32s(), q.Float32s(), p.Name())
			if a > 0 {
				assert.LessOrEqual(t, slices.Max(p.Float32s()), float32(a))
				assert.GreaterOrEqual(t, slices.Min(p.Float32s()), -float32(a))
			}
		}
	}
}

func TestLanguageModelScore(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs, f.Batch = 1, 1
	m, h, err := recurrent.TrainLM(t.Context(), verse, verse, c, f)
	require.NoError(t, err)
	assert.InDelta(t, -math.Log(perplexity(t, m, verse)), h.Epochs[0].Score, 1e-5)
}

// Zaremba's rates: 4 epochs at the first, then halves.
func TestZarembaRate(t *testing.T) {
	s := recurrent.ZarembaRate(20, 4, 10)
	for epoch, want := range []float64{20, 20, 20, 20, 10, 5, 2.5} {
		assert.Equal(t, want, s.Rate(10*epoch), "first update of epoch %d", epoch+1)
		assert.Equal(t, want, s.Rate(10*epoch+9), "last update of epoch %d", epoch+1)
	}
	f := recurrent.DefaultLMFit(recurrent.DefaultLMConfig())
	assert.Equal(t, 0.25, f.ClipNorm)
	assert.True(t, f.KeepOrder)
	c, f := smallLM(recurrent.LevelWord)
	f.Schedule, f.Optimizer, f.Epochs = nil, verso.SGD(verso.DefaultSGDConfig()), 6
	_, h, err := recurrent.TrainLM(t.Context(), verse, "", c, f)
	require.NoError(t, err)
	for i, want := range []float64{7, 7, 7, 7, 3.5, 1.75} {
		assert.Equal(t, want, h.Epochs[i].Rate)
	}
}
