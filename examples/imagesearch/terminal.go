package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/schollz/progressbar/v3"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
	"github.com/seed6481993f/verso/multimodal"
)

// terminal shows a run: its results on out and, where standard error is a
// terminal, a bar there.
type terminal struct {
	in  io.Reader
	out io.Writer
	bar *progressbar.ProgressBar // nil: none
}

func newTerminal(stdin io.Reader, stdout, stderr io.Writer) *terminal {
	t := &terminal{in: stdin, out: stdout}
	t.bar = cli.Bar(stderr, 1000, "training")
	return t
}

func (t *terminal) printf(format string, args ...any) {
	t.clear()
	fmt.Fprintf(t.out, format, args...)
}

// progress returns a callback of Fit that moves the bar with every step and
// writes a line an epoch.
func (t *terminal) progress() func(verso.Progress) error {
	return func(p verso.Progress) error {
		if t.bar != nil {
			_ = t.bar.Set(1000 * p.Step / p.Steps) // a bar that cannot be drawn is no reason to stop
		}
		if p.EpochDone {
			t.printf("epoch %2d/%d  loss %.5f\n", p.Epoch, p.Epochs, p.MeanLoss)
		}
		return nil
	}
}

// clear takes the bar away.
func (t *terminal) clear() {
	if t.bar != nil && !t.bar.IsFinished() {
		_ = t.bar.Clear()
	}
}

// corpus says what the model is trained and judged on.
func (t *terminal) corpus(c *corpus, p part) {
	t.printf("%d emoji; %d texts of %d of them to learn from; %d held out, whose %d names are in no such text\n\n",
		len(c.emoji), len(p.train), len(c.emoji)-len(p.unseen), len(p.unseen), len(p.queries))
}

// judged says how well held-out emoji are found by their names.
func (t *terminal) judged(r *multimodal.Ranking, b baselines) {
	t.printf(`
held-out emoji by name, among all held-out ones
  chance       R@10 %.3f
  ridge        R@10 %.3f  MedR %d
  this model   %s
`, b.chance, b.ridge, b.ridgeMedian, r)
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
	t.printf("\n%q: %s\n", phrase, strings.Join(names, ", "))
}

// drawn says where the contact sheet is.
func (t *terminal) drawn(path string, rows int) {
	t.printf("\n%d rows drawn into %s; * and frames: held-out emoji\n", rows, path)
}

// figures writes the last line, for scripts.
func (t *terminal) figures(r *multimodal.Ranking, b baselines) {
	t.printf("\nrecall_at_10=%.4f medr=%d ridge=%.4f chance=%.4f tested=%d\n", r.Recall(10), r.MedianRank(), b.ridge, b.chance, r.Queries())
}
