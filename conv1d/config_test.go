package conv1d_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// What could never run is refused when the model is made.
func TestConfigRefuses(t *testing.T) {
	for name, change := range map[string]func(c *conv1d.Config){
		"activation":   func(c *conv1d.Config) { c.Activation = verso.GELU },
		"dropout":      func(c *conv1d.Config) { c.Dropout = math.NaN() },
		"max norm":     func(c *conv1d.Config) { c.MaxNorm = math.NaN() },
		"max norm ∞":   func(c *conv1d.Config) { c.MaxNorm = math.Inf(1) },
		"min count":    func(c *conv1d.Config) { c.MinCount = -1 },
		"max words":    func(c *conv1d.Config) { c.MaxWords = -1 },
		"smoothing":    func(c *conv1d.Config) { c.LabelSmoothing = 1.5 },
		"smoothing ∅":  func(c *conv1d.Config) { c.LabelSmoothing = math.NaN() },
		"vector size":  func(c *conv1d.Config) { c.VectorSize = math.Inf(1) },
		"width":        func(c *conv1d.Config) { c.Widths = []int{3, 0} },
		"no maps":      func(c *conv1d.Config) { c.Maps = 0 },
		"no dimension": func(c *conv1d.Config) { c.Dim = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := small(1)
			words, err := conv1d.Words(reviews(10, 1), nil, c)
			require.NoError(t, err)
			change(&c)
			_, err = conv1d.New([]string{"a", "b"}, words, nil, c)
			require.ErrorIs(t, err, verso.ErrConfig)
		})
	}
	ps := verso.NewParams(1)
	conv1d.NewFilterBank(ps, 4, conv1d.BankConfig{Widths: []int{3}, Maps: 2, Activation: verso.GELU})
	require.ErrorIs(t, ps.Err(), verso.ErrConfig)
}

func TestLoadRefusesAnActivationWithoutMaximum(t *testing.T) {
	c, fit := small(1)
	fit.Epochs = 0
	m, _, err := conv1d.Train(t.Context(), reviews(10, 1), nil, nil, c, fit)
	require.NoError(t, err)
	whole := save(t, m)
	bad := bytes.Replace(whole, []byte(`\"relu\"`), []byte(`\"gelu\"`), 1)
	require.NotEqual(t, whole, bad)
	_, err = conv1d.Load(bytes.NewReader(bad))
	require.ErrorIs(t, err, verso.ErrFile)
}

// A model keeps nothing of the caller's settings that the caller may change.
func TestConfigIsCopied(t *testing.T) {
	c, fit := small(1)
	fit.Epochs = 0
	m, _, err := conv1d.Train(t.Context(), reviews(10, 1), nil, nil, c, fit)
	require.NoError(t, err)
	bank := conv1d.NewFilterBank(verso.NewParams(1), 4, conv1d.BankConfig{Widths: c.Widths, Maps: 2})
	c.Widths[0] = 9
	m.Config().Widths[1] = 9
	require.Equal(t, []int{1, 2, 3}, m.Config().Widths)
	_, err = m.Predict("good")
	require.NoError(t, err)
	g := verso.NewGraph(1)
	require.NotNil(t, bank.Forward(g, g.Sequence("x", verso.NewParams(1).Dtype(), 4)), g.Err())
}

// Balanced, a rare class is learned that is passed over otherwise.
func TestClassifierBalanced(t *testing.T) {
	var data []dataset.Example
	for i := range 200 {
		class := "common"
		if i%20 == 0 {
			class = "rare"
		}
		data = append(data, dataset.Example{Class: class, Text: fmt.Sprint("word ", i%7)}) // texts say nothing
	}
	mean := func(balanced bool, smoothing float64) float64 {
		c, fit := small(1)
		c.Balanced, c.LabelSmoothing = balanced, smoothing
		fit.Shards, fit.Epochs = 2, 30
		m, _, err := conv1d.Train(t.Context(), data, nil, nil, c, fit)
		require.NoError(t, err)
		loaded, err := conv1d.Load(bytes.NewReader(save(t, m)))
		require.NoError(t, err)
		require.Equal(t, m.Config(), loaded.Config())
		texts := make([]string, len(data))
		for i, e := range data {
			texts[i] = e.Text
		}
		answers, err := m.PredictAll(t.Context(), texts)
		require.NoError(t, err)
		sum := 0.0
		for i, a := range answers {
			one, err := m.Predict(texts[i])
			require.NoError(t, err)
			require.Equal(t, one, a)
			sum += a.Probabilities[1]
		}
		return sum / float64(len(answers))
	}
	require.InDelta(t, 0.05, mean(false, 0), 0.03, "the share of the class")
	require.Greater(t, mean(true, 0), 0.25, "below one half, since the mean of a batch divides by its own weights")
	require.InDelta(t, 0.5*0.05+0.5*0.5, mean(false, 0.5), 0.05, "drawn to equal shares by half")
}
