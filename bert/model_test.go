package bert_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
)

func saved(t testing.TB, save func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, save(&b))
	return b.Bytes()
}

func modelBytes(t testing.TB, m *bert.Model) []byte {
	return saved(t, func(b *bytes.Buffer) error { return m.Save(b) })
}

func TestSaveAndLoad(t *testing.T) {
	m := trained(t)
	data := modelBytes(t, m)
	again, err := bert.Load(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, data, modelBytes(t, again))
	requireSameAnswers(t, m, again)

	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.SaveFile(path))
	again, err = bert.LoadFile(path)
	require.NoError(t, err)
	requireSameAnswers(t, m, again)
}

func TestFolder(t *testing.T) {
	m := trained(t)
	dir := filepath.Join(t.TempDir(), "new", "folder")
	require.NoError(t, m.SaveFolder(dir))
	again, err := bert.OpenFolder(dir)
	require.NoError(t, err)
	require.Equal(t, m.Config(), again.Config())
	require.Equal(t, m.Pieces().Config(), again.Pieces().Config())
	requireSameAnswers(t, m, again)
}

func requireSameAnswers(t *testing.T, a, b *bert.Model) {
	t.Helper()
	x, err := a.Encode(t.Context(), farmTexts, bert.DefaultEncodeConfig())
	require.NoError(t, err)
	y, err := b.Encode(t.Context(), farmTexts, bert.DefaultEncodeConfig())
	require.NoError(t, err)
	require.Equal(t, x, y)
	p, err := a.FillMask(t.Context(), "the [MASK] eats [MASK] .", 5)
	require.NoError(t, err)
	q, err := b.FillMask(t.Context(), "the [MASK] eats [MASK] .", 5)
	require.NoError(t, err)
	require.Len(t, p, 2)
	require.Equal(t, p, q)
	n, err := a.NextSentence(t.Context(), "the cat", "a dog")
	require.NoError(t, err)
	k, err := b.NextSentence(t.Context(), "the cat", "a dog")
	require.NoError(t, err)
	require.Equal(t, n, k)
}

var farmTexts = []string{"the cat eats fish .", "", "a bear likes honey best . the mouse eats cheese .", "xyz"}

// A text alone gives the bits that it gives among others, whatever the batch.
func TestEncodeAloneEqualsBatch(t *testing.T) {
	m := trained(t)
	for _, p := range []bert.Pooling{bert.Mean, bert.CLS, bert.Pooled} {
		c := bert.DefaultEncodeConfig()
		c.Pooling = p
		all, err := m.Encode(t.Context(), farmTexts, c)
		require.NoError(t, err)
		require.Len(t, all, len(farmTexts))
		for i, text := range farmTexts {
			alone, err := m.Encode(t.Context(), []string{text}, c)
			require.NoError(t, err)
			require.Equal(t, all[i], alone[0], "%s of %q", p, text)
		}
	}
}

// Whatever is asked by many at once has the answer that it has alone.
func TestManyGoroutines(t *testing.T) {
	m, k := trained(t), fineTuned(t)
	ask := func(p bert.Pooling) func() (any, error) {
		c := bert.DefaultEncodeConfig()
		c.Pooling = p
		return func() (any, error) { return m.Encode(t.Context(), farmTexts, c) }
	}
	questions := []func() (any, error){
		ask(bert.Mean), ask(bert.CLS), ask(bert.Pooled),
		func() (any, error) { return m.FillMask(t.Context(), "the cat eats [MASK] .", 2) },
		func() (any, error) { return m.NextSentence(t.Context(), "the cat", "a dog") },
		func() (any, error) { return m.HiddenStates(t.Context(), farmTexts, bert.DefaultHiddenConfig()) },
		func() (any, error) { return k.PredictAll(t.Context(), farmTexts) },
		func() (any, error) { return k.PredictPairs(t.Context(), []bert.Pair{{A: "the cat", B: "fish"}}) },
	}
	var want []any
	for _, q := range questions {
		answer, err := q()
		require.NoError(t, err)
		want = append(want, answer)
	}
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for i := range questions {
				i = (i + w) % len(questions)
				got, err := questions[i]()
				assert.NoError(t, err)
				assert.Equal(t, want[i], got)
			}
		})
	}
	group.Wait()
}

func TestModelErrors(t *testing.T) {
	m := trained(t)
	_, err := m.FillMask(t.Context(), "no mask here", 3)
	require.ErrorIs(t, err, bert.ErrMask)
	require.ErrorContains(t, err, "[MASK]")
	_, err = m.FillMask(t.Context(), strings.Repeat("cat ", 40)+"[MASK]", 3)
	require.ErrorIs(t, err, verso.ErrInput)
	require.ErrorContains(t, err, "43 pieces, the model has 32 positions")
	_, err = m.FillMask(t.Context(), "[MASK]", 0)
	require.ErrorIs(t, err, verso.ErrConfig)
	c := bert.DefaultEncodeConfig()
	c.Pooling = "max"
	_, err = m.Encode(t.Context(), farmTexts, c)
	require.ErrorIs(t, err, verso.ErrConfig)
	c = bert.DefaultEncodeConfig()
	c.MaxPieces = 33
	_, err = m.Encode(t.Context(), farmTexts, c)
	require.ErrorContains(t, err, "2 to the model's 32 positions, got 33")

	wrong := m.Config()
	wrong.Heads = 5
	_, err = bert.New(m.Pieces(), wrong, 1)
	require.ErrorIs(t, err, verso.ErrConfig)
	require.ErrorContains(t, err, "hidden_size wants a multiple of the 5 heads, got 32")
	wrong = m.Config()
	wrong.VocabSize = 3
	_, err = bert.New(m.Pieces(), wrong, 1)
	require.ErrorIs(t, err, bert.ErrVocabulary)

	_, err = m.Pretrain(t.Context(), []bert.Document{{"", " "}}, farmConfig(), farmFit())
	require.ErrorIs(t, err, bert.ErrCorpus)

	_, err = bert.Load(strings.NewReader("not a file"))
	require.ErrorIs(t, err, verso.ErrFile)
	k := fineTuned(t)
	_, err = bert.Load(bytes.NewReader(saved(t, func(b *bytes.Buffer) error { return k.Save(b) })))
	require.ErrorContains(t, err, `want "verso bert model 1"`)
	_, err = k.Model().FillMask(t.Context(), "[MASK]", 1)
	require.ErrorIs(t, err, bert.ErrHead)
	_, err = k.Model().NextSentence(t.Context(), "a", "b")
	require.ErrorIs(t, err, bert.ErrHead)
	_, err = k.Model().Pretrain(t.Context(), farm(3), farmConfig(), farmFit())
	require.ErrorIs(t, err, bert.ErrHead)
}
