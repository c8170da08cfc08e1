package conv1d

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

// predictBatch is how many texts go through a graph at once.
const predictBatch = 64

// Predict returns the classes' probabilities for a text, softmax(y). An empty
// text, or one of unknown words alone, has an answer too.
func (c *Classifier) Predict(text string) (verso.Prediction, error) {
	p, err := c.PredictAll(context.Background(), []string{text})
	if err != nil {
		return verso.Prediction{}, err
	}
	return p[0], nil
}

// PredictAll answers many texts, in their order, which is faster than one by
// one. It stops between batches when ctx is done.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	r, err := c.replicas.Get()
	if err != nil {
		return nil, err
	}
	defer c.replicas.Put(r)
	out := make([]verso.Prediction, 0, len(texts))
	for from := 0; from < len(texts); from += predictBatch {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("predicting: %w", err)
		}
		batch := make([][]int, 0, predictBatch)
		for _, t := range texts[from:min(from+predictBatch, len(texts))] {
			batch = append(batch, c.ids(t))
		}
		if err := r.run(batch); err != nil {
			return nil, err
		}
		out = classify.Predictions(out, c.classes, r.m.Float32s(r.probabilities)[:len(batch)*len(c.classes)])
	}
	return out, nil
}

func (r *replica) run(batch [][]int) error {
	if err := r.m.FeedTokens(r.tokens, batch); err != nil {
		return err
	}
	return r.m.Run()
}

// Evaluate predicts the examples and counts which class was taken for which.
// An example of a class that the model does not know is an error.
func (c *Classifier) Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	return classify.Evaluate(ctx, c.classes, examples, ErrClass, c.PredictAll)
}
