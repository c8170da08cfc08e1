// Package classify is what all classifiers of texts have in common: numbers for
// classes, validation on held-out examples, the training task, and counting.
package classify

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// Check says whether a classifier can have these classes: two or more, all different.
// An error wraps bad.
func Check(classes []string, bad error) error {
	if sorted := slices.Sorted(slices.Values(classes)); len(classes) < 2 || len(slices.Compact(sorted)) < len(classes) {
		return fmt.Errorf("%w: want at least two classes, all different, got %q", bad, classes)
	}
	return nil
}

// Labels returns the numbers of the examples' classes. A class that is not among
// classes is an error that wraps unknown; what says what the examples are.
func Labels(classes []string, examples []dataset.Example, what string, unknown error) ([]int, error) {
	number := make(map[string]int, len(classes))
	for i, c := range classes {
		number[c] = i
	}
	labels := make([]int, len(examples))
	for i, e := range examples {
		n, ok := number[e.Class]
		if !ok {
			return nil, fmt.Errorf("%w: %q of %s %d, the model has %q", unknown, e.Class, what, i, classes)
		}
		labels[i] = n
	}
	return labels, nil
}

// Evaluator predicts examples and counts which class was taken for which.
type Evaluator func(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error)

// Validated returns the settings of a training with the accuracy on dev for the score
// of each epoch, unless fit brings a score of its own. Without either there is
// nothing to choose an epoch by, and the last weights stay.
func Validated(fit verso.FitConfig, dev []dataset.Example, evaluate Evaluator) verso.FitConfig {
	switch {
	case fit.Validate != nil:
	case len(dev) == 0:
		fit.RestoreBest, fit.Patience = false, 0
	default:
		fit.Validate = func(ctx context.Context) (float64, error) {
			confusion, err := evaluate(ctx, dev)
			if err != nil {
				return 0, err
			}
			return confusion.Accuracy(), nil
		}
	}
	return fit
}

// Task trains a network by the cross entropy of its logits (batch, classes) on texts
// as word numbers.
func Task(ps *verso.Params, texts [][]int, labels []int, logits func(*verso.Graph, verso.Tokens) *gorgonia.Node) verso.Task {
	return verso.Task{
		Params:   ps,
		Examples: len(texts),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			tokens, want := g.Tokens("text"), g.Input("class", tensor.Int, 1)
			loss := verso.CrossEntropy(g, logits(g, tokens), want, verso.DefaultCrossEntropyConfig())
			feed := func(m *verso.Machine, examples []int) error {
				if err := m.FeedTokens(tokens, Pick(texts, examples)); err != nil {
					return err
				}
				return m.FeedInts(want, Pick(labels, examples))
			}
			return loss, feed, g.Err()
		},
	}
}

// Pick returns the elements with these numbers.
func Pick[E any](from []E, numbers []int) []E {
	out := make([]E, len(numbers))
	for i, n := range numbers {
		out[i] = from[n]
	}
	return out
}

// Known turns tokens into word numbers and keeps those that have one: that of the
// word itself, or of the word for unknown ones where the vocabulary has it.
func Known(words *vocab.Vocabulary, tokens []vocab.Token) (ids []int, kept []vocab.Token) {
	ids, kept = make([]int, 0, len(tokens)), make([]vocab.Token, 0, len(tokens))
	for _, t := range tokens {
		if id, _ := words.ID(t.Text); id >= 0 {
			ids, kept = append(ids, id), append(kept, t)
		}
	}
	return ids, kept
}

// Predictions appends the answers that the rows of p (batch, classes) hold.
func Predictions(out []verso.Prediction, classes []string, p []float32) []verso.Prediction {
	for row := range slices.Chunk(p, len(classes)) {
		wide := make([]float64, len(row))
		for k, v := range row {
			wide[k] = float64(v)
		}
		out = append(out, verso.NewPrediction(classes, wide))
	}
	return out
}

// Evaluate counts which class predict takes for which. An example of a class that
// the model does not know is an error that wraps unknown.
func Evaluate(ctx context.Context, classes []string, examples []dataset.Example, unknown error,
	predict func(context.Context, []string) ([]verso.Prediction, error)) (*verso.Confusion, error) {
	confusion, err := verso.NewConfusion(classes)
	if err != nil {
		return nil, err
	}
	labels, err := Labels(classes, examples, "example", unknown)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	predictions, err := predict(ctx, texts)
	if err != nil {
		return nil, err
	}
	for i, p := range predictions {
		if err := confusion.Add(labels[i], p.Index); err != nil {
			return nil, err
		}
	}
	return confusion, nil
}
