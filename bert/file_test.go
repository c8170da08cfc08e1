package bert

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spoiled are files with one thing changed to nonsense of the same length.
func spoiled(f *testing.F, save func(io.Writer) error) {
	var b bytes.Buffer
	require.NoError(f, save(&b))
	whole := b.String()
	for _, from := range []string{
		"", "verso bert", `\"hidden_size\":12`, `\"num_hidden_layers\":2`, `\"vocab_size\":6`, "[MASK]", "bert.pooler.dense.bias",
		`"F32"`, "classes", "class0", `\"dropout\":`,
	} {
		f.Add([]byte(strings.Replace(whole, from, strings.Repeat("9", len(from)), 1)))
	}
	f.Add([]byte(whole[:len(whole)-3]))
}

func FuzzLoad(f *testing.F) {
	k, err := ClassifierFromFolder(classifierFolder(f, 2))
	require.NoError(f, err)
	m, err := New(k.model.pieces, k.model.cfg, 1)
	require.NoError(f, err)
	spoiled(f, m.Save)
	f.Fuzz(func(t *testing.T, data []byte) {
		requireLittle(t, sizeOf(len(data)), func() {
			var err error
			m, err = Load(bytes.NewReader(data))
			require.Equal(t, err != nil, m == nil)
		})
		if m != nil {
			ask(t, m)
		}
	})
}

func FuzzLoadClassifier(f *testing.F) {
	k, err := ClassifierFromFolder(classifierFolder(f, 2))
	require.NoError(f, err)
	spoiled(f, k.Save)
	f.Fuzz(func(t *testing.T, data []byte) {
		requireLittle(t, sizeOf(len(data)), func() {
			var err error
			k, err = LoadClassifier(bytes.NewReader(data))
			require.Equal(t, err != nil, k == nil)
		})
		if k != nil {
			_, err := k.Predict("a a")
			require.NoError(t, err)
		}
	})
}

func FuzzLoadTagger(f *testing.F) {
	k, err := ClassifierFromFolder(classifierFolder(f, 2))
	require.NoError(f, err)
	tagger, err := NewTagger(k.model, []string{"O", "class0"}, DefaultClassifierConfig())
	require.NoError(f, err)
	spoiled(f, tagger.Save)
	f.Fuzz(func(t *testing.T, data []byte) {
		requireLittle(t, sizeOf(len(data)), func() {
			var err error
			tagger, err = LoadTagger(bytes.NewReader(data))
			require.Equal(t, err != nil, tagger == nil)
		})
		if tagger != nil {
			_, err := tagger.Tag(t.Context(), "a a")
			require.NoError(t, err)
		}
	})
}
