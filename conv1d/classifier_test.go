package conv1d_test

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

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// reviews makes a task whose answer is one phrase among many words: "not good"
// and "bad" are negative, "good" without "not" and "not bad" positive.
func reviews(n int, seed uint64) []dataset.Example {
	rng := rand.New(rand.NewPCG(seed, 1))
	filler := strings.Fields("the film a plot of actors and music scene with long story this was in it")
	words := func(k int) string {
		out := make([]string, k)
		for i := range out {
			out[i] = filler[rng.IntN(len(filler))]
		}
		return strings.Join(out, " ")
	}
	phrases := []dataset.Example{{Class: "neg", Text: "not good"}, {Class: "neg", Text: "bad"}, {Class: "pos", Text: "good"}, {Class: "pos", Text: "not bad"}}
	out := make([]dataset.Example, n)
	for i := range out {
		p := phrases[rng.IntN(len(phrases))]
		out[i] = dataset.Example{Class: p.Class, Text: strings.TrimSpace(words(rng.IntN(8)) + " " + p.Text + " " + words(rng.IntN(8)))}
	}
	return out
}

// small is a classifier and a training of a second or so.
func small(seed uint64) (conv1d.Config, verso.FitConfig) {
	c := conv1d.DefaultConfig()
	c.Dim, c.Maps, c.Widths, c.Dropout, c.Seed = 16, 12, []int{1, 2, 3}, 0.2, seed
	f := conv1d.DefaultFit()
	f.Epochs, f.Batch, f.Seed, f.Workers = 12, 20, seed, 2
	f.Optimizer, f.Schedule = verso.Adam(verso.DefaultAdamConfig()), verso.ConstantRate(0.01)
	return c, f
}

func train(t *testing.T, seed uint64) *conv1d.Classifier {
	t.Helper()
	c, f := small(seed)
	m, _, err := conv1d.Train(t.Context(), reviews(400, 1), reviews(60, 2), nil, c, f)
	require.NoError(t, err)
	return m
}

func TestClassifierLearns(t *testing.T) {
	for seed := range uint64(3) {
		confusion, err := train(t, seed).Evaluate(t.Context(), reviews(200, 9))
		require.NoError(t, err)
		require.Greater(t, confusion.Accuracy(), 0.95, "seed %d", seed)
	}
}

func save(t *testing.T, m *conv1d.Classifier) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

func TestClassifierSameSeedSameBytes(t *testing.T) {
	c, f := small(4)
	f.Epochs, f.Shards = 2, 4
	fit := func(workers int, seed uint64) []byte {
		f.Workers, f.Seed, c.Seed = workers, seed, seed
		m, _, err := conv1d.Train(t.Context(), reviews(100, 1), nil, nil, c, f)
		require.NoError(t, err)
		return save(t, m)
	}
	want := fit(1, 4)
	require.Equal(t, want, fit(2, 4))
	require.Equal(t, want, fit(4, 4))
	require.NotEqual(t, want, fit(1, 5))
}

func TestClassifierVariants(t *testing.T) {
	words := strings.Fields("the film a plot of actors and music scene with long story this was in it good bad not unseen")
	rng := rand.New(rand.NewPCG(1, 8))
	rows := make([]float32, len(words)*10)
	for i := range rows {
		rows[i] = float32(rng.NormFloat64())
	}
	vecs, err := vectors.New(words, rows, 10)
	require.NoError(t, err)
	row := func(m *conv1d.Classifier, name, word string) []float32 {
		p, ok := m.Params().Get(name)
		require.True(t, ok)
		id, ok := m.Words().ID(word)
		require.True(t, ok)
		return append([]float32{}, p.Float32s()[id*10:(id+1)*10]...)
	}
	for _, v := range []conv1d.Variant{conv1d.Static, conv1d.NonStatic, conv1d.Multichannel} {
		t.Run(string(v), func(t *testing.T) {
			c, f := small(1)
			c.Variant, c.VectorSize = v, 0
			m, _, err := conv1d.Train(t.Context(), reviews(300, 1), nil, vecs, c, f)
			require.NoError(t, err)
			require.Equal(t, 10, m.Config().Dim)
			confusion, err := m.Evaluate(t.Context(), reviews(200, 9))
			require.NoError(t, err)
			require.Greater(t, confusion.Accuracy(), 0.9)

			good, _ := vecs.Row("good")
			unseen, _ := vecs.Row("unseen")
			require.Equal(t, unseen, row(m, "emb.weight", "unseen"), "a word of no training text keeps its vector")
			if v == conv1d.Static {
				require.Equal(t, good, row(m, "emb.weight", "good"))
			} else {
				require.NotEqual(t, good, row(m, "emb.weight", "good"))
			}
			if v == conv1d.Multichannel {
				require.Equal(t, good, row(m, "emb_static.weight", "good"))
			}
			again, err := conv1d.Load(bytes.NewReader(save(t, m)))
			require.NoError(t, err)
			requireSame(t, m, again)
		})
	}
}

// requireSame compares two classifiers' answers to the last bit.
func requireSame(t *testing.T, a, b *conv1d.Classifier) {
	t.Helper()
	for _, text := range []string{"", "the film was good", "words that nobody knows", "not bad in the long story"} {
		p, err := a.Predict(text)
		require.NoError(t, err)
		q, err := b.Predict(text)
		require.NoError(t, err)
		require.Equal(t, p, q)
	}
}

// Pretrained vectors are scaled as a whole; words without one start at zero.
func TestClassifierVectorSize(t *testing.T) {
	vecs, err := vectors.New([]string{"good", "bad"}, []float32{3, 4, -3, -4}, 2) // root mean square √12.5
	require.NoError(t, err)
	for _, size := range []float64{0, 0.5} {
		c, _ := small(1)
		c.Variant, c.VectorSize = conv1d.Multichannel, size
		words, err := conv1d.Words([]dataset.Example{{Class: "a", Text: "other"}}, vecs, c)
		require.NoError(t, err)
		m, err := conv1d.New([]string{"a", "b"}, words, vecs, c)
		require.NoError(t, err)
		factor := 1.0
		if size > 0 {
			factor = size / math.Sqrt(12.5)
		}
		for _, name := range []string{"emb.weight", "emb_static.weight"} {
			p, _ := m.Params().Get(name)
			for word, want := range map[string][]float64{"good": {3 * factor, 4 * factor}, "bad": {-3 * factor, -4 * factor}, "other": {0, 0}} {
				id, ok := words.ID(word)
				require.True(t, ok)
				require.InDelta(t, want[0], p.Float32s()[2*id], 1e-6)
				require.InDelta(t, want[1], p.Float32s()[2*id+1], 1e-6)
			}
		}
	}
}

// Unknown words say nothing: their vector is zero, and no training text has one.
func TestUnknownWordsStartAtZero(t *testing.T) {
	m := train(t, 1)
	id, ok := m.Words().ID(conv1d.Unknown)
	require.True(t, ok)
	p, _ := m.Params().Get("emb.weight")
	require.Equal(t, make([]float32, 16), p.Float32s()[id*16:(id+1)*16])
	require.NotZero(t, p.Float32s()[(id+1)*16])
}

func TestClassifierSaveLoad(t *testing.T) {
	m := train(t, 1)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.SaveFile(path))
	again, err := conv1d.LoadFile(path)
	require.NoError(t, err)
	requireSame(t, m, again)
	require.Equal(t, save(t, m), save(t, again))
	require.Equal(t, m.Config(), again.Config())
	require.Equal(t, m.Classes(), again.Classes())

	// A loaded model goes on learning.
	_, f := small(1)
	f.Epochs = 1
	_, err = again.Fit(t.Context(), reviews(100, 3), nil, f)
	require.NoError(t, err)
}

func TestClassifierLoadErrors(t *testing.T) {
	whole := save(t, train(t, 1))
	for name, b := range map[string][]byte{
		"empty":         nil,
		"cut short":     whole[:len(whole)-5],
		"another model": bytes.Replace(whole, []byte("verso conv1d classifier 1"), []byte("verso conv1d classifier 9"), 1),
		"other sizes":   bytes.Replace(whole, []byte(`\"dim\":16`), []byte(`\"dim\":96`), 1),
		"bad settings":  bytes.Replace(whole, []byte(`\"dim\":16`), []byte(`\"dim\":-6`), 1),
		"bad classes":   bytes.Replace(whole, []byte(`\"neg\",\"pos\"`), []byte(`\"neg\",\"neg\"`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, whole, b, "the file was not changed")
			_, err := conv1d.Load(bytes.NewReader(b))
			require.ErrorIs(t, err, verso.ErrFile)
		})
	}
	_, err := conv1d.LoadFile(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}

func FuzzLoad(f *testing.F) {
	c, fit := small(1)
	fit.Epochs = 0
	m, _, err := conv1d.Train(context.Background(), reviews(10, 1), nil, nil, c, fit)
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(bytes.Replace(b.Bytes(), []byte(`\"relu\"`), []byte(`\"gelu\"`), 1))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := conv1d.Load(bytes.NewReader(in))
		if err != nil {
			return
		}
		_, err = m.Predict("the film was good")
		require.NoError(t, err)
	})
}

func TestClassifierCancelAndResume(t *testing.T) {
	c, f := small(2)
	f.Epochs, f.Checkpoint = 3, filepath.Join(t.TempDir(), "checkpoint")
	data := reviews(200, 1)
	whole := f
	whole.Checkpoint = ""
	unbroken, _, err := conv1d.Train(t.Context(), data, nil, nil, c, whole)
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	f.Progress = func(p verso.Progress) error {
		if p.Step == 13 {
			cancel()
		}
		return nil
	}
	m, _, err := conv1d.Train(ctx, data, nil, nil, c, f)
	require.ErrorIs(t, err, context.Canceled)
	_, err = m.Predict("the film was good") // still usable
	require.NoError(t, err)

	f.Progress, f.Resume = nil, true
	resumed, _, err := conv1d.Train(t.Context(), data, nil, nil, c, f)
	require.NoError(t, err)
	require.Equal(t, save(t, unbroken), save(t, resumed))
}

func TestPredict(t *testing.T) {
	m := train(t, 1)
	texts := make([]string, 150) // more than one batch
	for i, e := range reviews(len(texts), 5) {
		texts[i] = e.Text
	}
	texts[3], texts[100] = "", "unknown words alone"
	all, err := m.PredictAll(t.Context(), texts)
	require.NoError(t, err)
	for i, text := range texts {
		one, err := m.Predict(text)
		require.NoError(t, err)
		require.Equal(t, one, all[i], "a text alone and in a batch: %q", text)
		sum := 0.0
		for _, p := range one.Probabilities {
			sum += p
		}
		require.InDelta(t, 1, sum, 1e-6)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.PredictAll(ctx, texts)
	require.ErrorIs(t, err, context.Canceled)
	none, err := m.PredictAll(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestPredictFromManyGoroutines(t *testing.T) {
	m := train(t, 1)
	data := reviews(40, 6)
	want := make([]verso.Prediction, len(data))
	for i, e := range data {
		var err error
		want[i], err = m.Predict(e.Text)
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for k := range errs {
		wg.Go(func() {
			for i, e := range data {
				got, err := m.Predict(e.Text)
				if err == nil && fmt.Sprint(got) != fmt.Sprint(want[i]) {
					err = fmt.Errorf("text %d: got %v, want %v", i, got, want[i])
				}
				if err == nil {
					_, err = m.Explain(e.Text)
				}
				if err != nil {
					errs[k] = err
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func TestClassifierErrors(t *testing.T) {
	c, f := small(1)
	data := reviews(20, 1)
	for _, x := range []struct {
		name string
		want error
		run  func() error
	}{
		{"no examples", conv1d.ErrExamples, func() error { _, _, err := conv1d.Train(t.Context(), nil, nil, nil, c, f); return err }},
		{"one class", conv1d.ErrExamples, func() error {
			_, _, err := conv1d.Train(t.Context(), []dataset.Example{{Class: "a", Text: "x"}, {Class: "a", Text: "y"}}, nil, nil, c, f)
			return err
		}},
		{"vectors missing", conv1d.ErrVectors, func() error {
			c := c
			c.Variant = conv1d.Static
			_, _, err := conv1d.Train(t.Context(), data, nil, nil, c, f)
			return err
		}},
		{"unknown variant", verso.ErrConfig, func() error {
			c := c
			c.Variant = "dynamic"
			_, _, err := conv1d.Train(t.Context(), data, nil, nil, c, f)
			return err
		}},
		{"unknown tokenizer", conv1d.ErrTokenizer, func() error {
			c := c
			c.Tokenizer = "none"
			_, _, err := conv1d.Train(t.Context(), data, nil, nil, c, f)
			return err
		}},
		{"dropout 1", verso.ErrConfig, func() error {
			c := c
			c.Dropout = 1
			_, _, err := conv1d.Train(t.Context(), data, nil, nil, c, f)
			return err
		}},
		{"no widths", verso.ErrConfig, func() error {
			c := c
			c.Widths = nil
			_, _, err := conv1d.Train(t.Context(), data, nil, nil, c, f)
			return err
		}},
		{"class of dev unknown", conv1d.ErrClass, func() error {
			_, _, err := conv1d.Train(t.Context(), data, []dataset.Example{{Class: "other", Text: "x"}}, nil, c, f)
			return err
		}},
		{"class to explain unknown", conv1d.ErrClass, func() error { _, err := train(t, 1).ExplainClass("good", "other"); return err }},
	} {
		t.Run(x.name, func(t *testing.T) { require.ErrorIs(t, x.run(), x.want) })
	}
}

func ExampleTrain() {
	train := []dataset.Example{
		{Class: "neg", Text: "a dull , lifeless film"}, {Class: "neg", Text: "dull and far too long"}, {Class: "neg", Text: "not funny , just dull"},
		{Class: "pos", Text: "a witty , gorgeous film"}, {Class: "pos", Text: "gorgeous and never too long"}, {Class: "pos", Text: "funny and gorgeous"},
	}
	c, fit := conv1d.DefaultConfig(), conv1d.DefaultFit()
	c.Dim, c.Maps = 20, 10
	fit.Epochs = 100
	m, _, err := conv1d.Train(context.Background(), train, nil, nil, c, fit)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"a gorgeous picture", "simply dull"} {
		p, err := m.Predict(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %s\n", text, p.Class)
	}
	// Output:
	// a gorgeous picture: pos
	// simply dull: neg
}
