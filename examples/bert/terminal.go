package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/seed6481993f/verso"
)

// terminal shows a run: its results on out and, where standard error is a
// terminal, a bar there.
type terminal struct {
	out io.Writer
	err *os.File // nil: no bar
	bar *progressbar.ProgressBar
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	t := &terminal{out: stdout}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.err = f
	}
	return t
}

// printf writes to out, with the bar out of the way.
func (t *terminal) printf(format string, args ...any) {
	t.clear()
	fmt.Fprintf(t.out, format, args...)
}

// training returns a callback of Fit that moves a bar with every step and writes
// a line every so many steps, where that is above 0, and after every epoch.
func (t *terminal) training(name string, every int) func(verso.Progress) error {
	if t.err != nil {
		t.bar = progressbar.NewOptions(1, progressbar.OptionSetWriter(t.err), progressbar.OptionSetWidth(40),
			progressbar.OptionSetDescription(name), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return func(p verso.Progress) error {
		if t.bar != nil {
			t.bar.ChangeMax(p.Steps)
			_ = t.bar.Set(p.Step) // a bar that cannot be drawn is no reason to stop
		}
		switch {
		case p.EpochDone && p.HasScore:
			t.printf("%s, epoch %d of %d: loss %.3f, accuracy on held-out examples %.4f\n", name, p.Epoch, p.Epochs, p.MeanLoss, p.Score)
		case every > 0 && !p.EpochDone && p.Step%every == 0:
			t.printf("%s, step %d of %d: loss %.3f so far\n", name, p.Step, p.Steps, p.MeanLoss)
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
