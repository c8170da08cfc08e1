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
	"github.com/seed6481993f/verso/internal/reuse"
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
// of each epoch, by [verso.FitConfig.WithScore].
func Validated(fit verso.FitConfig, dev []dataset.Example, evaluate Evaluator) verso.FitConfig {
	return fit.WithScore(len(dev), func(ctx context.Context) (float64, error) {
		confusion, err := evaluate(ctx, dev)
		if err != nil {
			return 0, err
		}
		return confusion.Accuracy(), nil
	})
}

// Loss returns the options of the loss that a classifier learns by. Balanced, each
// class counts n/(C·n_c), for n labels, C classes that have some and n_c of the class.
func Loss(labels []int, classes int, balanced bool, smoothing float64) verso.CrossEntropyConfig {
	c := verso.DefaultCrossEntropyConfig()
	c.LabelSmoothing = smoothing
	if !balanced {
		return c
	}
	counts, some := make([]int, classes), 0
	for _, label := range labels {
		if counts[label]++; counts[label] == 1 {
			some++
		}
	}
	c.ClassWeights = make([]float64, classes)
	for i, n := range counts {
		c.ClassWeights[i] = 1
		if n > 0 {
			c.ClassWeights[i] = float64(len(labels)) / float64(some*n)
		}
	}
	return c
}

// Task trains a network by the cross entropy of its logits (batch, classes) on texts
// as word numbers; options of the loss are those of [Loss], without any the default ones.
func Task(ps *verso.Params, texts [][]int, labels []int, logits func(*verso.Graph, verso.Tokens) *gorgonia.Node, options ...verso.CrossEntropyConfig) verso.Task {
	c := append(options, verso.DefaultCrossEntropyConfig())[0]
	return verso.Task{
		Params:   ps,
		Examples: len(texts),
		Weight:   func(examples []int) float64 { return c.Normaliser(Pick(labels, examples)) },
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			tokens, want := g.Tokens("text"), g.Input("class", tensor.Int, 1)
			loss := verso.CrossEntropy(g, logits(g, tokens), want, c)
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

// batchSize is how many texts go through a graph at once.
const batchSize = 64

// PredictAll answers items, texts mostly, by [reuse.Batches]: answer returns the
// probabilities (batch, classes). One that is NaN is an error.
func PredictAll[G, E any](ctx context.Context, workers int, graphs *reuse.Pool[G], classes []string, items []E, answer func(g G, batch []E) ([]float32, error)) ([]verso.Prediction, error) {
	out, err := reuse.Batches(ctx, workers, graphs, batchSize, items, func(g G, batch []E) ([]verso.Prediction, error) {
		p, err := answer(g, batch)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p, func(x float32) bool { return x != x }) {
			return nil, fmt.Errorf("%w: the probabilities of the classes", verso.ErrNotFinite)
		}
		return Predictions(nil, classes, p[:len(batch)*len(classes)]), nil
	})
	if err != nil {
		return nil, fmt.Errorf("predicting: %w", err)
	}
	return out, nil
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
