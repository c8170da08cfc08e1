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
	f.Schedule = verso.LinearWarmupDecay(2e-3, 200, 1900) // with less of a warm-up some seeds learn nothing
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

// A training that is cancelled after some steps leaves a model that answers; gone
// on with, by other workers, it ends in the same bytes as one that was left alone.
func TestPretrainCancelAndResume(t *testing.T) {
	for _, shards := range []int{1, 2} {
		c := farmConfig()
		c.Copies = 1
		fit := farmFit()
		fit.Epochs, fit.Shards, fit.Workers = 1, shards, 2
		corpus := farm(40)
		whole, _, err := bert.Pretrain(t.Context(), corpus, c, fit)
		require.NoError(t, err)

		ctx, cancel := context.WithCancel(t.Context())
		fit.Checkpoint, fit.Workers = filepath.Join(t.TempDir(), "checkpoint"), 1
		fit.Progress = func(p verso.Progress) error {
			if p.Step == 2 {
				cancel()
			}
			return nil
		}
		part, _, err := bert.Pretrain(ctx, corpus, c, fit)
		require.ErrorIs(t, err, context.Canceled)
		require.NotEqual(t, modelBytes(t, whole), modelBytes(t, part))
		_, err = part.FillMask(t.Context(), "the cat eats [MASK] .", 1)
		require.NoError(t, err)
		fit.Progress, fit.Resume = nil, true
		again, _, err := bert.Pretrain(t.Context(), corpus, c, fit)
		require.NoError(t, err)
		require.Equal(t, modelBytes(t, whole), modelBytes(t, again), "%d shards", shards)
	}
}

// A wrong setting is found before a vocabulary is learned: the context is not looked at before it.
func TestPretrainChecksFirst(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := bert.Pretrain(ctx, farm(10), farmConfig(), farmFit())
	require.ErrorIs(t, err, context.Canceled)
	for _, spoil := range []func(*bert.PretrainConfig){
		func(c *bert.PretrainConfig) { c.MaxPieces = 33 }, func(c *bert.PretrainConfig) { c.Model.Heads = 5 },
		func(c *bert.PretrainConfig) { c.Model.Types = 1 }, func(c *bert.PretrainConfig) { c.Masked = 0 },
	} {
		c := farmConfig()
		spoil(&c)
		_, _, err := bert.Pretrain(ctx, farm(10), c, farmFit())
		require.ErrorIs(t, err, verso.ErrConfig)
	}
}

// Without pairs a model learns the words as well, has no other head, and comes
// back from a folder so.
func TestPretrainMaskedWordsAlone(t *testing.T) {
	c := farmConfig()
	c.NextSentence, c.Copies = false, 20
	c.Model.Types = 1
	fit := farmFit()
	fit.Epochs = 4
	fit.Schedule = verso.LinearWarmupDecay(4e-3, 50, 1000)
	m, _, err := bert.Pretrain(t.Context(), farm(200), c, fit)
	require.NoError(t, err)
	s, err := m.EvaluatePretraining(t.Context(), farm(400)[300:], c)
	require.NoError(t, err)
	t.Logf("%+v", s)
	require.Greater(t, s.MaskedAccuracy, 0.7)
	require.Zero(t, s.Pairs)
	require.Nil(t, m.Pooler())
	words, err := m.FillMask(t.Context(), "the bear eats [MASK] .", 1)
	require.NoError(t, err)
	require.Equal(t, "honey", words[0][0].Text)

	dir := t.TempDir()
	require.NoError(t, m.SaveFolder(dir))
	again, err := bert.OpenFolder(dir)
	require.NoError(t, err)
	c.Copies = 1
	fit.Epochs, fit.Schedule = 1, nil
	_, err = again.Pretrain(t.Context(), farm(20), c, fit)
	require.NoError(t, err, "a model with that head alone goes on")
	c.NextSentence = true
	_, err = again.Pretrain(t.Context(), farm(20), c, fit)
	require.ErrorContains(t, err, "type_vocab_size wants at least 2")

	full, before := trained(t), modelBytes(t, trained(t))
	data := bytes.NewReader(before)
	full, err = bert.Load(data)
	require.NoError(t, err)
	c = farmConfig()
	c.NextSentence, c.Copies = false, 1
	_, err = full.Pretrain(t.Context(), farm(20), c, fit)
	require.NoError(t, err, "one with all heads too")
	p, _ := full.Params().Get("bert.pooler.dense.weight")
	q, _ := trained(t).Params().Get("bert.pooler.dense.weight")
	require.Equal(t, q.Float32s(), p.Float32s(), "which leaves the others alone")
}
