package main

import (
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
	"github.com/seed6481993f/verso/multimodal"
)

// terminal shows a run.
type terminal struct{ *cli.Terminal }

// progress returns a callback of Fit that moves the bar with every step and
// writes a line an epoch.
func (t *terminal) progress() func(verso.Progress) error {
	t.Begin("training")
	return func(p verso.Progress) error {
		t.Advance(float64(p.Step) / float64(p.Steps))
		if p.EpochDone {
			t.Printf("epoch %2d/%d  loss %.5f\n", p.Epoch, p.Epochs, p.MeanLoss)
		}
		return nil
	}
}

// corpus says what the model is trained and judged on.
func (t *terminal) corpus(c *corpus, p part) {
	t.Printf("%d emoji; %d texts of %d of them to learn from; %d held out, whose %d names are in no such text\n\n",
		len(c.emoji), len(p.train), len(c.emoji)-len(p.unseen), len(p.unseen), len(p.queries))
}

// judged says how well held-out emoji are found by their names.
func (t *terminal) judged(r *multimodal.Ranking, b baselines) {
	t.Printf(`
held-out emoji by name, among all held-out ones
  chance                 R@10 %.3f
  ridge, words alone     %s
  ridge, same features   %s
  this model             %s
`, r.Chance(10), b.words, b.features, r)
}

// found lists the answers to a phrase; a star marks held-out emoji.
func (t *terminal) found(c *corpus, p part, phrase string, hits []multimodal.Hit) {
	var names []string
	for _, h := range hits {
		name := c.emoji[c.number[h.ID]].names[0]
		if p.unseen[h.ID] {
			name += "*"
		}
		names = append(names, name)
	}
	t.Printf("\n%q: %s\n", phrase, strings.Join(names, ", "))
}

// drawn says where the contact sheet is.
func (t *terminal) drawn(path string, rows int) {
	t.Printf("\n%d rows drawn into %s; * and frames: held-out emoji\n", rows, path)
}

// figures writes the last line, for scripts.
func (t *terminal) figures(r *multimodal.Ranking, b baselines) {
	t.Printf("\nrecall_at_10=%.4f medr=%d ridge=%.4f ridge_words=%.4f chance=%.4f tested=%d\n",
		r.Recall(10), r.MedianRank(), b.features.Recall(10), b.words.Recall(10), r.Chance(10), r.Queries())
}
