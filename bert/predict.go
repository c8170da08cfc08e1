package bert

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
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

// PredictAll answers many texts, in their order. It stops between batches when
// ctx is done. A text alone and the same text among others get the same answer, to the last bit.
func (k *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	r, err := k.graphs.Get()
	if err != nil {
		return nil, err
	}
	defer k.graphs.Put(r)
	out := make([]verso.Prediction, 0, len(texts))
	for batch := range slices.Chunk(texts, predictBatch) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("predicting: %w", err)
		}
		ids, types, err := encodeAll(k.model.pieces, batch, k.limit)
		if err != nil {
			return nil, err
		}
		if err := r.run(ids, types); err != nil {
			return nil, err
		}
		p := r.m.Float32s(r.y)
		for i := range batch {
			row := make([]float64, len(k.classes))
			for j := range row {
				row[j] = float64(p[i*len(row)+j])
			}
			out = append(out, verso.NewPrediction(k.classes, row))
		}
	}
	return out, nil
}

// Evaluate predicts the examples and counts which class was taken for which. An
// example of a class that the model does not know is [ErrClass].
func (k *Classifier) Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	confusion, err := verso.NewConfusion(k.classes)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(examples))
	for i, e := range examples {
		if !slices.Contains(k.classes, e.Class) {
			return nil, fmt.Errorf("%w: %q of example %d, the model has %q", ErrClass, e.Class, i, k.classes)
		}
		texts[i] = e.Text
	}
	predictions, err := k.PredictAll(ctx, texts)
	if err != nil {
		return nil, err
	}
	for i, p := range predictions {
		if err := confusion.Add(slices.Index(k.classes, examples[i].Class), p.Index); err != nil {
			return nil, err
		}
	}
	return confusion, nil
}
