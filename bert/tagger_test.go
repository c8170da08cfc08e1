package bert_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
)

// meals are sentences in which an animal eats one thing or two, another animal
// among them: what a word is shows in its place alone.
func meals(n int, seed uint64) (out []bert.TaggedSentence) {
	r := rand.New(rand.NewPCG(seed, 5))
	for range n {
		s := bert.TaggedSentence{
			Words: []string{"the", diet[r.IntN(len(diet))].animal, "eats", diet[r.IntN(len(diet))].food}, Tags: []string{"O", "B-EATER", "O", "B-FOOD"},
		}
		if r.IntN(2) == 0 {
			s.Words, s.Tags = append(s.Words, diet[r.IntN(len(diet))].animal), append(s.Tags, "I-FOOD")
		}
		out = append(out, bert.TaggedSentence{Words: append(s.Words, "."), Tags: append(s.Tags, "O")})
	}
	return out
}

func mealFit() verso.FitConfig {
	f := menuFit()
	f.Epochs, f.Shards = 6, 2
	f.Schedule = bert.WarmupDecay(2e-3, 150, f)
	return f
}

var mealTagger = sync.OnceValues(func() (*bert.Tagger, error) {
	m, err := farmModel()
	if err != nil {
		return nil, err
	}
	t, _, err := bert.FineTuneTagger(context.Background(), m, meals(150, 1), nil, bert.DefaultClassifierConfig(), mealFit())
	return t, err
})

func tagger(t testing.TB) *bert.Tagger {
	t.Helper()
	k, err := mealTagger()
	require.NoError(t, err)
	return k
}

func TestTaggerLearns(t *testing.T) {
	k := tagger(t)
	require.Equal(t, []string{"B-EATER", "B-FOOD", "I-FOOD", "O"}, k.Tags())
	s, err := k.Evaluate(t.Context(), meals(100, 2))
	require.NoError(t, err)
	t.Logf("%+v", s)
	require.Greater(t, s.F1, 0.95)
	require.Greater(t, s.Accuracy, 0.95)

	text := "The cat eats fish  mouse."
	spans, err := k.Tag(t.Context(), text)
	require.NoError(t, err)
	var got []string
	for _, s := range spans {
		got = append(got, s.Class+" "+text[s.Start:s.End])
		require.True(t, s.Probability > 0.3 && s.Probability <= 1, "%v", s)
	}
	require.Equal(t, []string{"EATER cat", "FOOD fish  mouse"}, got)
	spans, err = k.Tag(t.Context(), " ")
	require.NoError(t, err)
	require.Empty(t, spans)
}

// A word's probabilities are the softmax of the head's map of its first piece's row.
func TestTaggerIsItsEquation(t *testing.T) {
	k := tagger(t)
	words := []string{"the", "unseen", "bear", "eats", "\u200b", "honey"} // of several pieces, of one, of none
	answers, err := k.TagWords(t.Context(), [][]string{words})
	require.NoError(t, err)
	require.Len(t, answers[0], len(words))
	h, err := k.Model().HiddenStates(t.Context(), []string{"the unseen bear eats [UNK] honey"}, bert.DefaultHiddenConfig())
	require.NoError(t, err)
	w, _ := k.Params().Get("classifier.weight")
	b, _ := k.Params().Get("classifier.bias")
	word := 0
	for i, p := range h[0].Pieces[:len(h[0].Pieces)-1] {
		if i == 0 || strings.HasPrefix(p.Text, "##") {
			continue
		}
		var z []float64
		sum := 0.0
		for k := range b.Len() {
			v := float64(b.Float32s()[k])
			for j, x := range h[0].Rows[i] {
				v += float64(x) * float64(w.Float32s()[k*len(h[0].Rows[i])+j])
			}
			z = append(z, math.Exp(v))
			sum += z[k]
		}
		for k := range z {
			require.InDelta(t, z[k]/sum, answers[0][word].Probabilities[k], 1e-5, "word %d", word)
		}
		word++
	}
	require.Equal(t, len(words), word)
}

// A sentence is tagged alone as among others; one of more pieces than positions is
// cut between words, and its parts are tagged by themselves.
func TestTagWords(t *testing.T) {
	k := tagger(t)
	sentences := [][]string{{"the", "cat", "eats", "fish"}, {}, {"a", "dog"}}
	answers, err := k.TagWords(t.Context(), sentences)
	require.NoError(t, err)
	for i, s := range sentences {
		require.Len(t, answers[i], len(s))
		alone, err := k.TagWords(t.Context(), [][]string{s})
		require.NoError(t, err)
		require.Len(t, alone[0], len(s))
		for k := range s {
			require.Equal(t, answers[i][k], alone[0][k])
		}
	}
	var long []string
	for range 35 {
		long = append(long, "cat", "fish")
	}
	long = append(long, strings.Repeat("q", 90)) // as good as none fits
	whole, err := k.TagWords(t.Context(), [][]string{long})
	require.NoError(t, err)
	require.Len(t, whole[0], 71)
	parts, err := k.TagWords(t.Context(), [][]string{long[:30], long[30:60]})
	require.NoError(t, err)
	require.Equal(t, append(parts[0], parts[1]...), whole[0][:60])
	none, err := k.TagWords(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = k.TagWords(ctx, sentences)
	require.ErrorIs(t, err, context.Canceled)
}

func TestTaggerManyGoroutines(t *testing.T) {
	k := tagger(t)
	want, err := k.Tag(t.Context(), "the cat eats fish mouse .")
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			got, err := k.Tag(t.Context(), "the cat eats fish mouse .")
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	group.Wait()
}

// Same bytes for any number of cores, and after a stop.
func TestTaggerCancelAndResume(t *testing.T) {
	m := trained(t)
	fit := mealFit()
	fit.Epochs, fit.Workers = 2, 2
	run := func(ctx context.Context, f verso.FitConfig) ([]byte, error) {
		k, _, err := bert.FineTuneTagger(ctx, m, meals(40, 1), meals(10, 3), bert.DefaultClassifierConfig(), f)
		return saved(t, func(b *bytes.Buffer) error { return k.Save(b) }), err
	}
	whole, err := run(t.Context(), fit)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	fit.Checkpoint, fit.Workers = filepath.Join(t.TempDir(), "checkpoint"), 1
	fit.Progress = func(p verso.Progress) error {
		if p.Step == 4 {
			cancel()
		}
		return nil
	}
	_, err = run(ctx, fit)
	require.ErrorIs(t, err, context.Canceled)
	fit.Progress, fit.Resume = nil, true
	again, err := run(t.Context(), fit)
	require.NoError(t, err)
	require.Equal(t, whole, again)
}

func TestTaggerFiles(t *testing.T) {
	k := tagger(t)
	sentences := [][]string{{"the", "cat", "eats", "fish"}}
	want, err := k.TagWords(t.Context(), sentences)
	require.NoError(t, err)
	path, dir := filepath.Join(t.TempDir(), "tagger.safetensors"), t.TempDir()
	require.NoError(t, k.SaveFile(path))
	require.NoError(t, k.SaveFolder(dir))
	for name, load := range map[string]func() (*bert.Tagger, error){
		"file": func() (*bert.Tagger, error) { return bert.LoadTaggerFile(path) }, "folder": func() (*bert.Tagger, error) { return bert.TaggerFromFolder(dir) },
	} {
		again, err := load()
		require.NoError(t, err, name)
		require.Equal(t, k.Tags(), again.Tags())
		got, err := again.TagWords(t.Context(), sentences)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	_, err = bert.ClassifierFromFolder(dir)
	require.ErrorIs(t, err, bert.ErrCheckpoint)
	other := t.TempDir()
	require.NoError(t, fineTuned(t).SaveFolder(other))
	_, err = bert.TaggerFromFolder(other)
	require.ErrorContains(t, err, `want "BertForTokenClassification"`)
	_, err = bert.LoadClassifierFile(path)
	require.ErrorContains(t, err, `holds "verso bert tagger 1"`)
}

func TestTaggerErrors(t *testing.T) {
	m, k := trained(t), tagger(t)
	_, err := k.Fit(t.Context(), []bert.TaggedSentence{{Words: []string{"a"}, Tags: []string{"B-X"}}}, nil, mealFit())
	require.ErrorIs(t, err, bert.ErrClass)
	require.ErrorContains(t, err, `"B-X" of sentence 0`)
	_, err = k.Evaluate(t.Context(), []bert.TaggedSentence{{Words: []string{"a", "b"}, Tags: []string{"O"}}})
	require.ErrorIs(t, err, bert.ErrExamples)
	require.ErrorContains(t, err, "sentence 0: want a tag for each of 2 words, got 1")
	c := bert.DefaultClassifierConfig()
	c.MaxPieces = 2
	_, err = bert.NewTagger(m, []string{"O", "X"}, c)
	require.ErrorIs(t, err, verso.ErrConfig)
	_, err = bert.NewTagger(m, []string{"O"}, bert.DefaultClassifierConfig())
	require.ErrorIs(t, err, bert.ErrExamples)
}

// A tagger finds what is eaten, and by whom.
func ExampleFineTuneTagger() {
	m, err := farmModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	train := meals(150, 1) // from a file: bert.ReadCoNLL
	c := bert.DefaultClassifierConfig()
	c.Rate = 2e-3 // for a small model
	fit := bert.DefaultFineTuning()
	fit.Epochs, fit.Batch = 6, 16
	k, _, err := bert.FineTuneTagger(context.Background(), m, train, nil, c, fit)
	if err != nil {
		fmt.Println(err)
		return
	}
	text := "The bear eats honey."
	spans, err := k.Tag(context.Background(), text)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range spans {
		fmt.Println(s.Class, text[s.Start:s.End])
	}
	// Output:
	// EATER bear
	// FOOD honey
}
