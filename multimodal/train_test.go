package multimodal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

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
