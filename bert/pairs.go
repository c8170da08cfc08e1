package bert

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
)

// Pair is two texts that are classified together, [CLS] A [SEP] B [SEP]: a premise
// and what may follow from it, a question and an answer, two wordings.
type Pair struct{ A, B string }

// PairExample is a pair and its class.
type PairExample struct {
	Class string
	Pair
}

// Pairs makes examples whose texts are two with a tab between them, as
// [dataset.ReadTSV] gives them of lines of three fields, examples of pairs. A text
// without a tab is [ErrExamples].
func Pairs(examples []dataset.Example) ([]PairExample, error) {
	out := make([]PairExample, len(examples))
	for i, e := range examples {
		a, b, ok := strings.Cut(e.Text, "\t")
		if !ok {
			return nil, fmt.Errorf("%w: example %d: want two texts with a tab between them, got %.60q", ErrExamples, i, e.Text)
		}
		out[i] = PairExample{e.Class, Pair{a, b}}
	}
	return out, nil
}

// FineTunePairs is [FineTune] for pairs of texts.
func FineTunePairs(ctx context.Context, m *Model, train, dev []PairExample, c ClassifierConfig, fit verso.FitConfig) (*Classifier, *verso.History, error) {
	classes, _ := split(train)
	k, err := NewClassifier(m, dataset.Classes(classes), c)
	if err != nil {
		return nil, nil, err
	}
	h, err := k.FitPairs(ctx, train, dev, fit)
	return k, h, err
}

// FitPairs is [Classifier.Fit] for pairs of texts. A pair that is too long loses
// pieces of its longer text first.
func (k *Classifier) FitPairs(ctx context.Context, train, dev []PairExample, fit verso.FitConfig) (*verso.History, error) {
	examples, pairs := split(train)
	labels, err := classify.Labels(k.classes, examples, "training example", ErrClass)
	if err != nil {
		return nil, err
	}
	ids, types, err := encodeAll(ctx, pairs, k.encodePair)
	if err != nil {
		return nil, err
	}
	return k.fit(ctx, ids, types, labels, fit.WithScore(len(dev), func(ctx context.Context) (float64, error) {
		c, err := k.EvaluatePairs(ctx, dev)
		if err != nil {
			return 0, err
		}
		return c.Accuracy(), nil
	}))
}

// PredictPairs is [Classifier.PredictAll] for pairs of texts.
func (k *Classifier) PredictPairs(ctx context.Context, pairs []Pair) ([]verso.Prediction, error) {
	return predictAll(ctx, k, pairs, k.encodePair)
}

// EvaluatePairs is [Classifier.Evaluate] for pairs of texts.
func (k *Classifier) EvaluatePairs(ctx context.Context, examples []PairExample) (*verso.Confusion, error) {
	classes, pairs := split(examples)
	return classify.Evaluate(ctx, k.classes, classes, ErrClass, func(ctx context.Context, _ []string) ([]verso.Prediction, error) {
		return k.PredictPairs(ctx, pairs)
	})
}

func (k *Classifier) encodePair(p Pair) (wordpiece.Encoding, error) {
	return k.model.pieces.EncodePair(p.A, p.B, k.limit)
}

// split returns the classes of examples, without texts, and their pairs.
func split(examples []PairExample) (classes []dataset.Example, pairs []Pair) {
	for _, e := range examples {
		classes, pairs = append(classes, dataset.Example{Class: e.Class}), append(pairs, e.Pair)
	}
	return classes, pairs
}
