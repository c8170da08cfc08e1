package attention_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

func TestClassifierSaveLoad(t *testing.T) {
	eachReader(t, func(t *testing.T, r attention.Reader) {
		c, f := settings(r, 3)
		f.Epochs = 1
		m, _, err := attention.Train(t.Context(), orders(60, 1), nil, c, f)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "model.safetensors")
		require.NoError(t, m.SaveFile(path))
		again, err := attention.LoadFile(path)
		require.NoError(t, err)
		require.Equal(t, save(t, m), save(t, again))
		require.Equal(t, m.Config(), again.Config())
		require.Equal(t, m.Classes(), again.Classes())
		require.Equal(t, m.Words().Words(), again.Words().Words())
		require.Len(t, again.Params().All(), len(m.Params().All()))
		for _, text := range []string{"", "eva helps ana", "words that nobody knows"} {
			p, err := m.Predict(text)
			require.NoError(t, err)
			q, err := again.Predict(text)
			require.NoError(t, err)
			require.Equal(t, p, q)
		}
		_, err = again.Fit(t.Context(), orders(40, 3), nil, f) // it goes on learning
		require.NoError(t, err)
	})
}

func TestClassifierLoadErrors(t *testing.T) {
	c, f := settings(attention.SelfAttention, 1)
	f.Epochs = 0
	m, _, err := attention.Train(t.Context(), orders(20, 1), nil, c, f)
	require.NoError(t, err)
	whole := save(t, m)
	change := func(old, new string) []byte { return bytes.Replace(whole, []byte(old), []byte(new), 1) }
	for name, b := range map[string][]byte{
		"empty":           nil,
		"cut short":       whole[:len(whole)-5],
		"another model":   change("verso attention classifier 1", "verso attention classifier 9"),
		"another width":   change(`\"dim\":24`, `\"dim\":96`),
		"too many layers": change(`\"layers\":1`, `\"layers\":9`),
		"bad settings":    change(`\"heads\":2`, `\"heads\":5`),
		"equal classes":   change(`\"ana\",\"eva\"`, `\"ana\",\"ana\"`),
	} {
		require.NotEqual(t, whole, b, name)
		_, err := attention.Load(bytes.NewReader(b))
		require.ErrorIs(t, err, verso.ErrFile, name)
	}
	_, err = attention.LoadFile(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}

// lying is a file whose settings speak of far more than its weights hold.
func lying(t *testing.T, kind string, parts modelfile.Parts, shapes map[string][]int) []byte {
	t.Helper()
	ps := verso.NewParams(1)
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		ps.New(name, verso.Zeros(), shapes[name]...)
	}
	require.NoError(t, ps.Err())
	var b bytes.Buffer
	require.NoError(t, modelfile.Saved{Kind: kind, Params: ps, Parts: parts}.Write(&b))
	return b.Bytes()
}

// requireRefused checks that a lying file is refused before memory is taken for what
// it speaks of.
func requireRefused(t *testing.T, file []byte, load func(io.Reader) error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := load(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, verso.ErrFile)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10*len(file)+4<<20))
}

func vocabulary(t *testing.T, words ...string) *vocab.Vocabulary {
	t.Helper()
	var count vocab.Counter
	v, err := count.Vocabulary(vocab.Config{Special: words, Unk: attention.Unknown})
	require.NoError(t, err)
	return v
}

func TestClassifierLyingFiles(t *testing.T) {
	wide, deep := attention.DefaultConfig(), attention.DefaultConfig()
	wide.Dim, wide.Heads, wide.FeedForward, wide.Pooling = 100_000, 1, 1, 1 // in_proj_weight would have 3·10¹⁰ numbers
	deep.Dim, deep.Heads, deep.FeedForward, deep.Pooling, deep.Layers = 1, 1, 1, 1, 1_000_000
	both := deep
	both.Reader, both.Hidden = attention.Recurrent, 1
	for name, c := range map[string]struct {
		config attention.Config
		shapes map[string][]int
	}{
		"wide": {wide, map[string][]int{
			"emb.weight": {1, wide.Dim}, "encoder.layers.0.linear1.weight": {1, wide.Dim},
			"pool.hidden.weight": {1, wide.Dim}, "fc.weight": {2, wide.Dim}}},
		"deep": {deep, map[string][]int{
			"emb.weight": {1, 1}, "encoder.layers.999999.linear1.weight": {1, 1}, "pool.hidden.weight": {1, 1}, "fc.weight": {2, 1}}},
		"deep and recurrent": {both, map[string][]int{
			"emb.weight": {1, 1}, "rnn.weight_hh_l999999": {3, 1}, "pool.hidden.weight": {1, 2}, "fc.weight": {2, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			parts := modelfile.Parts{"config": c.config, "classes": []string{"a", "b"}, "vocabulary": vocabulary(t, attention.Unknown)}
			requireRefused(t, lying(t, "verso attention classifier 1", parts, c.shapes), func(r io.Reader) error {
				_, err := attention.Load(r)
				return err
			})
		})
	}
}

func FuzzLoad(f *testing.F) {
	for _, r := range readers {
		c, fit := settings(r, 1)
		fit.Epochs = 0
		m, _, err := attention.Train(context.Background(), orders(10, 1), nil, c, fit)
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := m.Save(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := attention.Load(bytes.NewReader(in))
		if err != nil {
			return
		}
		_, err = m.Explain("ana sees eva")
		require.NoError(t, err)
	})
}
