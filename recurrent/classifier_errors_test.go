package recurrent_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/recurrent"
)

func TestClassifierRefuses(t *testing.T) {
	c, f := models[0].tiny(1)
	_, _, err := recurrent.TrainClassifier(t.Context(), nil, nil, nil, c, f)
	require.ErrorIs(t, err, recurrent.ErrExamples)
	require.ErrorContains(t, err, "at least two classes, got 0 examples of 0")
	for want, change := range map[string]func(c *recurrent.ClassifierConfig){
		`Cell wants one of ["lstm" "gru" "rnn" "rnn-relu"], got "perceptron"`: func(c *recurrent.ClassifierConfig) { c.Cell = "perceptron" },
		`pooling wants "last", "mean" or "max", got sum`:                      func(c *recurrent.ClassifierConfig) { c.Pooling = "sum" },
		"dim, hidden and layers want at least 1, got [16 0 1]":                func(c *recurrent.ClassifierConfig) { c.Hidden = 0 },
		"widths of at least 1, got [3 0]":                                     func(c *recurrent.ClassifierConfig) { c.ConvWidths = []int{3, 0} },
		"at least 1 map, got -1":                                              func(c *recurrent.ClassifierConfig) { c.ConvWidths, c.ConvMaps = []int{3}, -1 },
		"dropout wants a number from 0 to below 1, got 1":                     func(c *recurrent.ClassifierConfig) { c.Dropout = 1 },
		"label smoothing wants a number from 0 to 1, got 2":                   func(c *recurrent.ClassifierConfig) { c.LabelSmoothing = 2 },
		"frozen word vectors want pretrained ones, got none":                  func(c *recurrent.ClassifierConfig) { c.Frozen = true },
		fmt.Sprintf(`"none", want one of %q`, conv1d.Tokenizers()):            func(c *recurrent.ClassifierConfig) { c.Tokenizer = "none" },
	} {
		bad := c
		change(&bad)
		_, _, err := recurrent.TrainClassifier(t.Context(), deeds(10, 1), nil, nil, bad, f)
		assert.ErrorIs(t, err, verso.ErrConfig)
		assert.ErrorContains(t, err, want)
	}
	k := models[0].trained(t, 10, 0, 1)
	_, err = k.Fit(t.Context(), []dataset.Example{{Class: "zoe", Text: "zoe"}}, nil, f)
	require.ErrorIs(t, err, recurrent.ErrClass)
	require.ErrorContains(t, err, `"zoe" of training example 0, the model has ["ana" "eva"]`)
	f.Progress = func(verso.Progress) error { t.Fatal("it trains"); return nil }
	_, err = k.Fit(t.Context(), deeds(10, 1), []dataset.Example{{Class: "zoe", Text: "zoe"}}, f)
	require.ErrorIs(t, err, recurrent.ErrClass)
	require.ErrorContains(t, err, `"zoe" of validation example 0`)
	_, err = k.Evaluate(t.Context(), []dataset.Example{{Class: "zoe"}})
	require.ErrorIs(t, err, recurrent.ErrClass)
	_, err = recurrent.NewClassifier([]string{"a", "a"}, k.Words(), nil, c)
	require.ErrorIs(t, err, recurrent.ErrExamples)
	for _, words := range []*vocab.Vocabulary{nil, new(vocab.Vocabulary)} {
		_, err = recurrent.NewClassifier([]string{"a", "b"}, words, nil, c)
		require.ErrorIs(t, err, recurrent.ErrExamples)
	}
}
