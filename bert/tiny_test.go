package bert

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// dataEnv names a folder with a folder bert in it, which holds vocab.txt and
// tiny-bert-random: weights of 4 MB, too large for the repository, with what
// PyTorch makes of 25 texts.
const dataEnv = "VERSO_DATA"

// tinyReference is reference.json.
type tinyReference struct {
	Items []struct {
		Text  string
		Pair  *string
		IDs   []int `json:"ids"`
		Types []int `json:"type_ids"`
	}
	Last   [][][]float64 `json:"last_hidden_state"`
	Pooler [][]float64   `json:"pooler_output"`
	Mean   [][]float64   `json:"mean_pooled_normalised"`
	MLM    struct {
		Position  int
		Sentences []int
		Own       []float64   `json:"own_token_logprob"`
		Top       [][]int     `json:"top5"`
		Logits    [][]float64 `json:"top5_logits"`
	}
	Classification struct {
		Sentences int
		Labels    []int
		Loss      float64
		Words     map[string][]float64 `json:"word_embedding_gradient"`
	}
}

// tinyFolder makes a whole folder of the checkpoint and its vocabulary.
func tinyFolder(t *testing.T) (string, tinyReference) {
	t.Helper()
	root := os.Getenv(dataEnv)
	if root == "" {
		t.Skipf("%s is not set: no tiny-bert-random", dataEnv)
	}
	dir := t.TempDir()
	for from, to := range map[string]string{
		"vocab.txt": vocabFile, "tiny-bert-random/config.json": configFile, "tiny-bert-random/model.safetensors": weightsFile,
	} {
		path, err := filepath.Abs(filepath.Join(root, "bert", from))
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(dir, to)))
	}
	data, err := os.ReadFile(filepath.Join(root, "bert", "tiny-bert-random", "reference.json"))
	require.NoError(t, err)
	var ref tinyReference
	require.NoError(t, json.Unmarshal(data, &ref))
	return dir, ref
}

const tinyTolerance = 5e-5

func requireClose(t *testing.T, want []float64, got []float32, msg string) {
	t.Helper()
	require.Len(t, got, len(want), msg)
	for i := range want {
		require.InDelta(t, want[i], float64(got[i]), tinyTolerance, "%s, element %d", msg, i)
	}
}

func TestTinyBERT(t *testing.T) {
	dir, ref := tinyFolder(t)
	m, err := OpenFolder(dir)
	require.NoError(t, err)
	require.Equal(t, heads{pooler: true, masked: true}, m.heads())

	var texts []string
	var plain []int // items that are one text
	var ids, types [][]int
	for i, item := range ref.Items {
		var e wordpiece.Encoding
		if item.Pair != nil {
			e, err = m.pieces.EncodePair(item.Text, *item.Pair, 0)
		} else {
			e, err = m.pieces.Encode(item.Text, 0)
			texts, plain = append(texts, item.Text), append(plain, i)
		}
		require.NoError(t, err)
		require.Equal(t, item.IDs, e.IDs)
		require.Equal(t, item.Types, e.Types)
		ids, types = append(ids, e.IDs), append(types, e.Types)
	}
	t.Run("rows", func(t *testing.T) {
		g := verso.NewGraph(1)
		in := NewInput(g, "text")
		o := m.encoder.Forward(g, in)
		pooled := m.pooler.Forward(g, o.Last)
		logits := m.masked.Forward(g, o.Last.Rows)
		machine, err := g.Compile(nil)
		require.NoError(t, err)
		defer machine.Close()
		require.NoError(t, in.Feed(machine, ids, types))
		require.NoError(t, machine.Run())
		rows, h, at := machine.Float32s(o.Last.Rows), m.cfg.Hidden, 0
		for i, want := range ref.Last {
			for _, row := range want {
				requireClose(t, row, rows[at*h:(at+1)*h], "last hidden state")
				at++
			}
			requireClose(t, ref.Pooler[i], machine.Float32s(pooled)[i*h:(i+1)*h], "pooler")
		}
		z := machine.Float32s(logits)
		for k, s := range ref.MLM.Sentences {
			row := ref.MLM.Position
			for _, before := range ids[:s] {
				row += len(before)
			}
			of := z[row*m.cfg.VocabSize : (row+1)*m.cfg.VocabSize]
			sum := 0.0
			for _, v := range of {
				sum += math.Exp(float64(v))
			}
			require.InDelta(t, ref.MLM.Own[k], float64(of[ids[s][ref.MLM.Position]])-math.Log(sum), tinyTolerance)
			for j, w := range m.likely(of, 5) {
				require.Equal(t, ref.MLM.Top[k][j], w.ID)
				require.InDelta(t, ref.MLM.Logits[k][j], w.Probability, tinyTolerance) // a logit here
			}
		}
	})
	t.Run("vectors", func(t *testing.T) {
		c := DefaultEncodeConfig()
		c.Normalise, c.Batch = true, 4
		got, err := m.Encode(t.Context(), texts, c)
		require.NoError(t, err)
		for i, v := range got {
			requireClose(t, ref.Mean[plain[i]], v, "mean")
		}
		c.Normalise, c.Pooling = false, Pooled
		got, err = m.Encode(t.Context(), texts, c)
		require.NoError(t, err)
		for i, v := range got {
			requireClose(t, ref.Pooler[plain[i]], v, "pooler")
		}
	})
	t.Run("classification", func(t *testing.T) { tinyClassification(t, dir, ref, ids, types) })
}

func tinyClassification(t *testing.T, dir string, ref tinyReference, ids, types [][]int) {
	k, err := ClassifierFromFolder(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"LABEL_0", "LABEL_1", "LABEL_2"}, k.Classes())
	g := verso.NewGraph(1)
	in, want := NewInput(g, "text"), g.Input("class", tensor.Int, 1)
	loss := verso.CrossEntropy(g, k.logits(g, in), want, verso.DefaultCrossEntropyConfig())
	machine, err := g.Compile(loss)
	require.NoError(t, err)
	defer machine.Close()
	n := ref.Classification.Sentences
	require.NoError(t, in.Feed(machine, ids[:n], types[:n]))
	require.NoError(t, machine.FeedInts(want, ref.Classification.Labels))
	require.NoError(t, machine.Run())
	require.InDelta(t, ref.Classification.Loss, machine.Scalar(loss), tinyTolerance)

	f, err := safetensors.OpenFile(filepath.Join(os.Getenv(dataEnv), "bert", "tiny-bert-random", "classification-gradients.safetensors"))
	require.NoError(t, err)
	defer f.Close()
	for _, info := range f.Tensors() {
		p, ok := k.Params().Get(canonical(info.Name))
		require.True(t, ok, info.Name)
		x, err := f.Float64s(info.Name)
		require.NoError(t, err)
		requireClose(t, x, verso.Gradient[float32](machine, g.Param(p)), info.Name)
	}
	p, _ := k.Params().Get("bert.embeddings.word_embeddings.weight")
	words, h := verso.Gradient[float32](machine, g.Param(p)), k.model.cfg.Hidden
	require.NotEmpty(t, ref.Classification.Words)
	for name, row := range ref.Classification.Words {
		id, err := strconv.Atoi(strings.TrimSpace(name))
		require.NoError(t, err)
		requireClose(t, row, words[id*h:(id+1)*h], "row "+name)
	}
}
