package bert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/safetensors"
)

func TestCanonicalNames(t *testing.T) {
	for name, want := range map[string]string{
		"bert.embeddings.LayerNorm.gamma":                       "bert.embeddings.LayerNorm.weight",
		"encoder.layer.0.output.LayerNorm.beta":                 "bert.encoder.layer.0.output.LayerNorm.bias",
		"embeddings.word_embeddings.weight":                     "bert.embeddings.word_embeddings.weight",
		"module.bert.pooler.dense.weight":                       "bert.pooler.dense.weight",
		"pooler.dense.bias":                                     "bert.pooler.dense.bias",
		"bert.embeddings.position_ids":                          "",
		"embeddings.position_ids":                               "",
		"cls.predictions.decoder.weight":                        "",
		"cls.predictions.decoder.bias":                          "cls.predictions.bias",
		"cls.predictions.transform.LayerNorm.gamma":             "cls.predictions.transform.LayerNorm.weight",
		"classifier.weight":                                     "classifier.weight",
		"bert.encoder.layer.11.attention.self.query.weight":     "bert.encoder.layer.11.attention.self.query.weight",
		"bert.encoder.layer.1.attention.output.LayerNorm.gamma": "bert.encoder.layer.1.attention.output.LayerNorm.weight",
	} {
		require.Equal(t, want, canonical(name), name)
	}
}

// goldenFolder copies a reference checkpoint with one form of weights into a
// folder of its own and adds a vocabulary.
func goldenFolder(t testing.TB, name, weights string) string {
	t.Helper()
	from, dir := filepath.Join("testdata/golden/bert", name), t.TempDir()
	for _, f := range []string{configFile, weights} {
		data, err := os.ReadFile(filepath.Join(from, f))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, f), data, 0o600))
	}
	words := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
	for i := range 30 {
		words = append(words, fmt.Sprintf("w%d", i))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, vocabFile), []byte(strings.Join(words, "\n")+"\n"), 0o600))
	return dir
}

// What was read from either form of weights is written as a folder and as a
// file, and reads back equal.
func TestFoldersRoundTrip(t *testing.T) {
	for _, name := range []string{"bert_a", "bert_b", "bert_c_encoder_only", "bert_f_medium"} {
		t.Run(name, func(t *testing.T) {
			m, err := OpenFolder(goldenFolder(t, name, weightsFile))
			require.NoError(t, err)
			pickled, err := OpenFolder(goldenFolder(t, name, pickledFile))
			require.NoError(t, err)
			requireSameWeights(t, m, pickled)
			dir := t.TempDir()
			require.NoError(t, m.SaveFolder(dir))
			again, err := OpenFolder(dir)
			require.NoError(t, err)
			requireSameWeights(t, m, again)
			var b bytes.Buffer
			require.NoError(t, m.Save(&b))
			again, err = Load(&b)
			require.NoError(t, err)
			requireSameWeights(t, m, again)
		})
	}
}

func requireSameWeights(t *testing.T, a, b *Model) {
	t.Helper()
	require.Equal(t, a.cfg, b.cfg)
	require.Equal(t, a.heads(), b.heads())
	require.Equal(t, a.pieces.Tokens(), b.pieces.Tokens())
	require.Len(t, b.params.All(), len(a.params.All()))
	for i, p := range a.params.All() {
		require.Equal(t, p.Name(), b.params.All()[i].Name())
		require.Equal(t, p.Float32s(), b.params.All()[i].Float32s(), p.Name())
	}
}

// The weights of 2018: gamma and beta, position_ids, half precision.
func TestOldNames(t *testing.T) {
	dir := goldenFolder(t, "bert_a", weightsFile)
	m, err := OpenFolder(dir)
	require.NoError(t, err)
	var ts []safetensors.Tensor
	for _, p := range m.params.All() {
		name := strings.NewReplacer("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta").Replace(p.Name())
		ts = append(ts, safetensors.Tensor{Name: name, DType: safetensors.F64, Shape: p.Shape(), Values: p.Float32s()})
	}
	ts = append(ts, safetensors.Tensor{Name: "bert.embeddings.position_ids", DType: safetensors.I64, Shape: []int{1, 2}, Values: []int64{0, 1}})
	require.NoError(t, safetensors.WriteFile(filepath.Join(dir, weightsFile), ts, nil))
	old, err := OpenFolder(dir)
	require.NoError(t, err)
	requireSameWeights(t, m, old)
}

func TestFolderErrors(t *testing.T) {
	change := func(t *testing.T, file, from, to string) string {
		dir := goldenFolder(t, "bert_a", weightsFile)
		path := filepath.Join(dir, file)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(data), from)
		require.NoError(t, os.WriteFile(path, bytes.Replace(data, []byte(from), []byte(to), 1), 0o600))
		return dir
	}
	for _, c := range []struct{ reason, file, from, to, want string }{
		{"another model", configFile, `"model_type": "bert"`, `"model_type": "gpt2"`, `model_type is "gpt2", want "bert"`},
		{"more layers than weights", configFile, `"num_hidden_layers": 2`, `"num_hidden_layers": 3`, `layer.2.attention.self.query.weight" is missing`},
		{"fewer layers than weights", configFile, `"num_hidden_layers": 2`, `"num_hidden_layers": 1`, "the settings have 1 layers, the file has more"},
		{"another width", configFile, `"hidden_size": 24`, `"hidden_size": 28`, "want shape [61 28], the file has [61 24]"},
		{"no JSON", configFile, `{`, `[`, "config.json"},
		{"an activation", configFile, `"gelu"`, `"silu"`, "hidden_act"},
		{"a missing tensor", weightsFile, `"bert.pooler.dense.bias"`, `"bert.pooler.dense.bia_"`, `"bert.pooler.dense.bias" is missing`},
		{"a vocabulary without a mask", vocabFile, "[MASK]", "[mask]", `lacks the special token "[MASK]"`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, err := OpenFolder(change(t, c.file, c.from, c.to))
			require.ErrorContains(t, err, c.want)
		})
	}
	dir := goldenFolder(t, "bert_a", weightsFile)
	words := make([]string, 62)
	for i := range words {
		words[i] = fmt.Sprintf("w%d", i)
	}
	copy(words, []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
	require.NoError(t, os.WriteFile(filepath.Join(dir, vocabFile), []byte(strings.Join(words, "\n")), 0o600))
	_, err := OpenFolder(dir)
	require.ErrorIs(t, err, ErrVocabulary)
	require.ErrorContains(t, err, "vocab_size is 61, the vocabulary has 62 tokens")

	dir = goldenFolder(t, "bert_a", weightsFile)
	require.NoError(t, os.Remove(filepath.Join(dir, weightsFile)))
	_, err = OpenFolder(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "want model.safetensors or pytorch_model.bin")
	_, err = OpenFolder(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A file that claims more layers than it has tensors must not take memory for them.
func TestLyingFile(t *testing.T) {
	m, err := OpenFolder(goldenFolder(t, "bert_a", weightsFile))
	require.NoError(t, err)
	saved, err := m.saved(modelKind, m.params)
	require.NoError(t, err)
	meta, err := saved.Metadata()
	require.NoError(t, err)
	for _, c := range []struct{ from, to string }{
		{`"num_hidden_layers":2`, `"num_hidden_layers":2000000000`}, {`"hidden_size":24`, `"hidden_size":240000000`}, {`"vocab_size":61`, `"vocab_size":2000000000`},
	} {
		lie := map[string]string{}
		for k, v := range meta {
			lie[k] = strings.Replace(v, c.from, c.to, 1)
		}
		require.NotEqual(t, meta, lie)
		var b bytes.Buffer
		require.NoError(t, verso.SaveParams(&b, m.params, lie))
		_, err := Load(&b)
		require.ErrorIs(t, err, verso.ErrFile, c.to)
	}
}

func FuzzConfig(f *testing.F) {
	for _, name := range []string{"bert_a", "bert_b"} {
		data, err := os.ReadFile(filepath.Join("testdata/golden/bert", name, configFile))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseConfig(data)
		if err != nil {
			return
		}
		require.NoError(t, c.validate())
		_, err = json.Marshal(c)
		require.NoError(t, err)
	})
}
