package fasttext

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
)

var _ embedding.Vectors = (*Model)(nil) // its vectors of unknown words serve wherever words are looked up

// sorted is texts of two words of one of four groups among words of none, with the group as label.
func sorted(n int) iter.Seq[Example] {
	return func(yield func(Example) bool) {
		r := rand.New(rand.NewPCG(3, 4))
		groups := [][]string{{"red", "green", "blue"}, {"cat", "dog", "cow"}, {"bread", "milk", "salt"}, {"one", "two", "three"}}
		for range n {
			g := r.IntN(4)
			words := []string{"the", groups[g][r.IntN(3)], "of", groups[g][r.IntN(3)], "and"}
			if !yield(Example{[]string{[]string{"colour", "animal", "food", "number"}[g]}, strings.Join(words, " ")}) {
				return
			}
		}
	}
}

func smallSupervised(loss Loss) Config {
	c := DefaultSupervised()
	c.Dim, c.Bucket, c.Loss, c.Epochs, c.Rate = 8, 300, loss, 5, 0.5
	return c
}

var losses = []Loss{Softmax, HierarchicalSoftmax, NegativeSampling, OneVsAll}

func TestSupervisedLearns(t *testing.T) {
	for _, loss := range losses {
		for name, change := range map[string]func(*Config){
			"words": func(*Config) {}, "runs of words": func(c *Config) { c.WordNgrams = 3 }, "characters": func(c *Config) { c.MinN, c.MaxN = 2, 4 },
		} {
			c := smallSupervised(loss)
			change(&c)
			m, err := TrainSupervised(t.Context(), sorted(500), c)
			require.NoError(t, err)
			require.ElementsMatch(t, []string{"__label__colour", "__label__animal", "__label__food", "__label__number"}, m.Dictionary().Labels())
			require.EqualValues(t, 500*7, m.Dictionary().Tokens(), "words, the end and the label")
			e, err := m.Evaluate(t.Context(), sorted(300), 1, 0)
			require.NoError(t, err)
			require.Equal(t, 300, e.Examples)
			require.Greater(t, e.Precision(), 0.97, "%s, %s", loss, name)
			require.Equal(t, e.Precision(), e.Recall())
			back, err := Read(bytes.NewReader(file(t, m)))
			require.NoError(t, err)
			want, err := m.Predict("the dog of red", 4, 0)
			require.NoError(t, err)
			got, err := back.Predict("the dog of red", 4, 0)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Len(t, got, 4)
		}
	}
}

// A line of fastText's input is the same example, wherever its labels stand; the end of the file ends the last.
func TestSupervisedLines(t *testing.T) {
	var text strings.Builder
	for e := range sorted(50) {
		text.WriteString("__label__" + e.Labels[0] + "\t" + e.Text + "\r\n")
	}
	c := smallSupervised(Softmax)
	m, err := TrainSupervised(t.Context(), sorted(50), c)
	require.NoError(t, err)
	lines, err := TrainSupervisedLines(t.Context(), strings.NewReader(strings.TrimSpace(text.String())), c)
	require.NoError(t, err)
	require.Equal(t, file(t, m), file(t, lines))
	c.Seed++
	other, err := TrainSupervised(t.Context(), sorted(50), c)
	require.NoError(t, err)
	require.NotEqual(t, file(t, m), file(t, other))
}

// The rows that an example is learned from are those that Predict reads, of words that are rare, unknown or no UTF-8 too.
func TestSameFeatures(t *testing.T) {
	text := "a b b rare \xff solène a"
	c := smallSupervised(Softmax)
	c.WordNgrams, c.MinN, c.MaxN, c.MinCount = 3, 2, 3, 2
	r := &supervised{kind.NewText(t.Context()), kind.NewText(t.Context())}
	require.NoError(t, r.example(Example{[]string{"x"}, text}))
	require.NoError(t, r.example(Example{[]string{"x"}, "a"}))
	words, counts, _ := r.text.Order(2, 0)
	require.Equal(t, []string{"a", "b", EndOfSentence}, words)
	all, corpus := r.text.Raw()
	labels := []Entry{{"__label__x", 2, true}}
	f, err := newFeatures(&c, append(entries(words, counts, false), labels...), 9, all)
	require.NoError(t, err)
	tables, err := loglinear.NewTables[float32](len(words)+c.Bucket, 1, c.Dim)
	require.NoError(t, err)
	l, err := loglinear.NewLearner(tables, loglinear.Objective{Full: 1}, rand.NewPCG(1, 1))
	require.NoError(t, err)
	l.SetRate(1)
	tables.Target(0)[0] = 1
	c.Loss = OneVsAll
	_, tagged := r.labels.Raw()
	f.classify(&c, all, tagged)(l, 0, corpus.At(0))

	m, err := New(c.Args, f.dict, make([]float32, tables.Inputs()*c.Dim), make([]float32, c.Dim))
	require.NoError(t, err)
	want := map[int]float64{}
	rows := m.appendLine(nil, text)
	for _, row := range rows {
		want[row] += 0.5 / float64(len(rows)) // g = 1 − σ(0), and 1/n of it to each row
	}
	for i := range tables.Inputs() {
		require.InDelta(t, want[i], tables.Input(i)[0], 1e-6, "row %d", i)
	}
	require.Greater(t, len(want), 20)
}

// Several labels: one-vs-all learns all of a text at once, the others one of them at a time.
func TestSeveralLabels(t *testing.T) {
	both := func(yield func(Example) bool) {
		for e := range sorted(400) {
			if !yield(Example{append(e.Labels, "text"), e.Text + " __label__any"}) {
				return
			}
		}
	}
	for _, loss := range losses {
		c := smallSupervised(loss)
		m, err := TrainSupervised(t.Context(), both, c)
		require.NoError(t, err)
		e, err := m.Evaluate(t.Context(), both, 3, 0)
		require.NoError(t, err)
		require.Equal(t, 1200, e.Known)
		require.Greater(t, e.Recall(), 0.97, loss)
		require.Greater(t, e.Labels["__label__animal"].F1(), 0.95)
		if loss == OneVsAll {
			e, err = m.Evaluate(t.Context(), both, 9, 0.5)
			require.NoError(t, err)
			require.Greater(t, e.Precision(), 0.97, "each label is a question of its own")
		}
	}
}

func TestPretrained(t *testing.T) {
	v, err := vectors.New([]string{"dog", "never"}, []float32{1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1}, 8)
	require.NoError(t, err)
	c := smallSupervised(Softmax)
	c.Pretrained, c.MinCount = v, 50
	c.Rate = 1e-9
	m, err := TrainSupervised(t.Context(), sorted(50), c)
	require.NoError(t, err)
	for _, w := range v.Words() {
		want, _ := v.Row(w)
		i, ok := m.Dictionary().Index(w)
		require.True(t, ok, "it joins the dictionary")
		got, _ := m.InputRow(i)
		require.InDeltaSlice(t, want, got, 1e-6)
	}
	c.Dim = 9
	_, err = TrainSupervised(t.Context(), sorted(50), c)
	require.ErrorIs(t, err, ErrArgs)
}

func TestResume(t *testing.T) {
	train := map[string]func(ctx context.Context, c Config) (*Model, error){
		"vectors": func(ctx context.Context, c Config) (*Model, error) {
			return Train(ctx, slices.Values(planted(3000)), c)
		},
		"classifier": func(ctx context.Context, c Config) (*Model, error) { return TrainSupervised(ctx, sorted(1000), c) },
	}
	for name, c := range map[string]Config{"vectors": smallConfig(), "classifier": smallSupervised(NegativeSampling)} {
		c.Epochs = 3
		c.Dim = 20 // rows in the trainer's tables have room between them
		want, err := train[name](t.Context(), c)
		require.NoError(t, err)
		for _, stop := range []int{1, 2, 5} {
			c := c
			c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
			enough := errors.New("enough")
			reports := 0
			c.Progress = func(Progress) error {
				if reports++; reports == stop {
					return enough
				}
				return nil
			}
			m, err := train[name](t.Context(), c)
			require.ErrorIs(t, err, enough)
			require.NotEqual(t, file(t, want), file(t, m), "the model as it is")
			c.Progress = nil
			m, err = train[name](t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, file(t, want), file(t, m), "%s, stopped after %d", name, stop)
			c.MinCount++
			_, err = train[name](t.Context(), c)
			require.ErrorIs(t, err, ErrCheckpoint)
		}
	}
}

// What is not in use is 0 in the file: fastText divides by the buckets wherever there are n-grams, and gensim wants a row for each bucket.
func TestUnusedBuckets(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no buckets": func(c *Config) { c.Bucket = 0 }, "no n-grams": func(c *Config) { c.MaxN = 0 }, "none at all": func(c *Config) { c.MinN, c.MaxN = 0, 0 },
	} {
		c := smallConfig()
		change(&c)
		m, err := Train(t.Context(), slices.Values(planted(30)), c)
		require.NoError(t, err)
		a := m.Args()
		require.Equal(t, []int{0, 0, 0}, []int{a.Bucket, a.MinN, a.MaxN}, name)
		require.Len(t, m.Input(), m.Dictionary().Len()*c.Dim, name)
	}
	c := smallSupervised(Softmax)
	m, err := TrainSupervised(t.Context(), sorted(30), c)
	require.NoError(t, err)
	require.Zero(t, m.Args().Bucket)
	c.WordNgrams = 2
	m, err = TrainSupervised(t.Context(), sorted(30), c)
	require.NoError(t, err)
	require.Equal(t, 300, m.Args().Bucket)
	require.Len(t, m.Input(), (m.Dictionary().Len()+300)*c.Dim)
}

// Labels of a classifier's text are no words of a text for vectors, and the word for the end of a sentence ends it.
func TestLabelsAndEndsInText(t *testing.T) {
	c := smallConfig()
	m, err := TrainLines(t.Context(), strings.NewReader("__label__x a b a b\na b </s> a b\n"), c)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"a", "b", EndOfSentence}, m.Dictionary().Words())
	require.EqualValues(t, 11, m.Dictionary().Tokens())
}

func TestSupervisedErrors(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"kind": func(c *Config) { c.Kind = SkipGram }, "buckets": func(c *Config) { c.WordNgrams, c.Bucket = 2, 0 },
		"negatives": func(c *Config) { c.Loss, c.Negative = NegativeSampling, 0 }, "label count": func(c *Config) { c.MinLabelCount = -1 },
		"epochs": func(c *Config) { c.Epochs = 0 }, "rate": func(c *Config) { c.Rate = math.Inf(1) },
	} {
		c := smallSupervised(Softmax)
		spoil(&c)
		_, err := TrainSupervised(t.Context(), sorted(5), c)
		require.ErrorIs(t, err, ErrArgs, name)
	}
	one := []Example{{[]string{"x"}, "a"}, {nil, "b"}}
	for _, loss := range losses {
		_, err := TrainSupervised(t.Context(), slices.Values(one), smallSupervised(loss))
		if loss == NegativeSampling || loss == HierarchicalSoftmax {
			require.ErrorIs(t, err, ErrCorpus, "one label")
		} else {
			require.NoError(t, err)
		}
	}
	_, err := TrainSupervised(t.Context(), slices.Values(one[1:]), smallSupervised(Softmax))
	require.ErrorIs(t, err, ErrCorpus, "no label")
	c := smallSupervised(Softmax)
	c.MinCount = 99
	_, err = TrainSupervised(t.Context(), slices.Values(one), c)
	require.ErrorIs(t, err, ErrCorpus, "no word")
	c.MinCount, c.MinLabelCount = 1, 99
	_, err = TrainSupervised(t.Context(), sorted(50), c)
	require.ErrorIs(t, err, ErrCorpus, "no label that is frequent enough")
	c = smallSupervised(Softmax)
	c.Rate = 1e38
	_, err = TrainSupervised(t.Context(), sorted(50), c)
	require.ErrorIs(t, err, ErrNotFinite)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	m, err := TrainSupervised(done, sorted(5), smallSupervised(Softmax))
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, m)

	m, err = TrainSupervised(t.Context(), sorted(50), smallSupervised(Softmax))
	require.NoError(t, err)
	_, err = m.Evaluate(t.Context(), sorted(5), 0, 0)
	require.ErrorIs(t, err, ErrQuery)
	_, err = m.Evaluate(done, sorted(5), 1, 0)
	require.ErrorIs(t, err, context.Canceled)
	e, err := m.Evaluate(t.Context(), slices.Values([]Example{{[]string{"unheard"}, "dog"}, {nil, "dog"}}), 1, 0)
	require.NoError(t, err)
	require.Zero(t, e.Examples)
}
