package bert

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// writeFiles writes files of a folder; one without contents is taken away.
func writeFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if content == "" {
			require.NoError(t, os.RemoveAll(path))
			continue
		}
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

// with returns the JSON of a folder's file with other values.
func with(t testing.TB, path string, changes map[string]any) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	v := map[string]any{}
	require.NoError(t, json.Unmarshal(data, &v))
	maps.Copy(v, changes)
	data, err = json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

// classifierFolder is a folder of a classifier that has learned nothing.
func classifierFolder(t testing.TB, classes int) string {
	t.Helper()
	pieces, err := wordpiece.New([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"}, wordpiece.DefaultConfig())
	require.NoError(t, err)
	c := smallConfig()
	c.VocabSize = 6
	m, err := New(pieces, c, 1)
	require.NoError(t, err)
	var names []string
	for i := range classes {
		names = append(names, fmt.Sprint("class", i))
	}
	k, err := NewClassifier(m, names, DefaultClassifierConfig())
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, k.SaveFolder(dir))
	return dir
}

// Weights of other tasks have the names of a classifier's, but another meaning.
func TestFoldersOfOtherTasks(t *testing.T) {
	dir := classifierFolder(t, 3)
	path := filepath.Join(dir, configFile)
	plain, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, c := range []struct {
		changes map[string]any
		want    string // nothing: it can be read
	}{
		{map[string]any{"architectures": nil}, ""},
		{map[string]any{"problem_type": "single_label_classification"}, ""},
		{map[string]any{"problem_type": nil}, ""},
		{map[string]any{"architectures": []string{"BertForTokenClassification"}}, `architectures has "BertForTokenClassification"`},
		{map[string]any{"problem_type": "multi_label_classification"}, `problem_type is "multi_label_classification"`},
		{map[string]any{"problem_type": "regression"}, `problem_type is "regression"`},
		{map[string]any{"tie_word_embeddings": false}, "tie_word_embeddings is false"},
	} {
		writeFiles(t, dir, map[string]string{configFile: string(plain)})
		writeFiles(t, dir, map[string]string{configFile: with(t, path, c.changes)})
		k, err := ClassifierFromFolder(dir)
		if c.want == "" {
			require.NoError(t, err)
			require.Equal(t, []string{"class0", "class1", "class2"}, k.Classes())
			continue
		}
		require.ErrorIs(t, err, ErrCheckpoint)
		require.ErrorContains(t, err, c.want)
	}
	writeFiles(t, dir, map[string]string{configFile: string(plain)})
	replaceTensor(t, filepath.Join(dir, weightsFile), safetensors.Tensor{Name: "classifier.weight", Shape: []int{1, 12}, Values: make([]float32, 12)})
	_, err = ClassifierFromFolder(dir)
	require.ErrorContains(t, err, `problem_type is "regression" with 1 outputs`)
	replaceTensor(t, filepath.Join(dir, weightsFile), safetensors.Tensor{Name: "classifier.weight", Shape: []int{1 << 40, 0}, Values: []float32{}})
	_, err = ClassifierFromFolder(dir)
	require.ErrorContains(t, err, "want")
	require.ErrorContains(t, err, "(classes, 12), it has shape [1099511627776 0]")
}

func replaceTensor(t testing.TB, path string, by safetensors.Tensor) {
	t.Helper()
	f, err := safetensors.OpenFile(path)
	require.NoError(t, err)
	by.DType = safetensors.F32
	ts := []safetensors.Tensor{by}
	for _, i := range f.Tensors() {
		if i.Name != by.Name {
			x, err := f.Float32s(i.Name)
			require.NoError(t, err)
			ts = append(ts, safetensors.Tensor{Name: i.Name, DType: i.DType, Shape: i.Shape, Values: x})
		}
	}
	require.NoError(t, f.Close())
	require.NoError(t, safetensors.WriteFile(path, ts, nil))
}

// What is read first, config.json, is written last: where writing fails an old
// folder is not described by new settings.
func TestSettingsAreWrittenLast(t *testing.T) {
	for _, fails := range []string{weightsFile, vocabFile, tokenizerFile} {
		dir := classifierFolder(t, 2)
		m, err := OpenFolder(dir)
		require.NoError(t, err)
		before := "{}"
		writeFiles(t, dir, map[string]string{configFile: before, fails: ""})
		require.NoError(t, os.MkdirAll(filepath.Join(dir, fails, "full"), 0o700))
		require.Error(t, m.SaveFolder(dir), fails)
		after, err := os.ReadFile(filepath.Join(dir, configFile))
		require.NoError(t, err)
		require.Equal(t, before, string(after), fails)
	}
}

// Settings and shapes that claim much take no memory for what the weights do not hold.
func TestFoldersTakeNoMemoryForClaims(t *testing.T) {
	words := "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
	const wide = 100_000
	c := Config{
		VocabSize: 5, Hidden: wide, Layers: 1, Heads: 1, Intermediate: 1, Positions: 1, Types: 1, Activation: "gelu", LayerNormEps: 1e-12,
	}
	settings, err := json.Marshal(c)
	require.NoError(t, err)
	row := func(rows int) any { return make([]float32, rows*wide) }
	there := map[string]safetensors.Tensor{
		"bert.embeddings.word_embeddings.weight":             {Shape: []int{5, wide}, Values: row(5)},
		"bert.embeddings.position_embeddings.weight":         {Shape: []int{1, wide}, Values: row(1)},
		"bert.embeddings.token_type_embeddings.weight":       {Shape: []int{1, wide}, Values: row(1)},
		"bert.embeddings.LayerNorm.weight":                   {Shape: []int{wide}, Values: row(1)},
		"bert.embeddings.LayerNorm.bias":                     {Shape: []int{wide}, Values: row(1)},
		"bert.encoder.layer.0.intermediate.dense.weight":     {Shape: []int{1, wide}, Values: row(1)},
		"bert.encoder.layer.0.attention.self.query.weight":   {Shape: []int{0}, Values: []float32{}},
		"bert.encoder.layer.0.attention.self.query.bias":     {Shape: []int{0}, Values: []float32{}},
		"bert.encoder.layer.0.attention.output.dense.weight": {Shape: []int{0}, Values: []float32{}},
		"bert.encoder.layer.0.attention.output.dense.bias":   {Shape: []int{0}, Values: []float32{}},
		"bert.pooler.dense.weight":                           {Shape: []int{0}, Values: []float32{}},
		"cls.predictions.transform.dense.weight":             {Shape: []int{0}, Values: []float32{}},
	}
	var ts []safetensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(there)) {
		x := there[name]
		x.Name, x.DType = name, safetensors.F16
		ts = append(ts, x)
	}
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{configFile: string(settings), vocabFile: words})
	require.NoError(t, safetensors.WriteFile(filepath.Join(dir, weightsFile), ts, nil))
	requireLittle(t, 64<<20, func() {
		_, err := OpenFolder(dir)
		require.ErrorIs(t, err, ErrCheckpoint)
		require.ErrorContains(t, err, `attention.self.query.weight": want shape [100000 100000], the file has [0]`)
	})
}

// requireLittle holds a function to a number of bytes.
func requireLittle(t testing.TB, most uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, most, "bytes")
}

// ask uses a model that a fuzzed file made: it may be full of nonsense, but must answer.
func ask(t testing.TB, m *Model) {
	t.Helper()
	_, err := m.Encode(t.Context(), []string{"a w1 [MASK]"}, DefaultEncodeConfig())
	if err != nil {
		require.ErrorIs(t, err, verso.ErrConfig, "no room for [CLS] and [SEP]")
	}
}

// sizeOf is what a reader may take for so many bytes: elements are widened, and a
// map or a token has its overhead.
func sizeOf(bytes int) uint64 { return 4<<20 + 400*uint64(bytes) }

func FuzzFolder(f *testing.F) {
	add := func(dir string) {
		var in [6][]byte
		for i, name := range []string{configFile, tokenizerFile, vocabFile, fastFile, weightsFile, pickledFile} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				require.ErrorIs(f, err, os.ErrNotExist)
			}
			in[i] = data
		}
		f.Add(in[0], in[1], in[2], in[3], in[4], in[5])
	}
	add(classifierFolder(f, 2))
	for _, file := range []string{weightsFile, pickledFile} {
		dir := goldenFolder(f, "bert_c_encoder_only", file)
		text := fast(f, dir)
		add(dir)
		writeFiles(f, dir, map[string]string{vocabFile: "", fastFile: text})
		add(dir)
	}
	f.Fuzz(func(t *testing.T, config, tokenizer, vocabulary, fast, weights, pickle []byte) {
		dir, all := t.TempDir(), 0
		for name, data := range map[string][]byte{
			configFile: config, tokenizerFile: tokenizer, vocabFile: vocabulary, fastFile: fast, weightsFile: weights, pickledFile: pickle,
		} {
			writeFiles(t, dir, map[string]string{name: string(data)})
			all += len(data)
		}
		var m *Model
		var k *Classifier
		var tagger *Tagger
		requireLittle(t, 3*sizeOf(all), func() {
			m, _ = OpenFolder(dir)
			k, _ = ClassifierFromFolder(dir)
			tagger, _ = TaggerFromFolder(dir)
		})
		if tagger != nil {
			_, err := tagger.Tag(t.Context(), "a w1")
			require.NoError(t, err)
		}
		if m != nil {
			ask(t, m)
		}
		if k != nil {
			_, err := k.Predict("a w1")
			require.NoError(t, err)
		}
	})
}
