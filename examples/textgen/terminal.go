package main

import (
	"fmt"
	"io"
	"math"

	"github.com/schollz/progressbar/v3"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run: its results on out and, where standard error is a
// terminal, a bar there.
type terminal struct {
	out io.Writer
	err io.Writer
	bar *progressbar.ProgressBar // nil: none
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	return &terminal{out: stdout, err: stderr}
}

// printf writes to out, with the bar out of the way.
func (t *terminal) printf(format string, args ...any) {
	t.clear()
	fmt.Fprintf(t.out, format, args...)
}

// training returns a callback of Fit that moves a bar with every step and writes
// a line after every epoch.
func (t *terminal) training() func(verso.Progress) error {
	t.bar = cli.Bar(t.err, 1, "learning")
	return func(p verso.Progress) error {
		if t.bar != nil {
			t.bar.ChangeMax(p.Steps)
			_ = t.bar.Set(p.Step) // a bar that cannot be drawn is no reason to stop
		}
		if p.EpochDone {
			t.printf("epoch %d of %d: perplexity %.2f in training, %.2f of the validation text\n", p.Epoch, p.Epochs, math.Exp(p.MeanLoss), math.Exp(-p.Score))
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
