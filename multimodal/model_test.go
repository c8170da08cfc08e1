package multimodal

import (
	"bytes"
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// world is things of several colours. A picture's vector is the sum of one of its
// colour and one of its thing, with noise; words have vectors that are a turned
// copy of these. Combinations that no caption names are found only by a model
// that learned what the words stand for.
type world struct {
	train, unseen []Caption
	pictures      *Features
	words         *vectors.Vectors
}

const (
	pictureDim = 20
	wordDim    = 12
)

func newWorld(t testing.TB) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 5))
	colours := []string{"red", "green", "blue", "black", "white", "pink", "grey", "brown"}
	things := []string{"car", "house", "bird", "flower", "boat", "hat", "chair", "letter"}
	looks, meaning := map[string][]float64{}, map[string][]float32{}
	for _, w := range slices.Concat(colours, things) {
		looks[w] = make([]float64, pictureDim)
		meaning[w] = make([]float32, wordDim)
		for j := range looks[w] {
			looks[w][j] = rng.NormFloat64()
		}
		for j := range meaning[w] {
			meaning[w][j] = float32(rng.NormFloat64())
		}
	}
	w := &world{}
	var ids []string
	var data []float32
	for i, c := range colours {
		for j, s := range things {
			id := c + "-" + s
			ids = append(ids, id)
			for k := range pictureDim {
				data = append(data, float32(2+looks[c][k]+looks[s][k]+0.1*rng.NormFloat64()))
			}
			texts := []string{"A " + c + " " + s + ".", "This is the " + s + ", it is " + c}
			if (i+j)%4 == 0 {
				w.unseen = append(w.unseen, Caption{id, texts[0]})
				continue
			}
			for _, text := range texts {
				w.train = append(w.train, Caption{id, text})
			}
		}
	}
	var names []string
	var rows [][]float32
	for _, word := range slices.Concat(colours, things) {
		names, rows = append(names, word), append(rows, meaning[word])
	}
	var err error
	w.pictures, err = NewFeatures(ids, data, pictureDim)
	require.NoError(t, err)
	w.words, err = vectors.FromRows(names, rows)
	require.NoError(t, err)
	return w
}

// small are the published models with few units.
func small() map[string]Config {
	mlp, w2vv, pp, dual := MLP(), Word2VisualVec(), W2VVPlusPlus(), DualEncoding()
	mlp.Text.Head.Sizes = []int{40, 0}
	w2vv.Text.Head.Sizes, w2vv.Text.Head.Output = []int{40, 0}, verso.Identity
	pp.Text.Head.Sizes, pp.Visual.Head.Sizes = []int{24}, []int{24}
	dual.Text.Head.Sizes, dual.Visual.Head.Sizes = []int{24}, []int{24}
	all := map[string]Config{"mlp": mlp, "w2vv": w2vv, "w2vv++": pp, "dual encoding": dual}
	for name, c := range all {
		for _, s := range []*SequenceConfig{&c.Text.Sequence, &c.Visual.Sequence} {
			s.Hidden, s.Maps = 8, 6
		}
		c.Text.Dim, c.Text.MinCount = wordDim, 1
		all[name] = c
	}
	return all
}

// withEverything is a model of all that the published ones lack.
func withEverything() Config {
	c := small()["w2vv"]
	c.Text.Levels, c.Text.Norms, c.Text.IDF = []Level{WordVectors, NGrams, Bag, GRU}, []float64{1, 0.5}, true
	c.Visual.Prepare = PrepareConfig{SquareRoot: true, Unit: true, Components: 7, Whiten: 0.5}
	return c
}

// quickFit is a training that these models learn the world by.
func quickFit(c Config, epochs int) verso.FitConfig {
	f := DualEncodingFit(1, 0)
	switch {
	case c.Loss.Kind == SquaredError:
		f = Word2VisualVecFit(1, 0)
	case !c.Text.Head.BatchNorm:
		f = W2VVPlusPlusFit(1, 0)
	}
	f.Epochs, f.Batch, f.Schedule, f.Workers = epochs, 16, verso.ConstantRate(5e-3), 2
	return f
}

func TestModelsFindUnseenCombinations(t *testing.T) {
	w := newWorld(t)
	for name, c := range small() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, h, err := Train(t.Context(), w.train, nil, w.pictures, w.words, c, quickFit(c, 40))
			require.NoError(t, err)
			assert.Less(t, h.Epochs[39].Loss, h.Epochs[0].Loss/2)
			p, texts, err := Evaluate(t.Context(), m, w.unseen, w.pictures)
			require.NoError(t, err)
			require.Equal(t, 16, p.Queries())
			assert.GreaterOrEqual(t, p.Recall(3), 0.8, "of 16 pictures, by text: %v", p)
			assert.GreaterOrEqual(t, texts.Recall(3), 0.8, "of 16 texts, by picture: %v", texts)

			x, err := IndexPictures(t.Context(), m, w.pictures, w.pictures.IDs())
			require.NoError(t, err)
			hits, err := m.Search(t.Context(), x, "a red car and nothing else", 5)
			require.NoError(t, err)
			found := slices.ContainsFunc(hits, func(h Hit) bool { return h.ID == "red-car" })
			assert.True(t, found, "no caption names a red car: %v", hits)
		})
	}
}

func train(t *testing.T, w *world, c Config, fit verso.FitConfig) *Model {
	t.Helper()
	m, _, err := Train(t.Context(), w.train, nil, w.pictures, w.words, c, fit)
	require.NoError(t, err)
	return m
}

func saved(t *testing.T, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

func TestSameSeedSameBytes(t *testing.T) {
	w := newWorld(t)
	for name, c := range small() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, many := quickFit(c, 2), quickFit(c, 2)
			one.Workers, many.Workers = 1, 3
			first := saved(t, train(t, w, c, one))
			assert.Equal(t, first, saved(t, train(t, w, c, many)), "whatever the workers")
			other := c
			other.Seed = 9
			assert.NotEqual(t, first, saved(t, train(t, w, other, quickFit(other, 2))))
		})
	}
}

func TestSaveAndLoad(t *testing.T) {
	w := newWorld(t)
	texts, ids := []string{"a red car", "", "zzz unheard"}, w.pictures.IDs()[:5]
	configs := small()
	configs["with everything"] = withEverything()
	frozen := withEverything()
	frozen.Text.FrozenWords = true
	configs["frozen words"] = frozen
	for name, c := range configs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := train(t, w, c, quickFit(c, 2))
			path := filepath.Join(t.TempDir(), "m.safetensors")
			require.NoError(t, m.SaveFile(path))
			again, err := LoadFile(path)
			require.NoError(t, err)
			assert.Equal(t, saved(t, m), saved(t, again))
			assert.Equal(t, m.Config(), again.Config())
			for n, encode := range map[int]func(m *Model) ([]float32, error){
				len(texts): func(m *Model) ([]float32, error) { return m.EncodeText(t.Context(), texts) },
				len(ids):   func(m *Model) ([]float32, error) { return m.EncodeVisual(t.Context(), w.pictures, ids) },
			} {
				a, err := encode(m)
				require.NoError(t, err)
				b, err := encode(again)
				require.NoError(t, err)
				assert.Equal(t, a, b)
				assert.Len(t, a, n*m.Dim())
			}
		})
	}
}

func TestCancelAndResume(t *testing.T) {
	w := newWorld(t)
	for name, c := range small() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := saved(t, train(t, w, c, quickFit(c, 4)))
			fit := quickFit(c, 4)
			fit.Checkpoint, fit.Resume = filepath.Join(t.TempDir(), "c"), true
			ctx, cancel := context.WithCancel(t.Context())
			fit.Progress = func(p verso.Progress) error {
				if p.Step == 9 { // within the second epoch
					cancel()
				}
				return nil
			}
			m, _, err := Train(ctx, w.train, nil, w.pictures, w.words, c, fit)
			require.ErrorIs(t, err, context.Canceled)
			require.NotNil(t, m)
			assert.NotEqual(t, want, saved(t, m))
			fit.Progress = nil
			assert.Equal(t, want, saved(t, train(t, w, c, fit)))
		})
	}
}

func TestManyGoroutines(t *testing.T) {
	w := newWorld(t)
	c := small()["dual encoding"]
	m := train(t, w, c, quickFit(c, 1))
	var texts []string
	for _, e := range w.train[:20] {
		texts = append(texts, e.Text)
	}
	want, err := m.EncodeText(t.Context(), texts)
	require.NoError(t, err)
	x, err := IndexPictures(t.Context(), m, w.pictures, w.pictures.IDs())
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i, text := range texts {
				row, err := m.EncodeText(t.Context(), []string{text})
				assert.NoError(t, err)
				assert.InDeltaSlice(t, want[i*m.Dim():(i+1)*m.Dim()], row, 1e-5, "a text alone equals the same in a batch")
				_, err = m.Search(t.Context(), x, text, 3)
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
}

func TestDevelopmentCaptionsChooseTheEpoch(t *testing.T) {
	w := newWorld(t)
	c := small()["w2vv++"]
	fit := W2VVPlusPlusFit(len(w.train), len(w.unseen))
	fit.Epochs, fit.Batch = 5, 16
	m, h, err := Train(t.Context(), w.train, w.unseen, w.pictures, w.words, c, fit)
	require.NoError(t, err)
	require.GreaterOrEqual(t, h.Best, 0)
	r, _, err := Evaluate(t.Context(), m, w.unseen, w.pictures)
	require.NoError(t, err)
	assert.Equal(t, h.Epochs[h.Best].Score, r.MRR(), "the best epoch's weights are kept")
}

func TestVideosAreReadInOrder(t *testing.T) {
	w := newWorld(t)
	c := small()["dual encoding"]
	m := train(t, w, c, quickFit(c, 1))
	ids := w.pictures.IDs()
	v := Videos{Table: w.pictures, Of: map[string][]string{"there": ids[:4], "back": {ids[3], ids[2], ids[1], ids[0]}, "still": {ids[0], ids[0]}}}
	rows, err := m.EncodeVisual(t.Context(), v, []string{"there", "back", "still"})
	require.NoError(t, err)
	assert.NotEqual(t, rows[:m.Dim()], rows[m.Dim():2*m.Dim()])

	plain := small()["w2vv++"]
	p := train(t, w, plain, quickFit(plain, 1))
	rows, err = p.EncodeVisual(t.Context(), v, []string{"there", "back", "still"})
	require.NoError(t, err)
	assert.InDeltaSlice(t, rows[:p.Dim()], rows[p.Dim():2*p.Dim()], 1e-5, "a mean knows no order")
	one, err := p.EncodeVisual(t.Context(), w.pictures, ids[:1])
	require.NoError(t, err)
	assert.InDeltaSlice(t, one, rows[2*p.Dim():], 1e-5)
}

func TestNoMoreThanSoManyFrames(t *testing.T) {
	w := newWorld(t)
	c := small()["dual encoding"]
	c.Visual.Levels, c.Visual.MaxFrames = []Level{GRU, Convolution}, 2
	m := train(t, w, c, quickFit(c, 1))
	ids := w.pictures.IDs()
	v := Videos{Table: w.pictures, Of: map[string][]string{"long": ids[:4], "cut": ids[:2], "one": ids[:1]}}
	rows, err := m.EncodeVisual(t.Context(), v, []string{"long", "cut", "one"})
	require.NoError(t, err)
	d := m.Dim()
	assert.Equal(t, rows[:d], rows[d:2*d])
	assert.NotEqual(t, rows[d:2*d], rows[2*d:])

	c.Visual.Levels = []Level{GRU, Convolution, Frames}
	m = train(t, w, c, quickFit(c, 1))
	rows, err = m.EncodeVisual(t.Context(), v, []string{"long", "cut"})
	require.NoError(t, err)
	assert.NotEqual(t, rows[:d], rows[d:], "the mean is of all frames")
}

// TestPublishedTrainings takes the published settings and trainings as they are, but
// for sizes, epochs and batch.
func TestPublishedTrainings(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		cfg Config
		fit func(train, dev int) verso.FitConfig
	}{
		"w2vv": {Word2VisualVec(), Word2VisualVecFit}, "w2vv++": {W2VVPlusPlus(), W2VVPlusPlusFit}, "dual": {DualEncoding(), DualEncodingFit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range []*SequenceConfig{&c.cfg.Text.Sequence, &c.cfg.Visual.Sequence} {
				s.Hidden, s.Maps = 8, 6
			}
			for _, h := range []*HeadConfig{&c.cfg.Text.Head, &c.cfg.Visual.Head} {
				if len(h.Sizes) > 0 {
					h.Sizes[0] = 24
				}
			}
			fit := c.fit(len(w.train), len(w.unseen))
			fit.Epochs, fit.Batch = 12, 8
			_, h, err := Train(t.Context(), w.train, w.unseen, w.pictures, w.words, c.cfg, fit)
			require.NoError(t, err)
			require.Len(t, h.Epochs, 12)
			assert.Less(t, h.Epochs[11].Loss, h.Epochs[0].Loss)
		})
	}
}

// TestPicturesFromTheDisk trains on a BigFile, with the same result as in memory.
func TestPicturesFromTheDisk(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	require.NoError(t, w.pictures.SaveBigFile(dir))
	b, err := OpenBigFile(dir)
	require.NoError(t, err)
	c := withEverything()
	want := saved(t, train(t, w, c, quickFit(c, 2)))
	m, _, err := Train(t.Context(), w.train, nil, b, w.words, c, quickFit(c, 2))
	require.NoError(t, err)
	assert.Equal(t, want, saved(t, m))
	require.NoError(t, b.Close())
	_, err = m.Fit(t.Context(), w.train, nil, b, quickFit(c, 1))
	assert.ErrorIs(t, err, ErrFile)
}

// TestUnknownWords: a GRU's row for them is 0 until a rare word teaches it, and
// then stands for all.
func TestUnknownWords(t *testing.T) {
	w := newWorld(t)
	c := small()["w2vv"]
	c.Text.Levels = []Level{GRU}
	row := func(m *Model) []float32 { return m.embedding.Weight.Float32s()[:wordDim] }
	m := train(t, w, c, quickFit(c, 2))
	assert.Equal(t, make([]float32, wordDim), row(m), "no word was unknown in training")
	c.Text.MinCount = 2
	w.train[0].Text += " once"
	m = train(t, w, c, quickFit(c, 2))
	assert.NotEqual(t, make([]float32, wordDim), row(m))
	assert.False(t, m.Knows("once"))
	assert.True(t, m.Knows("red"))
	rows, err := m.EncodeText(t.Context(), []string{"a red once", "a red unheard", "a red car"})
	require.NoError(t, err)
	d := m.Dim()
	assert.Equal(t, rows[:d], rows[d:2*d])
	assert.NotEqual(t, rows[:d], rows[2*d:])
}

// TestModelsKeepTheirSettings changes the slices of a configuration that a model
// was made of, and of the one that it returns.
func TestModelsKeepTheirSettings(t *testing.T) {
	w := newWorld(t)
	c := withEverything()
	m, err := New(t.Context(), w.train, w.pictures, w.words, c)
	require.NoError(t, err)
	want, before := m.Config(), saved(t, m)
	for _, c := range []Config{c, m.Config()} {
		c.Text.Levels[0], c.Text.Norms[0], c.Text.Head.Sizes[0], c.Visual.Levels[0], c.Text.Sequence.Widths = Convolution, 9, 9, GRU, []int{9}
	}
	assert.Equal(t, want, m.Config())
	assert.Equal(t, before, saved(t, m))
	for _, c := range []Config{W2VVPlusPlus(), DualEncoding()} {
		c.Text.Head.Sizes[0] = 7
		assert.Equal(t, []int{2048}, c.Visual.Head.Sizes, "the heads are two")
	}
}

func TestLastBatchOfOneCaption(t *testing.T) {
	w := newWorld(t)
	c := small()["dual encoding"]
	fit := quickFit(c, 2)
	_, h, err := Train(t.Context(), w.train[:17], nil, w.pictures, w.words, c, fit)
	require.NoError(t, err, "batch norm has no statistics of one row, so it is passed over")
	assert.Equal(t, 4, h.Steps)
}

// TestMaskingByWords: two pictures of captions that read the same are no wrong
// answers of each other, so that nothing is wrong in a batch of them.
func TestMaskingByWords(t *testing.T) {
	w := newWorld(t)
	ids := w.pictures.IDs()
	same := []Caption{{ids[0], "The letter z."}, {ids[1], "the letter Z"}}
	c := small()["w2vv++"]
	c.Loss.Margin = 2 // any wrong answer costs something
	m, err := New(t.Context(), append(same, w.train...), w.pictures, w.words, c)
	require.NoError(t, err)
	h, err := m.Fit(t.Context(), same, nil, w.pictures, quickFit(c, 1))
	require.NoError(t, err)
	assert.Zero(t, h.Epochs[0].Loss)
	h, err = m.Fit(t.Context(), []Caption{same[0], {ids[1], "The letter y."}}, nil, w.pictures, quickFit(c, 1))
	require.NoError(t, err)
	assert.Positive(t, h.Epochs[0].Loss)
}

func TestMaskingByID(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []LossKind{Triplet, Contrastive} {
		var first [2]float64
		for i, mask := range []bool{false, true} {
			c := small()["w2vv++"]
			c.Loss.Kind, c.Loss.Temperature, c.Loss.MaskIDs = kind, 0.1, mask
			fit := quickFit(c, 1)
			fit.Batch, fit.KeepOrder = 32, true // both captions of a picture
			fit.Progress = func(p verso.Progress) error {
				if p.Step == 1 {
					first[i] = p.Loss
				}
				return nil
			}
			train(t, w, c, fit)
		}
		assert.Less(t, first[1], first[0]*0.999, "%s: the other caption of a picture is no wrong answer", kind)
	}
}
