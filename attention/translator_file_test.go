package attention_test

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/internal/modelfile"
)

func TestTranslatorSaveLoad(t *testing.T) {
	m, err := learned()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.SaveFile(path))
	again, err := attention.LoadTranslatorFile(path)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, again))
	require.Equal(t, m.Config(), again.Config())
	for _, text := range []string{"", "six one.", "words that nobody knows"} {
		want, err := m.Translate(t.Context(), text, attention.DefaultSearchConfig())
		require.NoError(t, err)
		got, err := again.Translate(t.Context(), text, attention.DefaultSearchConfig())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, f := translatorSettings(1)
	f.Epochs = 1
	_, err = again.Fit(t.Context(), reversed(40, 3), nil, f) // it goes on learning
	require.NoError(t, err)
}

func TestTranslatorLoadErrors(t *testing.T) {
	m, err := learned()
	require.NoError(t, err)
	whole := saved(t, m)
	for _, n := range []int{0, 7, 100, len(whole) / 2, len(whole) - 1} {
		_, err := attention.LoadTranslator(bytes.NewReader(whole[:n]))
		require.ErrorIs(t, err, verso.ErrFile, "%d bytes", n)
	}
	for old, new := range map[string]string{
		`verso translator 1`: `verso translator 9`,
		`\"hidden\":32`:      `\"hidden\":99`,
		`\"dim\":16`:         `\"dim\":-1`,
	} {
		require.Contains(t, string(whole), old)
		_, err := attention.LoadTranslator(bytes.NewReader(bytes.Replace(whole, []byte(old), []byte(new), 1)))
		require.ErrorIs(t, err, verso.ErrFile, new)
	}
}

func TestTranslatorLyingFile(t *testing.T) {
	c := attention.DefaultTranslatorConfig()
	c.Dim, c.Hidden, c.Attention = 1_000_000, 1000, 1 // three matrices would have 3·10⁹ numbers each
	parts := modelfile.Parts{
		"config": c, "source": vocabulary(t, attention.Unknown), "target": vocabulary(t, attention.Unknown, attention.Begin, attention.End),
	}
	shapes := map[string][]int{"src.weight": {1, c.Dim}, "tgt.weight": {3, c.Dim}, "enc.weight_hh_l0": {3 * c.Hidden, c.Hidden}, "att.Wq.weight": {1, c.Hidden}}
	requireRefused(t, lying(t, "verso translator 1", parts, shapes), func(r io.Reader) error {
		_, err := attention.LoadTranslator(r)
		return err
	})
}

func FuzzLoadTranslator(f *testing.F) {
	c, _ := translatorSettings(1)
	c.Dim, c.Hidden, c.Attention = 2, 2, 2
	fit := attention.DefaultTranslatorFit()
	fit.Epochs = 0
	m, _, err := attention.TrainTranslator(f.Context(), reversed(3, 1), nil, c, fit)
	require.NoError(f, err)
	var b bytes.Buffer
	require.NoError(f, m.Save(&b))
	f.Add(bytes.Clone(b.Bytes()))
	f.Add(bytes.Clone(b.Bytes()[:200]))
	c, _ = transformerSettings(1)
	c.Dim, c.Heads, c.FeedForward = 2, 1, 2
	m, _, err = attention.TrainTranslator(f.Context(), reversed(3, 1), nil, c, fit)
	require.NoError(f, err)
	b.Reset()
	require.NoError(f, m.Save(&b))
	f.Add(bytes.Clone(b.Bytes()))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := attention.LoadTranslator(bytes.NewReader(data))
		if err != nil {
			return
		}
		_, _ = m.Translate(t.Context(), "one two.", attention.SearchConfig{Beam: 2, MaxLength: 3})
	})
}
