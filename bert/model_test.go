package bert_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
)

var diet = []struct{ animal, food string }{
	{"cat", "fish"}, {"dog", "bones"}, {"cow", "grass"}, {"bear", "honey"}, {"mouse", "cheese"}, {"monkey", "bananas"},
}

// farm is a corpus of documents about one animal each: what it eats can be told
// from its name, and whether a passage follows from whether the animal is the same.
func farm(documents int) []bert.Document {
	r := rand.New(rand.NewPCG(7, 7))
	var out []bert.Document
	for range documents {
		d := diet[r.IntN(len(diet))]
		var doc bert.Document
		for range 4 {
			forms := []string{"the %s eats %s .", "a %s likes %s best .", "every %s dreams of %s ."}
			doc = append(doc, fmt.Sprintf(forms[r.IntN(len(forms))], d.animal, d.food))
		}
		out = append(out, doc)
	}
	return out
}

func farmConfig() bert.PretrainConfig {
	c := bert.DefaultPretrainConfig()
	c.Model = bert.Config{
		Hidden: 32, Layers: 2, Heads: 2, Intermediate: 64, Positions: 32, Types: 2, Activation: "gelu",
		HiddenDropout: 0.02, AttentionDropout: 0.02, InitializerRange: 0.1, LayerNormEps: 1e-12,
	}
	c.Vocabulary.Size, c.MaxPieces, c.Copies, c.Short = 200, 32, 5, 0.5
	return c
}

func farmFit() verso.FitConfig {
	f := bert.DefaultPretraining()
	f.Epochs, f.Batch = 10, 16
	f.Schedule = verso.LinearWarmupDecay(4e-3, 50, 1900)
	return f
}

// farmModel is trained once for all tests that only ask it.
var farmModel = sync.OnceValues(func() (*bert.Model, error) {
	m, _, err := bert.Pretrain(context.Background(), farm(300), farmConfig(), farmFit())
	return m, err
})

func trained(t testing.TB) *bert.Model {
	t.Helper()
	m, err := farmModel()
	require.NoError(t, err)
	return m
}

func TestPretrainLearns(t *testing.T) {
	m := trained(t)
	unseen := farm(400)[300:]
	c := farmConfig()
	c.Copies = 1
	s, err := m.EvaluatePretraining(t.Context(), unseen, c)
	require.NoError(t, err)
	fresh, err := bert.New(m.Pieces(), m.Config(), 1)
	require.NoError(t, err)
	before, err := fresh.EvaluatePretraining(t.Context(), unseen, c)
	require.NoError(t, err)
	t.Logf("%+v, before %+v", s, before)
	require.Less(t, s.MaskedLoss, before.MaskedLoss/3)
	require.Greater(t, s.MaskedAccuracy, 0.7)
	require.Greater(t, s.NextAccuracy, 0.7)

	for _, d := range diet {
		words, err := m.FillMask(t.Context(), fmt.Sprintf("the %s eats [MASK] .", d.animal), 3)
		require.NoError(t, err)
		require.Len(t, words, 1)
		require.Len(t, words[0], 3)
		require.Equal(t, d.food, words[0][0].Text, "%+v", words)
		require.GreaterOrEqual(t, words[0][0].Probability, words[0][1].Probability)
	}
	yes, err := m.NextSentence(t.Context(), "the cat eats fish . a cat likes fish best .", "every cat dreams of fish .")
	require.NoError(t, err)
	no, err := m.NextSentence(t.Context(), "the cat eats fish . a cat likes fish best .", "every cow dreams of grass .")
	require.NoError(t, err)
	require.Greater(t, yes, no)
}

func saved(t testing.TB, save func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, save(&b))
	return b.Bytes()
}

func modelBytes(t testing.TB, m *bert.Model) []byte {
	return saved(t, func(b *bytes.Buffer) error { return m.Save(b) })
}

// A training that is stopped after some steps and gone on with ends in the same
// bytes as one that was left alone; so does one with other workers.
func TestPretrainStopsAndResumes(t *testing.T) {
	c := farmConfig()
	c.Copies = 1
	fit := farmFit()
	fit.Epochs = 1
	corpus := farm(40)
	whole, _, err := bert.Pretrain(t.Context(), corpus, c, fit)
	require.NoError(t, err)

	stop := errors.New("enough")
	fit.Checkpoint, fit.Workers = filepath.Join(t.TempDir(), "checkpoint"), 1
	fit.Progress = func(p verso.Progress) error {
		if p.Step == 2 {
			return stop
		}
		return nil
	}
	part, _, err := bert.Pretrain(t.Context(), corpus, c, fit)
	require.ErrorIs(t, err, stop)
	require.NotEqual(t, modelBytes(t, whole), modelBytes(t, part))
	fit.Progress, fit.Resume = nil, true
	again, _, err := bert.Pretrain(t.Context(), corpus, c, fit)
	require.NoError(t, err)
	require.Equal(t, modelBytes(t, whole), modelBytes(t, again))
}

func TestPretrainCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := bert.Pretrain(ctx, farm(10), farmConfig(), farmFit())
	require.ErrorIs(t, err, context.Canceled)
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

func TestManyGoroutines(t *testing.T) {
	m := trained(t)
	want, err := m.Encode(t.Context(), farmTexts, bert.DefaultEncodeConfig())
	require.NoError(t, err)
	words, err := m.FillMask(t.Context(), "the cat eats [MASK] .", 2)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 3 {
				got, err := m.Encode(t.Context(), farmTexts, bert.DefaultEncodeConfig())
				if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%v: %v, want %v", err, got, want)
				}
				filled, err := m.FillMask(t.Context(), "the cat eats [MASK] .", 2)
				if err != nil || fmt.Sprint(filled) != fmt.Sprint(words) {
					t.Errorf("%v: %v, want %v", err, filled, words)
				}
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

	p := farmConfig()
	p.MaxPieces = 33
	_, _, err = bert.Pretrain(t.Context(), farm(10), p, farmFit())
	require.ErrorIs(t, err, verso.ErrConfig)
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

// menu are texts whose class is that of the animal in them, whatever it gets.
func menu(n int, seed uint64) (out []dataset.Example) {
	r := rand.New(rand.NewPCG(seed, 3))
	for range n {
		a, b := r.IntN(len(diet)), r.IntN(len(diet))
		class := "peaceful"
		if a%2 == 0 {
			class = "fierce"
		}
		out = append(out, dataset.Example{Class: class, Text: fmt.Sprintf("The %s gets %s!", diet[a].animal, diet[b].food)})
	}
	return out
}

func menuFit() verso.FitConfig {
	f := bert.DefaultFineTuning()
	f.Epochs, f.Batch = 8, 16
	f.Schedule = bert.Warmup(1e-3, 200, f)
	return f
}

var menuClassifier = sync.OnceValues(func() (*bert.Classifier, error) {
	m, err := farmModel()
	if err != nil {
		return nil, err
	}
	k, _, err := bert.FineTune(context.Background(), m, menu(200, 1), nil, bert.DefaultClassifierConfig(), menuFit())
	return k, err
})

func fineTuned(t testing.TB) *bert.Classifier {
	t.Helper()
	k, err := menuClassifier()
	require.NoError(t, err)
	return k
}

func TestFineTuneLearns(t *testing.T) {
	m := trained(t)
	before := modelBytes(t, m)
	k := fineTuned(t)
	require.Equal(t, before, modelBytes(t, m), "the model itself is left alone")
	require.Equal(t, []string{"fierce", "peaceful"}, k.Classes())
	confusion, err := k.Evaluate(t.Context(), menu(100, 2))
	require.NoError(t, err)
	t.Log("accuracy", confusion.Accuracy())
	require.Greater(t, confusion.Accuracy(), 0.9)

	p, err := k.Predict("The cow gets grass!")
	require.NoError(t, err)
	require.Equal(t, "fierce", p.Class)
	all, err := k.PredictAll(t.Context(), []string{"The cow gets fish!", "The cow gets grass!", ""})
	require.NoError(t, err)
	require.Equal(t, p.Probabilities, all[1].Probabilities, "alone as among others")
	require.InDelta(t, 1, all[2].Probabilities[0]+all[2].Probabilities[1], 1e-6)
}

func TestClassifierStopsAndResumes(t *testing.T) {
	m := trained(t)
	fit := menuFit()
	fit.Epochs = 2
	run := func(f verso.FitConfig) ([]byte, error) {
		k, _, err := bert.FineTune(t.Context(), m, menu(60, 1), menu(20, 5), bert.DefaultClassifierConfig(), f)
		return saved(t, func(b *bytes.Buffer) error { return k.Save(b) }), err
	}
	whole, err := run(fit)
	require.NoError(t, err)
	stop := errors.New("enough")
	fit.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	fit.Progress = func(p verso.Progress) error {
		if p.Step == 5 {
			return stop
		}
		return nil
	}
	_, err = run(fit)
	require.ErrorIs(t, err, stop)
	fit.Progress, fit.Resume = nil, true
	again, err := run(fit)
	require.NoError(t, err)
	require.Equal(t, whole, again)
}

func TestClassifierFiles(t *testing.T) {
	k := fineTuned(t)
	texts := []string{"The cow gets fish!", "The cow gets grass!", ""}
	want, err := k.PredictAll(t.Context(), texts)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, k.SaveFile(path))
	dir := t.TempDir()
	require.NoError(t, k.SaveFolder(dir))
	for name, load := range map[string]func() (*bert.Classifier, error){
		"file":   func() (*bert.Classifier, error) { return bert.LoadClassifierFile(path) },
		"folder": func() (*bert.Classifier, error) { return bert.ClassifierFromFolder(dir) },
	} {
		again, err := load()
		require.NoError(t, err, name)
		require.Equal(t, k.Classes(), again.Classes())
		got, err := again.PredictAll(t.Context(), texts)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	m, err := bert.OpenFolder(dir)
	require.NoError(t, err, "a classifier's folder has an encoder in it")
	_, err = m.Encode(t.Context(), texts, bert.DefaultEncodeConfig())
	require.NoError(t, err)
	require.NoError(t, m.SaveFolder(dir))
	_, err = bert.ClassifierFromFolder(dir)
	require.ErrorIs(t, err, bert.ErrCheckpoint)
	require.ErrorContains(t, err, "classifier.weight")
}

func TestClassifierErrors(t *testing.T) {
	m := trained(t)
	_, _, err := bert.FineTune(t.Context(), m, menu(1, 1), nil, bert.DefaultClassifierConfig(), menuFit())
	require.ErrorIs(t, err, bert.ErrExamples)
	k := fineTuned(t)
	_, err = k.Fit(t.Context(), []dataset.Example{{Class: "other"}}, nil, menuFit())
	require.ErrorIs(t, err, bert.ErrClass)
	_, err = k.Evaluate(t.Context(), []dataset.Example{{Class: "other"}})
	require.ErrorContains(t, err, `"other" of example 0`)
	_, err = bert.NewClassifier(m, []string{"a", "a"}, bert.DefaultClassifierConfig())
	require.ErrorIs(t, err, bert.ErrExamples)
	c := bert.DefaultClassifierConfig()
	c.Dropout = 1
	_, err = bert.NewClassifier(m, []string{"a", "b"}, c)
	require.ErrorIs(t, err, verso.ErrConfig)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = k.PredictAll(ctx, []string{"a"})
	require.ErrorIs(t, err, context.Canceled)
}
