package classify_test

import (
	"context"
	"errors"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
)

var (
	errUnknown = errors.New("unknown class")
	classes    = []string{"no", "yes"}
	examples   = []dataset.Example{{Class: "yes", Text: "a"}, {Class: "no", Text: "b"}, {Class: "yes", Text: "c"}}
)

func TestCheck(t *testing.T) {
	require.NoError(t, classify.Check(classes, errUnknown))
	for _, bad := range [][]string{nil, {"one"}, {"a", "b", "a"}} {
		require.ErrorIs(t, classify.Check(bad, errUnknown), errUnknown)
	}
}

func TestLabels(t *testing.T) {
	labels, err := classify.Labels(classes, examples, "training example", errUnknown)
	require.NoError(t, err)
	require.Equal(t, []int{1, 0, 1}, labels)
	_, err = classify.Labels([]string{"no", "maybe"}, examples, "training example", errUnknown)
	require.ErrorIs(t, err, errUnknown)
	require.ErrorContains(t, err, `"yes" of training example 0`)
}

// evaluate says yes to a text that begins with a.
func evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	return classify.Evaluate(ctx, classes, examples, errUnknown, func(_ context.Context, texts []string) (out []verso.Prediction, _ error) {
		for _, x := range texts {
			p := []float32{0.75, 0.25}
			if x == "a" {
				p = []float32{0.25, 0.75}
			}
			out = classify.Predictions(out, classes, p)
		}
		return out, nil
	})
}

func TestEvaluate(t *testing.T) {
	c, err := evaluate(t.Context(), examples)
	require.NoError(t, err)
	require.InDelta(t, 2.0/3, c.Accuracy(), 1e-12)
	_, err = evaluate(t.Context(), []dataset.Example{{Class: "maybe"}})
	require.ErrorIs(t, err, errUnknown)
}

func TestValidated(t *testing.T) {
	fit := verso.DefaultFitConfig()
	fit.RestoreBest, fit.Patience = true, 3
	none := classify.Validated(fit, nil, evaluate)
	require.Nil(t, none.Validate)
	require.False(t, none.RestoreBest)
	require.Zero(t, none.Patience)
	score, err := classify.Validated(fit, examples, evaluate).Validate(t.Context())
	require.NoError(t, err)
	require.InDelta(t, 2.0/3, score, 1e-12)
	fit.Validate = func(context.Context) (float64, error) { return 7, nil }
	own := classify.Validated(fit, examples, evaluate)
	require.True(t, own.RestoreBest)
	score, err = own.Validate(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7.0, score)
}

func TestKnown(t *testing.T) {
	tokens := []vocab.Token{{Text: "x", End: 1}, {Text: "a", Start: 2, End: 3}}
	one := func(yield func(string) bool) { yield("a") }
	without, err := vocab.Build(one, vocab.Config{})
	require.NoError(t, err)
	ids, kept := classify.Known(without, tokens)
	require.Equal(t, []int{0}, ids)
	require.Equal(t, tokens[1:], kept)
	with, err := vocab.Build(one, vocab.Config{Special: []string{"?"}, Unk: "?"})
	require.NoError(t, err)
	ids, kept = classify.Known(with, tokens)
	require.Equal(t, []int{0, 1}, ids)
	require.Equal(t, tokens, kept)
}

func TestLoss(t *testing.T) {
	labels := []int{0, 0, 0, 2}
	require.Equal(t, verso.DefaultCrossEntropyConfig(), classify.Loss(labels, 3, false, 0))
	c := classify.Loss(labels, 3, true, 0.1)
	require.Equal(t, 0.1, c.LabelSmoothing)
	require.Equal(t, []float64{4.0 / 6, 1, 2}, c.ClassWeights, "n/(C n_c); a class without examples counts 1")
	require.InDelta(t, 4, c.Normaliser(labels), 1e-12, "all together they count as many as they are")
}

// Answers come in the order of the texts, and the first error of a batch is returned.
func TestPredictAll(t *testing.T) {
	pool := reuse.New(func() (int, error) { return 0, nil })
	texts := make([]string, 1000)
	for i := range texts {
		texts[i] = strconv.Itoa(i)
	}
	answer := func(_ int, batch []string) ([]float32, error) {
		p := make([]float32, 0, 2*len(batch))
		for _, text := range batch {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			p = append(p, float32(n), float32(-n))
		}
		return p, nil
	}
	got, err := classify.PredictAll(t.Context(), 0, pool, classes, texts, answer)
	require.NoError(t, err)
	require.Len(t, got, len(texts))
	for i, p := range got {
		require.Equal(t, float64(i), p.Probabilities[0])
	}
	none, err := classify.PredictAll(t.Context(), 0, pool, classes, nil, answer)
	require.NoError(t, err)
	require.Empty(t, none)

	texts[700] = "x"
	_, err = classify.PredictAll(t.Context(), 0, pool, classes, texts, answer)
	require.ErrorIs(t, err, strconv.ErrSyntax)
	_, err = classify.PredictAll(t.Context(), 0, pool, classes, texts[:1], func(int, []string) ([]float32, error) {
		return []float32{float32(math.NaN()), 1}, nil
	})
	require.ErrorIs(t, err, verso.ErrNotFinite)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = classify.PredictAll(ctx, 0, pool, classes, texts[:1], answer)
	require.ErrorIs(t, err, context.Canceled)
}
