package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// What is shown of an explanation.
const (
	explained   = 2   // texts, one of a class
	pushed      = 5   // n-grams that speak most for the class
	pulled      = 2   // n-grams that speak most against it
	longestText = 300 // characters
)

// explain says why the model answers as it does, for the text of each class, of
// two at most, that it is surest of.
func explain(ctx context.Context, out io.Writer, m classifier, examples []dataset.Example) error {
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
		if err := explainOne(out, m, examples[best], predictions[best]); err != nil {
			return err
		}
	}
	return nil
}

// explainOne says as much of an answer as its model can.
func explainOne(out io.Writer, m classifier, example dataset.Example, p verso.Prediction) error {
	switch m := m.(type) {
	case *conv1d.Classifier:
		e, err := m.Explain(example.Text)
		if err == nil {
			printExplanation(out, example, e)
		}
		return err
	case *attention.Classifier:
		e, err := m.Explain(example.Text)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\nwhere it looked, %s, %.3f sure (it is %s):\n", p.Class, p.Probability, example.Class)
		return e.Draw(out)
	}
	fmt.Fprintf(out, "\nsurest of %s, %.3f (it is %s): %s\n", p.Class, p.Probability, example.Class, clip(example.Text))
	return nil
}

// printExplanation writes the score of a class as the sum that it is: of what
// the n-grams contribute that won the pooling, and the bias. It names those that
// weigh most, none of them part of another.
func printExplanation(out io.Writer, example dataset.Example, e *conv1d.Explanation) {
	fmt.Fprintf(out, "\nwhy %s, %.3f sure (it is %s): %s\n", e.Class, e.Prediction.Probability, example.Class, clip(example.Text))
	spans := merge(e.NGrams)
	rest := e.Score
	var named []conv1d.NGram
	name := func(n conv1d.NGram) bool {
		if n.Text == "" || slices.ContainsFunc(named, func(m conv1d.NGram) bool { return within(n, m) || within(m, n) }) {
			return false
		}
		fmt.Fprintf(out, "  %+.2f  %q\n", n.Contribution, n.Text)
		named, rest = append(named, n), rest-n.Contribution
		return true
	}
	left := pushed
	for _, n := range spans {
		if left > 0 && n.Contribution > 0 && name(n) {
			left--
		}
	}
	left = pulled
	for _, n := range slices.Backward(spans) {
		if left > 0 && n.Contribution < 0 && name(n) {
			left--
		}
	}
	fmt.Fprintf(out, "  %+.2f  %d more n-grams and the bias\n  %+.2f  in all: the score of %s above the mean of the classes\n",
		rest, len(spans)-len(named), e.Score, e.Class)
}

func within(a, b conv1d.NGram) bool { return b.Start <= a.Start && a.End <= b.End }

// merge adds up n-grams that see the same words: at the ends of a text, filters
// of several widths do.
func merge(ngrams []conv1d.NGram) []conv1d.NGram {
	var out []conv1d.NGram
	at := map[[2]int]int{}
	for _, n := range ngrams {
		key := [2]int{n.Start, n.End}
		if i, ok := at[key]; ok {
			out[i].Contribution += n.Contribution
		} else {
			at[key] = len(out)
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b conv1d.NGram) int { return cmp.Compare(b.Contribution, a.Contribution) })
	return out
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
