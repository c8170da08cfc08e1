package bert

import (
	"context"
	"slices"

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

// PredictAll answers many texts, in their order. It stops between texts when ctx
// is done. A text alone and the same text among others get the same answer, to the
// last bit.
func (k *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	return predictAll(ctx, k, texts, k.encode)
}

func predictAll[T any](ctx context.Context, k *Classifier, texts []T, encode func(T) (wordpiece.Encoding, error)) ([]verso.Prediction, error) {
	r, err := k.graphs.Get()
	if err != nil {
		return nil, err
	}
	defer k.graphs.Put(r)
	out := make([]verso.Prediction, 0, len(texts))
	for batch := range slices.Chunk(texts, predictBatch) {
		ids, types, err := encodeAll(ctx, batch, encode)
		if err != nil {
			return nil, err
		}
		if err := r.run(ids, types); err != nil {
			return nil, err
		}
		out = classify.Predictions(out, k.classes, r.m.Float32s(r.y)[:len(batch)*len(k.classes)])
	}
	return out, nil
}

// Evaluate predicts the examples and counts which class was taken for which. An
// example of a class that the model does not know is [ErrClass].
func (k *Classifier) Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	return classify.Evaluate(ctx, k.classes, examples, ErrClass, k.PredictAll)
}
