package multimodal

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

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
