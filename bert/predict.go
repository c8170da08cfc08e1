package bert

import (
	"context"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

// predictBatch is how many texts go through a graph at once.
const predictBatch = 32

// Predict returns the classes' probabilities for a text. An empty text has an answer too.
func (k *Classifier) Predict(text string) (verso.Prediction, error) {
	p, err := k.PredictAll(context.Background(), []string{text})
	if err != nil {
		return verso.Prediction{}, err
	}
	return p[0], nil
}

// PredictAll answers many texts, in their order, on all cores. It stops between texts
// when ctx is done. A text alone and the same text among others get the same answer,
// to the last bit. Where the weights give no finite answer, the error wraps
// [verso.ErrNotFinite].
func (k *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	return predictAll(ctx, k, texts, k.encode)
}

func predictAll[T any](ctx context.Context, k *Classifier, texts []T, encode func(T) (wordpiece.Encoding, error)) ([]verso.Prediction, error) {
	return classify.PredictAll(ctx, 0, k.graphs, k.classes, texts, func(r *replica, batch []T) ([]float32, error) {
		err := runAll(ctx, r, batch, encode)
		return r.m.Float32s(r.y), err
	})
}

// Evaluate predicts the examples and counts which class was taken for which. An
// example of a class that the model does not know is [ErrClass].
func (k *Classifier) Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	return classify.Evaluate(ctx, k.classes, examples, ErrClass, k.PredictAll)
}
