package multimodal

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// world is things of several colours. A picture's vector is the sum of one of its
// colour and one of its thing, with noise; words have vectors that are a turned
// copy of these. Combinations that no caption names are found only by a model
// that learned what the words stand for.
type world struct {
	train, unseen []Caption
	pictures      *Features
	words         *vectors.Vectors
}

const (
	pictureDim = 20
	wordDim    = 12
)

func newWorld(t testing.TB) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 5))
	colours := []string{"red", "green", "blue", "black", "white", "pink", "grey", "brown"}
	things := []string{"car", "house", "bird", "flower", "boat", "hat", "chair", "letter"}
	looks, meaning := map[string][]float64{}, map[string][]float32{}
	for _, w := range slices.Concat(colours, things) {
		looks[w] = make([]float64, pictureDim)
		meaning[w] = make([]float32, wordDim)
		for j := range looks[w] {
			looks[w][j] = rng.NormFloat64()
		}
		for j := range meaning[w] {
			meaning[w][j] = float32(rng.NormFloat64())
		}
	}
	w := &world{}
	var ids []string
	var data []float32
	for i, c := range colours {
		for j, s := range things {
			id := c + "-" + s
			ids = append(ids, id)
			for k := range pictureDim {
				data = append(data, float32(2+looks[c][k]+looks[s][k]+0.1*rng.NormFloat64()))
			}
			texts := []string{"A " + c + " " + s + ".", "This is the " + s + ", it is " + c}
			if (i+j)%4 == 0 {
				w.unseen = append(w.unseen, Caption{id, texts[0]})
				continue
			}
			for _, text := range texts {
				w.train = append(w.train, Caption{id, text})
			}
		}
	}
	var names []string
	var rows [][]float32
	for _, word := range slices.Concat(colours, things) {
		names, rows = append(names, word), append(rows, meaning[word])
	}
	var err error
	w.pictures, err = NewFeatures(ids, data, pictureDim)
	require.NoError(t, err)
	w.words, err = vectors.FromRows(names, rows)
	require.NoError(t, err)
	return w
}

// small are the published models with few units.
func small() map[string]Config {
	mlp, w2vv, pp, dual := MLP(), Word2VisualVec(), W2VVPlusPlus(), DualEncoding()
	mlp.Text.Head.Sizes = []int{40, 0}
	w2vv.Text.Head.Sizes, w2vv.Text.Head.Output = []int{40, 0}, verso.Identity
	pp.Text.Head.Sizes, pp.Visual.Head.Sizes = []int{24}, []int{24}
	dual.Text.Head.Sizes, dual.Visual.Head.Sizes = []int{24}, []int{24}
	all := map[string]Config{"mlp": mlp, "w2vv": w2vv, "w2vv++": pp, "dual encoding": dual}
	for name, c := range all {
		for _, s := range []*SequenceConfig{&c.Text.Sequence, &c.Visual.Sequence} {
			s.Hidden, s.Maps = 8, 6
		}
		c.Text.Dim, c.Text.MinCount = wordDim, 1
		all[name] = c
	}
	return all
}

// withEverything is a model of all that the published ones lack.
func withEverything() Config {
	c := small()["w2vv"]
	c.Text.Levels, c.Text.Norms, c.Text.IDF = []Level{WordVectors, NGrams, Bag, GRU}, []float64{1, 0.5}, true
	c.Visual.Prepare = PrepareConfig{SquareRoot: true, Unit: true, Components: 7, Whiten: 0.5}
	return c
}

// quickFit is a training that these models learn the world by.
func quickFit(c Config, epochs int) verso.FitConfig {
	f := DualEncodingFit(1, 0)
	switch {
	case c.Loss.Kind == SquaredError:
		f = Word2VisualVecFit(1, 0)
	case !c.Text.Head.BatchNorm:
		f = W2VVPlusPlusFit(1, 0)
	}
	f.Epochs, f.Batch, f.Schedule, f.Workers = epochs, 16, verso.ConstantRate(5e-3), 2
	return f
}

func train(t *testing.T, w *world, c Config, fit verso.FitConfig) *Model {
	t.Helper()
	m, _, err := Train(t.Context(), w.train, nil, w.pictures, w.words, c, fit)
	require.NoError(t, err)
	return m
}

func saved(t *testing.T, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}
