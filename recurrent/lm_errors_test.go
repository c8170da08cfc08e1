package recurrent_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/recurrent"
)

func TestLanguageModelErrors(t *testing.T) {
	base, fit := smallLM(recurrent.LevelWord)
	for want, change := range map[string]func(*recurrent.LMConfig){
		`Cell wants one of ["lstm" "gru" "rnn" "rnn-relu"], got "x"`: func(c *recurrent.LMConfig) { c.Cell = "x" },
		`Level wants "word" or "char", got "x"`:                      func(c *recurrent.LMConfig) { c.Level = "x" },
		`Tokenizer wants "unicode" or "whitespace"`:                  func(c *recurrent.LMConfig) { c.Tokenizer = "" },
		"Dropout wants a probability":                                func(c *recurrent.LMConfig) { c.Dropout = math.NaN() },
		"Init wants a number":                                        func(c *recurrent.LMConfig) { c.Init = -1 },
		"Tied wants Dim equal to Hidden, got 12 and 24":              func(c *recurrent.LMConfig) { c.Tied = true },
		"Dim wants at least 1, got 0":                                func(c *recurrent.LMConfig) { c.Dim = 0 },
		"Hidden wants at least 1, got -1":                            func(c *recurrent.LMConfig) { c.Hidden = -1 },
		"Layers wants at least 1, got 0":                             func(c *recurrent.LMConfig) { c.Layers = 0 },
		"Window wants at least 0, got -1":                            func(c *recurrent.LMConfig) { c.Window = -1 },
		"Steps wants at least 1, got 0":                              func(c *recurrent.LMConfig) { c.Steps = 0 },
		"MinCount wants at least 0, got -1":                          func(c *recurrent.LMConfig) { c.MinCount = -1 },
		"MaxTokens wants at least 0, got -1":                         func(c *recurrent.LMConfig) { c.MaxTokens = -1 },
	} {
		c := base
		change(&c)
		_, _, err := recurrent.TrainLM(t.Context(), verse, "", c, fit)
		require.ErrorIs(t, err, verso.ErrConfig, want)
		require.ErrorContains(t, err, want)
	}
	train := func(text string, window int) error {
		c := base
		c.Window = window
		_, _, err := recurrent.TrainLM(t.Context(), text, "", c, fit)
		return err
	}
	for _, err := range []error{train("", 0), train("tigre trigo", 0), train("tigre trigo", 2)} {
		require.ErrorIs(t, err, recurrent.ErrText)
	}
	require.ErrorContains(t, train("tigre trigo", 0), "2 streams want at least 3 tokens, got 2")

	fit.Epochs = 1
	m := trainLM(t, base, fit)
	p, err := m.Perplexity(t.Context(), []int{1})
	require.ErrorIs(t, err, recurrent.ErrText)
	require.Zero(t, p, "1 would be a perfect model")
	_, err = m.Perplexity(t.Context(), []int{1, m.Words().Len()})
	require.ErrorIs(t, err, verso.ErrInput)
	_, err = m.Fit(t.Context(), []int{0, 1, 2, -1}, nil, fit)
	require.ErrorIs(t, err, verso.ErrInput)
	// Data that cannot validate are found before anything is learned.
	fit.Progress = func(verso.Progress) error { t.Fatal("it trains"); return nil }
	for _, valid := range [][]int{{3}, {1, m.Words().Len()}} {
		_, err = m.Fit(t.Context(), ids(t, m, verse), valid, fit)
		require.ErrorContains(t, err, "validation text: ")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Perplexity(ctx, []int{1, 2})
	require.ErrorIs(t, err, context.Canceled)

	unknown, ok := m.Words().Unk()
	require.True(t, ok)
	require.Equal(t, []int{unknown}, ids(t, m, "gato"))
	words, err := vocab.Build(strings.FieldsSeq(verse), vocab.Config{})
	require.NoError(t, err)
	bare, err := recurrent.NewLM(words, base)
	require.NoError(t, err)
	_, err = bare.IDs("tres gatos")
	require.ErrorIs(t, err, recurrent.ErrToken)
	require.ErrorContains(t, err, `"gatos", token 1`)
	for _, err := range bare.Generate(t.Context(), " ", recurrent.DefaultOptions()) {
		require.ErrorIs(t, err, recurrent.ErrText, "no line end to begin with")
	}
}
