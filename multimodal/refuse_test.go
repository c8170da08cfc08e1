package multimodal

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

func TestBadInput(t *testing.T) {
	w := newWorld(t)
	good := small()["w2vv++"]
	dual := small()["dual encoding"]
	change := func(c Config, f func(*Config)) Config {
		f(&c)
		return c
	}
	for name, c := range map[string]struct {
		train []Caption
		words *vectors.Vectors
		cfg   Config
		is    error
		says  string
	}{
		"no captions":     {nil, w.words, good, ErrCaptions, "at least one"},
		"unknown picture": {[]Caption{{"cow", "a cow"}}, w.words, good, ErrID, `picture "cow": `},
		"no vectors":      {w.train, nil, good, ErrVectors, "vectors given: false"},
		"vectors unused": {w.train, w.words, change(good, func(c *Config) { c.Text.Levels = []Level{Bag} }),
			ErrVectors, "vectors given: true"},
		"no words left": {w.train, w.words, change(good, func(c *Config) { c.Text.MinCount = 99 }), ErrCaptions, `level "bag"`},
		"no level":      {w.train, w.words, change(dual, func(c *Config) { c.Visual.Levels = nil }), verso.ErrConfig, "visual side"},
		"level twice": {w.train, w.words, change(dual, func(c *Config) { c.Text.Levels = []Level{GRU, GRU} }),
			verso.ErrConfig, "different levels"},
		"level of texts": {w.train, w.words, change(dual, func(c *Config) { c.Visual.Levels = []Level{Bag} }), verso.ErrConfig, `["bag"]`},
		"widths differ":  {w.train, w.words, change(good, func(c *Config) { c.Visual.Head.Sizes = []int{7} }), verso.ErrConfig, "24 numbers, the visual side with 7"},
		"no filters":     {w.train, w.words, change(dual, func(c *Config) { c.Text.Sequence.Widths = nil }), verso.ErrConfig, "filters"},
		"loss":           {w.train, w.words, change(good, func(c *Config) { c.Loss.Kind = "hinge" }), verso.ErrConfig, `"hinge"`},
		"direction":      {w.train, w.words, change(good, func(c *Config) { c.Loss.Direction = "up" }), verso.ErrConfig, `"up"`},
		"temperature": {w.train, w.words, change(good, func(c *Config) { c.Loss = LossConfig{Kind: Contrastive} }),
			verso.ErrConfig, "temperature"},
		"margin":    {w.train, w.words, change(good, func(c *Config) { c.Loss.Margin = -1 }), verso.ErrConfig, "margin"},
		"tokenizer": {w.train, w.words, change(good, func(c *Config) { c.Text.Tokenizer = "x" }), verso.ErrConfig, `"x"`},
		"dropout":   {w.train, w.words, change(good, func(c *Config) { c.Text.Head.Dropout = 1 }), verso.ErrConfig, "dropout"},
		"norms":     {w.train, w.words, change(good, func(c *Config) { c.Text.Norms = []float64{-1} }), verso.ErrConfig, "norms"},
		"norm of a network": {w.train, w.words, change(good, func(c *Config) { c.Text.Norms = []float64{1, 1} }),
			verso.ErrConfig, `norms above 0 are for "bag", "ngrams" and "vectors", got [gru vectors]`},
		"stop words":     {w.train, w.words, change(good, func(c *Config) { c.Text.StopWords = "la" }), verso.ErrConfig, `["en" "es"], got la`},
		"frozen marks":   {w.train, w.words, change(good, func(c *Config) { c.Text.FrozenWords = true }), verso.ErrConfig, "marks"},
		"frozen nothing": {w.train, nil, change(dual, func(c *Config) { c.Text.FrozenWords = true }), ErrVectors, "frozen words true"},
		"frames":         {w.train, w.words, change(dual, func(c *Config) { c.Visual.MaxFrames = -1 }), verso.ErrConfig, "-1"},
		"both signs": {w.train, w.words, change(Word2VisualVec(), func(c *Config) { c.Visual.Prepare.Components = 3 }),
			verso.ErrConfig, "both signs"},
		"whiten": {w.train, w.words, change(good, func(c *Config) { c.Visual.Prepare.Whiten = 2 }), verso.ErrConfig, "whitened"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Train(t.Context(), c.train, nil, w.pictures, c.words, c.cfg, quickFit(c.cfg, 1))
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
		})
	}
	for name, visuals := range map[string]Visuals{"nil": nil, "no table": Videos{Of: map[string][]string{}}} {
		_, _, err := Train(t.Context(), w.train, nil, visuals, w.words, good, quickFit(good, 1))
		require.ErrorIs(t, err, ErrShape, name)
	}
	fit := quickFit(good, 1)
	fit.Shards = 2
	_, _, err := Train(t.Context(), w.train, nil, w.pictures, w.words, good, fit)
	assert.ErrorIs(t, err, verso.ErrConfig, "wrong answers of the batch cannot be cut apart")

	m := train(t, w, good, quickFit(good, 1))
	narrow, err := NewFeatures([]string{"a"}, []float32{1}, 1)
	require.NoError(t, err)
	_, err = m.EncodeVisual(t.Context(), narrow, []string{"a"})
	assert.ErrorContains(t, err, "wants visual vectors of 20 numbers, got 1")
	_, err = m.Fit(t.Context(), w.train, nil, narrow, quickFit(good, 1))
	assert.ErrorIs(t, err, ErrShape)
	_, err = m.EncodeVisual(t.Context(), w.pictures, []string{"cow"})
	assert.ErrorIs(t, err, ErrID)
	_, _, err = Evaluate(t.Context(), m, nil, w.pictures)
	assert.ErrorIs(t, err, ErrCaptions)
	_, err = m.EncodeVisual(t.Context(), nil, []string{"red-car"})
	assert.ErrorIs(t, err, ErrShape)
	_, err = Ensemble{nil}.EncodeText(t.Context(), []string{"a"})
	assert.ErrorIs(t, err, ErrShape)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	c := good
	c.Visual.Prepare.Components = 3
	_, err = New(done, w.train, w.pictures, w.words, c)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = TrainRidge(done, w.train, w.pictures, w.words, Ridge(), 1)
	assert.ErrorIs(t, err, context.Canceled)
	_, _, err = Evaluate(done, m, w.unseen, w.pictures)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = m.EncodeText(done, []string{"a"})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestLoadRefuses(t *testing.T) {
	w := newWorld(t)
	m := train(t, w, small()["dual encoding"], quickFit(small()["dual encoding"], 0))
	good := saved(t, m)
	_, err := Load(bytes.NewReader(good[:len(good)/2]))
	assert.ErrorIs(t, err, verso.ErrFile)
	for name, c := range map[string]struct {
		change func(meta map[string]string)
		says   string
	}{
		"another model": {func(meta map[string]string) { meta["model"] = "x" }, `it holds "x"`},
		"settings":      {func(meta map[string]string) { meta["config"] = "{" }, "config: "},
		"bad settings":  {func(meta map[string]string) { meta["config"] = "{}" }, "text side"},
		"vocabulary":    {func(meta map[string]string) { meta["vocabulary.bag"] = "?" }, "vocabulary.bag: "},
		"width":         {func(meta map[string]string) { meta["visual_dim"] = "-1" }, "-1"},
		"other width":   {func(meta map[string]string) { meta["visual_dim"] = "21" }, "visual.rnn.weight_ih_l0"},
		"large claims": {func(meta map[string]string) {
			meta["config"] = string(bytes.ReplaceAll([]byte(meta["config"]), []byte(`"hidden":8`), []byte(`"hidden":800000000`)))
		}, `"text.rnn.weight_ih_l0": want shape [2400000000 12], the file has [24 12]`},
	} {
		t.Run(name, func(t *testing.T) {
			meta, err := m.saved().Metadata()
			require.NoError(t, err)
			c.change(meta)
			var b bytes.Buffer
			require.NoError(t, verso.SaveParams(&b, m.params, meta))
			_, err = Load(&b)
			require.ErrorIs(t, err, verso.ErrFile)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func FuzzLoad(f *testing.F) {
	w := newWorld(f)
	for _, c := range []Config{small()["mlp"], withEverything()} {
		m, err := New(f.Context(), w.train[:4], w.pictures, w.words, c)
		require.NoError(f, err)
		var b bytes.Buffer
		require.NoError(f, m.Save(&b))
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := Load(bytes.NewReader(data)); err == nil {
			_, _ = m.EncodeText(t.Context(), []string{"a red car"})
		}
	})
}
