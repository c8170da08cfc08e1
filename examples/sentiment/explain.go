package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// What is shown of an explanation.
const (
	explained   = 2   // texts, one of a class
	pushed      = 4   // n-grams that speak most for the class
	pulled      = 2   // n-grams that speak most against it
	longestText = 300 // characters
)

// explain says why the model answers as it does, for the text of each class, of
// two at most, that it is surest of.
func explain(ctx context.Context, out io.Writer, m *conv1d.Classifier, examples []dataset.Example) error {
	predictions, err := m.PredictAll(ctx, texts(examples))
	if err != nil {
		return err
	}
	shown := 0
	for k, class := range m.Classes() {
		best := -1
		for i, p := range predictions {
			if examples[i].Class == class && (best < 0 || p.Probabilities[k] > predictions[best].Probabilities[k]) {
				best = i
			}
		}
		if best < 0 || shown == explained {
			continue
		}
		shown++
		e, err := m.Explain(examples[best].Text)
		if err != nil {
			return err
		}
		printExplanation(out, examples[best], e)
	}
	return nil
}

// printExplanation writes the score of a class as the sum that it is: of what
// the n-grams contribute that won the pooling, and the bias.
func printExplanation(out io.Writer, example dataset.Example, e *conv1d.Explanation) {
	fmt.Fprintf(out, "\nwhy %s, %.3f sure (it is %s): %s\n", e.Class, e.Prediction.Probability, example.Class, clip(example.Text))
	spans := merge(e.NGrams)
	rest := e.Score
	for i, s := range spans {
		if speaksFor := i < pushed && s.contribution > 0; !speaksFor && (i < len(spans)-pulled || s.contribution >= 0) {
			continue
		}
		fmt.Fprintf(out, "  %+.2f  %q\n", s.contribution, s.text)
		rest -= s.contribution
	}
	fmt.Fprintf(out, "  %+.2f  all else\n  %+.2f  in all, above the mean score of the classes\n", rest, e.Score)
}

// span is a piece of a text with what all filters that chose it contribute.
type span struct {
	text         string
	contribution float64
}

// merge adds up n-grams that see the same words: filters of several widths may,
// at the ends of a text.
func merge(ngrams []conv1d.NGram) []span {
	var spans []span
	at := map[[2]int]int{}
	for _, n := range ngrams {
		key := [2]int{n.Start, n.End}
		i, ok := at[key]
		if !ok {
			i = len(spans)
			at[key] = i
			spans = append(spans, span{text: n.Text})
		}
		spans[i].contribution += n.Contribution
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(b.contribution, a.contribution) })
	return spans
}

// clip shortens a text, and makes what is not printable harmless to a terminal.
func clip(s string) string {
	if r := []rune(s); len(r) > longestText {
		s = string(r[:longestText]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

func texts(examples []dataset.Example) []string {
	out := make([]string, len(examples))
	for i, e := range examples {
		out[i] = e.Text
	}
	return out
}
