package recurrent_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/recurrent"
)

// deeds makes sentences in which the first of two names does something to the
// second; the class is who did it, so that the order of words decides.
func deeds(n int, seed uint64) []dataset.Example {
	rng := rand.New(rand.NewPCG(seed, 1))
	filler := strings.Fields("then in the old house by a river at night with some noise")
	fill := func(words []string, most int) []string {
		for range rng.IntN(most) {
			words = append(words, filler[rng.IntN(len(filler))])
		}
		return words
	}
	out := make([]dataset.Example, n)
	for i := range out {
		names := []string{"ana", "eva"}
		rng.Shuffle(2, func(i, j int) { names[i], names[j] = names[j], names[i] })
		words := append(fill(nil, 6), names[0], []string{"sees", "calls", "helps"}[rng.IntN(3)], names[1])
		out[i] = dataset.Example{Class: names[0], Text: strings.Join(fill(words, 4), " ")}
	}
	return out
}

// model is a variation of the settings, with a name for its test.
type model struct {
	name   string
	change func(c *recurrent.ClassifierConfig)
}

var models = []model{
	{"gru max", func(c *recurrent.ClassifierConfig) {}},
	{"lstm last", func(c *recurrent.ClassifierConfig) { c.Cell, c.Pooling = recurrent.CellLSTM, recurrent.PoolLast }},
	{"rnn mean one way", func(c *recurrent.ClassifierConfig) {
		c.Cell, c.Pooling, c.Bidirectional = recurrent.CellRNN, recurrent.PoolMean, false
	}},
	{"convolutions, two layers", func(c *recurrent.ClassifierConfig) {
		c.ConvWidths, c.ConvMaps, c.Layers, c.Pooling = []int{2, 3}, 12, 2, recurrent.PoolLast
	}},
}

// tiny is a classifier and a training of a second or so.
func (m model) tiny(seed uint64) (recurrent.ClassifierConfig, verso.FitConfig) {
	c := recurrent.DefaultClassifierConfig()
	c.Dim, c.Hidden, c.Dropout, c.Seed = 16, 12, 0.1, seed
	m.change(&c)
	f := recurrent.DefaultClassifierFit()
	f.Epochs, f.Batch, f.Seed, f.Workers, f.Schedule = 12, 20, seed, 2, verso.ConstantRate(0.01)
	return c, f
}

func eachModel(t *testing.T, f func(t *testing.T, m model)) {
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) { f(t, m) })
	}
}

// trained returns a classifier after so many epochs over so many sentences.
func (m model) trained(t *testing.T, examples, epochs int, seed uint64) *recurrent.Classifier {
	t.Helper()
	c, f := m.tiny(seed)
	f.Epochs = epochs
	k, _, err := recurrent.TrainClassifier(t.Context(), deeds(examples, 1), nil, nil, c, f)
	require.NoError(t, err)
	return k
}

func saved(t *testing.T, k *recurrent.Classifier) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, k.Save(&b))
	return b.Bytes()
}

func TestClassifierLearns(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		c, f := m.tiny(1)
		k, h, err := recurrent.TrainClassifier(t.Context(), deeds(400, 1), deeds(60, 2), nil, c, f)
		require.NoError(t, err)
		require.True(t, h.Epochs[0].HasScore)
		confusion, err := k.Evaluate(t.Context(), deeds(200, 9))
		require.NoError(t, err)
		require.Greater(t, confusion.Accuracy(), 0.95)
	})
}

func TestClassifierSameSeedSameBytes(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		fit := func(workers int, seed uint64) []byte {
			c, f := m.tiny(seed)
			f.Epochs, f.Shards, f.Workers = 1, 4, workers
			k, _, err := recurrent.TrainClassifier(t.Context(), deeds(100, 1), nil, nil, c, f)
			require.NoError(t, err)
			return saved(t, k)
		}
		want := fit(1, 4)
		require.Equal(t, want, fit(3, 4))
		require.NotEqual(t, want, fit(1, 5))
	})
}

// The same weights in layers of the public packages give the same answer, to the
// last bit.
func TestClassifierIsItsLayers(t *testing.T) {
	layers := map[recurrent.CellKind]func(ps *verso.Params, in, hidden int, c recurrent.Config) recurrent.Layer{
		recurrent.CellLSTM: func(ps *verso.Params, in, hidden int, c recurrent.Config) recurrent.Layer {
			return recurrent.NewLSTM(ps, in, hidden, c)
		},
		recurrent.CellGRU: func(ps *verso.Params, in, hidden int, c recurrent.Config) recurrent.Layer {
			return recurrent.NewGRU(ps, in, hidden, c)
		},
		recurrent.CellRNN: func(ps *verso.Params, in, hidden int, c recurrent.Config) recurrent.Layer {
			return recurrent.NewRNN(ps, in, hidden, c)
		},
	}
	eachModel(t, func(t *testing.T, m model) {
		k := m.trained(t, 60, 1, 1)
		c, ps, g := k.Config(), verso.NewParams(9), verso.NewGraph(9)
		tokens := g.Tokens("text")
		x := embedding.New(ps.Scope("emb"), k.Words().Len(), c.Dim, embedding.DefaultConfig()).Forward(g, tokens)
		var maps []*gorgonia.Node
		for i, width := range c.ConvWidths {
			same := conv1d.DefaultConvConfig()
			same.Padding = conv1d.Same
			y := conv1d.NewConv1D(ps.Scope("convs").Scope(fmt.Sprint(i)), c.Dim, c.ConvMaps, width, same).Forward(g, x)
			maps = append(maps, verso.ReLU.Forward(g, y.Rows))
		}
		if len(maps) > 0 {
			x.Rows = verso.Concat(g, 1, maps...)
		}
		r := recurrent.DefaultConfig()
		r.Layers, r.Bidirectional = c.Layers, c.Bidirectional
		layer := layers[c.Cell](ps.Scope("rnn"), x.Features(), c.Hidden, r)
		rows, state := layer.Forward(g, x, recurrent.State{})
		row := map[recurrent.Pooling]*gorgonia.Node{
			recurrent.PoolLast: recurrent.Final(g, layer, state),
			recurrent.PoolMean: verso.MeanOverTime(g, rows),
			recurrent.PoolMax:  verso.MaxOverTime(g, rows),
		}[c.Pooling]
		y := verso.Softmax(g, verso.NewLinear(ps.Scope("fc"), layer.Features(), 2).Forward(g, row), -1)
		machine, err := g.Compile(nil)
		require.NoError(t, err)
		_, err = verso.LoadParams(bytes.NewReader(saved(t, k)), ps)
		require.NoError(t, err)
		for _, e := range deeds(5, 4) {
			var ids []int
			for _, word := range strings.Fields(e.Text) {
				id, ok := k.Words().ID(word)
				require.True(t, ok)
				ids = append(ids, id)
			}
			require.NoError(t, machine.FeedTokens(tokens, [][]int{ids}))
			require.NoError(t, machine.Run())
			p, err := k.Predict(e.Text)
			require.NoError(t, err)
			for i, want := range machine.Float32s(y) {
				require.Equal(t, float64(want), p.Probabilities[i])
			}
		}
	})
}

// What falls in training gets no gradient: of the pooled row whole columns of the
// last layer, of a word's vector some elements.
func TestClassifierDropout(t *testing.T) {
	data := []dataset.Example{{Class: "ana", Text: "ana sees"}, {Class: "eva", Text: "eva calls"}}
	unmoved := func(dropout float64) (columns, elements int) {
		c, f := models[0].tiny(1)
		c.Dropout, f.Epochs, f.Batch = dropout, 1, len(data)
		k, _, err := recurrent.TrainClassifier(t.Context(), data, nil, nil, c, f)
		require.NoError(t, err)
		first, err := recurrent.NewClassifier(k.Classes(), k.Words(), nil, c)
		require.NoError(t, err)
		same := func(name string, from, to int) (n int) {
			a, _ := first.Params().Get(name)
			b, _ := k.Params().Get(name)
			for i := from; i < to; i++ {
				if a.Float32s()[i] == b.Float32s()[i] {
					n++
				}
			}
			return n
		}
		ana, _ := k.Words().ID("ana")
		return same("fc.weight", 0, 2*c.Hidden), same("emb.weight", ana*c.Dim, (ana+1)*c.Dim)
	}
	columns, elements := unmoved(0.8) // of 24, of 16
	require.Greater(t, columns, 6)
	require.Greater(t, elements, 6)
	columns, elements = unmoved(0)
	require.Zero(t, columns)
	require.Zero(t, elements)
}

// Texts without words, alone, together and among others, with every pooling and
// in training too.
func TestClassifierEmptyTexts(t *testing.T) {
	for _, pooling := range []recurrent.Pooling{recurrent.PoolLast, recurrent.PoolMean, recurrent.PoolMax} {
		for _, widths := range [][]int{nil, {1, 4}} {
			t.Run(fmt.Sprint(pooling, widths), func(t *testing.T) {
				c, f := models[0].tiny(1)
				c.Pooling, c.ConvWidths, f.Epochs, f.Batch = pooling, widths, 1, 2
				data := append([]dataset.Example{{Class: "ana"}, {Class: "eva"}, {Class: "ana"}}, deeds(9, 1)...)
				k, _, err := recurrent.TrainClassifier(t.Context(), data, nil, nil, c, f)
				require.NoError(t, err)
				none, err := k.PredictAll(t.Context(), []string{"", " \t", ""})
				require.NoError(t, err)
				bias, ok := k.Params().Get("fc.bias")
				require.True(t, ok)
				require.Equal(t, bias.Float32s()[1] > bias.Float32s()[0], none[0].Index == 1, "the row of no words is 0")
				require.Equal(t, none[0], none[1])
				alone, err := k.Predict("ana sees eva")
				require.NoError(t, err)
				mixed, err := k.PredictAll(t.Context(), []string{"", "ana sees eva", "night", ""})
				require.NoError(t, err)
				require.Equal(t, none[0], mixed[0])
				require.Equal(t, alone, mixed[1])
				require.Equal(t, none[0], mixed[3])
				nothing, err := k.PredictAll(t.Context(), nil)
				require.NoError(t, err)
				require.Empty(t, nothing)
			})
		}
	}
}

func TestClassifierPretrained(t *testing.T) {
	words := strings.Fields("ana eva sees calls unseen")
	rows := make([]float32, len(words)*16)
	rng := rand.New(rand.NewPCG(1, 8))
	for i := range rows {
		rows[i] = float32(rng.NormFloat64())
	}
	vecs, err := vectors.New(words, rows, 16)
	require.NoError(t, err)
	row := func(k *recurrent.Classifier, word string) []float32 {
		p, ok := k.Params().Get("emb.weight")
		require.True(t, ok)
		id, ok := k.Words().ID(word)
		require.True(t, ok)
		return p.Float32s()[id*16 : (id+1)*16]
	}
	for _, frozen := range []bool{false, true} {
		c, f := models[0].tiny(1)
		c.Dim, c.Frozen, f.Epochs = 99, frozen, 1
		k, _, err := recurrent.TrainClassifier(t.Context(), deeds(60, 1), nil, vecs, c, f)
		require.NoError(t, err)
		require.Equal(t, 16, k.Config().Dim)
		ana, _ := vecs.Row("ana")
		unseen, _ := vecs.Row("unseen")
		require.Equal(t, unseen, row(k, "unseen"), "a word of no training text keeps its vector")
		if frozen {
			require.Equal(t, ana, row(k, "ana"))
			require.Equal(t, make([]float32, 16), row(k, "river"), "a word without a vector")
		} else {
			require.NotEqual(t, ana, row(k, "ana"))
		}
		again, err := recurrent.LoadClassifier(bytes.NewReader(saved(t, k)))
		require.NoError(t, err)
		_, err = again.Fit(t.Context(), deeds(40, 3), nil, f)
		require.NoError(t, err)
		require.Equal(t, frozen, assert.ObjectsAreEqual(row(k, "ana"), row(again, "ana")), "frozen after loading too")
	}
}

func TestClassifierFromManyGoroutines(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		k := m.trained(t, 60, 1, 2)
		texts := []string{""}
		for _, e := range deeds(80, 6) { // more than one batch
			texts = append(texts, e.Text)
		}
		got := make([][]verso.Prediction, 4)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { // all compile a graph at once
				for _, text := range texts {
					p, err := k.Predict(text)
					assert.NoError(t, err)
					got[i] = append(got[i], p)
				}
			})
		}
		wg.Wait()
		want, err := k.PredictAll(t.Context(), texts)
		require.NoError(t, err)
		for _, g := range got {
			require.Equal(t, want, g, "a text alone and in a batch")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = k.PredictAll(ctx, texts)
		require.ErrorIs(t, err, context.Canceled)
	})
}
