package main

import (
	"fmt"

	"github.com/seed6481993f/verso"
)

// corpus says what a model is trained and judged on.
func (t *terminal) corpus(c *corpus, p part) {
	t.Printf("%s: %d texts to learn from, %d to choose the epoch, %d held out; classes %q\n\n",
		c.name, len(p.train), len(p.dev), len(p.test), c.classes)
}

// judged says how well a model does on texts that it has not seen.
func (t *terminal) judged(h *verso.History, c *verso.Confusion, b baselines) {
	if h.Best >= 0 {
		t.Printf("kept the weights of epoch %d\n", h.Best+1)
	}
	t.compared(verso.Scores{c.Accuracy()}, b)
	t.Printf("%s\n%s", c, c.Report())
}

// compared sets the model beside answers that need no network.
func (t *terminal) compared(scores verso.Scores, b baselines) {
	t.Printf(`
accuracy on held-out texts
  most frequent class  %.4f
  naive Bayes          %.4f
  this model           %s

`, b.majority, b.naiveBayes, scores)
}

// saved says where the model went.
func (t *terminal) saved(path string, kept bool, tested int) {
	hint := ""
	if !kept {
		hint = " (deleted at the end; -save FILE keeps it)"
	}
	t.Printf("\nsaved to %s%s\nloaded again: the same answers to all %d held-out texts\n", path, hint, tested)
}

// figures writes the last line, for scripts.
func (t *terminal) figures(scores verso.Scores, b baselines, tested int) {
	std := ""
	if len(scores) > 1 {
		std = fmt.Sprintf(" std=%.4f", scores.Std())
	}
	t.Printf("\naccuracy=%.4f%s majority=%.4f naive_bayes=%.4f tested=%d\n", scores.Mean(), std, b.majority, b.naiveBayes, tested)
}
