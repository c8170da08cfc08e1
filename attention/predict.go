package attention

import (
	"context"
	"fmt"
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

// Predict returns the classes' probabilities for a text. An empty text has an
// answer too.
func (c *Classifier) Predict(text string) (verso.Prediction, error) {
	p, err := c.PredictAll(context.Background(), []string{text})
	if err != nil {
		return verso.Prediction{}, err
	}
	return p[0], nil
}

// PredictAll answers many texts, in their order, on all cores. It stops between
// batches when ctx is done. A text alone and the same text among others get the same
// answer, to the last bit. With an error there are no answers; weights that make a
// probability NaN are a [verso.ErrNotFinite].
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error) {
	return classify.PredictAll(ctx, 0, c.plain, c.classes, texts, func(r *replica, part []string) ([]float32, error) {
		batch := make([][]int, len(part))
		for i, t := range part {
			batch[i], _ = c.ids(t)
		}
		return r.run(batch)
	})
}

// Evaluate predicts the examples and counts which class was taken for which. An
// example of a class that the model does not know is an [ErrClass].
func (c *Classifier) Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error) {
	return classify.Evaluate(ctx, c.classes, examples, ErrClass, c.PredictAll)
}

// Explanation says what a classifier looked at in a text.
type Explanation struct {
	Prediction verso.Prediction
	Words      []Word  // in their order
	Layers     [][]Map // of self-attention: for each layer its heads, words by words
}

// Word is a word of a text with the weight it got when the text was pooled into
// one row. The weights of a text sum to 1. They say where the answer was read, not
// what each word did to it (Jain & Wallace 2019, Attention is not explanation).
type Word struct {
	Text       string // as the tokenizer returned it
	Start, End int    // byte offsets into the text
	Weight     float64
}

// Explain predicts a text and returns the weights of attention.
func (c *Classifier) Explain(text string) (*Explanation, error) {
	ids, tokens := c.ids(text)
	e := &Explanation{}
	err := c.seeing.With(func(r *replica) error {
		p, err := r.run([][]int{ids})
		if err != nil {
			return err
		}
		if e.Prediction = classify.Predictions(nil, c.classes, p)[0]; math.IsNaN(e.Prediction.Probability) {
			return fmt.Errorf("%w: the probabilities of the classes", verso.ErrNotFinite)
		}
		for _, w := range r.out.layers {
			maps, err := w.Maps(r.m)
			if err != nil {
				return err
			}
			e.Layers = append(e.Layers, maps[0])
		}
		pooled, err := r.out.pooled.Maps(r.m)
		if err != nil {
			return err
		}
		for i, t := range tokens {
			e.Words = append(e.Words, Word{Text: t.Text, Start: t.Start, End: t.End, Weight: float64(pooled[0][0].Weights[i])})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}
