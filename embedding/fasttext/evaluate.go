package fasttext

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Evaluation counts what a classifier said of texts whose labels are known.
type Evaluation struct {
	Examples  int // texts with a known label, and a known word or n-gram
	Predicted int // labels said
	Known     int // labels that the texts have, of those that the model knows
	Right     int // labels said that the texts have
	Labels    map[string]LabelCount
}

// LabelCount is the same for one label.
type LabelCount struct{ Predicted, Known, Right int }

// Precision is Right/Predicted, 0 where nothing was said.
func (e Evaluation) Precision() float64 { return ratio(e.Right, e.Predicted) }

// Recall is Right/Known, 0 where nothing was known.
func (e Evaluation) Recall() float64 { return ratio(e.Right, e.Known) }

// Precision is Right/Predicted, 0 where nothing was said.
func (c LabelCount) Precision() float64 { return ratio(c.Right, c.Predicted) }

// Recall is Right/Known, 0 where nothing was known.
func (c LabelCount) Recall() float64 { return ratio(c.Right, c.Known) }

// F1 is the harmonic mean of precision and recall, 2·Right/(Predicted+Known).
func (c LabelCount) F1() float64 { return ratio(2*c.Right, c.Predicted+c.Known) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Evaluate predicts k labels at most of each text, of a probability of at least threshold, and counts them, as fastText's test does: with k = 1
// its P@1 and R@1 are [Evaluation.Precision] and [Evaluation.Recall]. Labels are given as in training; those that the model does not know do not
// count, and texts without any other are passed over. Errors are those of [Model.Predict], and that of ctx, wrapped.
func (m *Model) Evaluate(ctx context.Context, examples iter.Seq[Example], k int, threshold float32) (Evaluation, error) {
	e := Evaluation{Labels: map[string]LabelCount{}}
	if m.args.Kind != Supervised || k < 1 {
		_, err := m.AppendPredict(nil, "", k, threshold)
		return e, err
	}
	var said []Prediction
	n := 0
	for x := range examples {
		if n++; n%64 == 0 && ctx.Err() != nil {
			break
		}
		labels := m.known(x)
		if len(labels) == 0 || len(m.appendLine(nil, x.Text)) == 0 {
			continue
		}
		var err error
		if said, err = m.AppendPredict(said[:0], x.Text, k, threshold); err != nil {
			return e, err
		}
		e.Examples++
		for _, label := range labels {
			e.count(label, 0, 1, 0)
		}
		for _, p := range said {
			right := 0
			if slices.Contains(labels, p.Label) {
				right = 1
			}
			e.count(p.Label, 1, 0, right)
		}
	}
	if err := ctx.Err(); err != nil {
		return e, fmt.Errorf("fasttext: evaluating: %w", err)
	}
	return e, nil
}

func (e *Evaluation) count(label string, predicted, known, right int) {
	c := e.Labels[label]
	e.Labels[label] = LabelCount{c.Predicted + predicted, c.Known + known, c.Right + right}
	e.Predicted, e.Known, e.Right = e.Predicted+predicted, e.Known+known, e.Right+right
}

// known are the labels of an example that the model has, each once.
func (m *Model) known(x Example) (labels []string) {
	add := func(label string) {
		if i, ok := m.dict.index[label]; ok && i >= m.dict.words && !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	for _, label := range x.Labels {
		add(prefixed(label))
	}
	for _, word := range Split(x.Text) {
		if strings.HasPrefix(word, LabelPrefix) {
			add(word)
		}
	}
	return labels
}

// prefixed is a label as it stands in a text.
func prefixed(label string) string {
	if strings.HasPrefix(label, LabelPrefix) {
		return label
	}
	return LabelPrefix + label
}
