package bert_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
)

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
	f.Schedule = bert.WarmupDecay(1e-3, 200, f)
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

func TestClassifierCancelAndResume(t *testing.T) {
	m := trained(t)
	fit := menuFit()
	fit.Epochs = 2
	run := func(ctx context.Context, f verso.FitConfig) (*bert.Classifier, error) {
		k, _, err := bert.FineTune(ctx, m, menu(60, 1), menu(20, 5), bert.DefaultClassifierConfig(), f)
		return k, err
	}
	bytesOf := func(k *bert.Classifier) []byte { return saved(t, func(b *bytes.Buffer) error { return k.Save(b) }) }
	whole, err := run(t.Context(), fit)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	fit.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	fit.Progress = func(p verso.Progress) error {
		if p.Step == 5 {
			cancel()
		}
		return nil
	}
	part, err := run(ctx, fit)
	require.ErrorIs(t, err, context.Canceled)
	_, err = part.Predict("The cow gets fish!")
	require.NoError(t, err, "what was learned so far answers")
	fit.Progress, fit.Resume = nil, true
	again, err := run(t.Context(), fit)
	require.NoError(t, err)
	require.Equal(t, bytesOf(whole), bytesOf(again))
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
