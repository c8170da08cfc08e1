package conv1d

import (
	"context"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

// Predict returns the classes' probabilities for a text, softmax(y). An empty
// text, or one of unknown words alone, has an answer too.
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
	return classify.PredictAll(ctx, 0, c.replicas, c.classes, texts, func(r *replica, batch []string) ([]float32, error) {
		ids := make([][]int, len(batch))
		for i, t := range batch {
			ids[i] = c.ids(t)
		}
		if err := r.run(ids); err != nil {
			return nil, err
		}
		return r.m.Float32s(r.probabilities), nil
	})
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
