package recurrent

import (
	"context"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

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

// PredictAll answers many texts, in their order, on all cores. It stops between
// batches when ctx is done. A text alone and the same text among others get the
// same answer, to the last bit. Where the weights give no finite answer, the error
// wraps [verso.ErrNotFinite].
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	return c.predictAll(ctx, texts, 0)
}

// predictAll is PredictAll on so many cores, 0 for all.
func (c *Classifier) predictAll(ctx context.Context, texts []string, workers int) ([]verso.Prediction, error) {
	return classify.PredictAll(ctx, workers, c.graphs, c.classes, texts, func(r *classifierGraph, batch []string) ([]float32, error) {
		ids := make([][]int, len(batch))
		for i, t := range batch {
			ids[i] = c.ids(t)
		}
		if err := r.m.FeedTokens(r.tokens, ids); err != nil {
			return nil, err
		}
		err := r.m.Run()
		return r.m.Float32s(r.probabilities), err
	})
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
