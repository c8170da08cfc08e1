package recurrent

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

// predictBatch is how many texts go through a graph at once.
const predictBatch = 64

// classifierGraph is a compiled graph for prediction; all read the same weights.
type classifierGraph struct {
	m             *verso.Machine
	tokens        verso.Tokens
	probabilities *gorgonia.Node // (batch, classes)
}

func (c *Classifier) compile() (*classifierGraph, error) {
	g := verso.NewGraph(c.cfg.Seed)
	r := &classifierGraph{tokens: g.Tokens("text")}
	r.probabilities = verso.Softmax(g, c.net.forward(g, r.tokens), -1)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}

// Predict returns the classes' probabilities for a text. An empty text, or one of
// unknown words alone, has an answer too.
func (c *Classifier) Predict(text string) (verso.Prediction, error) {
	p, err := c.PredictAll(context.Background(), []string{text})
	if err != nil {
		return verso.Prediction{}, err
	}
	return p[0], nil
}

// PredictAll answers many texts, in their order, which is faster than one by one.
// It stops between batches when ctx is done. A text alone and the same text among
// others get the same answer, to the last bit.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	return c.predictAll(ctx, texts, 0)
}

// predictAll is PredictAll on so many cores, 0 for all. No bit depends on them.
func (c *Classifier) predictAll(ctx context.Context, texts []string, workers int) ([]verso.Prediction, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	out := make([]verso.Prediction, 0, len(texts))
	err := c.graphs.With(func(r *classifierGraph) error {
		r.m.Graph().Mode().Workers = workers
		for part := range slices.Chunk(texts, predictBatch) {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("predicting: %w", err)
			}
			batch := make([][]int, len(part))
			for i, t := range part {
				batch[i] = c.ids(t)
			}
			if err := r.m.FeedTokens(r.tokens, batch); err != nil {
				return err
			}
			if err := r.m.Run(); err != nil {
				return err
			}
			out = classify.Predictions(out, c.classes, r.m.Float32s(r.probabilities)[:len(batch)*len(c.classes)])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Evaluate predicts the examples and counts which class was taken for which. An
// example of a class that the model does not know is an [ErrClass].
func (c *Classifier) Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	return c.evaluator(0)(ctx, examples)
}

// evaluator is Evaluate on so many cores.
func (c *Classifier) evaluator(workers int) classify.Evaluator {
	return func(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
		return classify.Evaluate(ctx, c.classes, examples, ErrClass, func(ctx context.Context, texts []string) ([]verso.Prediction, error) {
			return c.predictAll(ctx, texts, workers)
		})
	}
}
