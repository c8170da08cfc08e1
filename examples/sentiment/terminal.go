package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run: its results on out and, where standard error is a
// terminal, a bar there. It may be used by many trainings at once.
type terminal struct {
	out io.Writer

	mu   sync.Mutex
	bar  *progressbar.ProgressBar // nil: none
	done []int                    // thousandths of each training
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	t := &terminal{out: stdout}
	t.bar = cli.Bar(stderr, 1, "training")
	return t
}

// begin sets the bar up for so many trainings.
func (t *terminal) begin(trainings int) {
	t.done = make([]int, trainings)
	if t.bar != nil {
		t.bar.ChangeMax(1000 * trainings)
	}
}

// advance moves the bar for one of the trainings.
func (t *terminal) advance(training int, p verso.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done[training] = 1000 * p.Step / p.Steps
	if t.bar == nil {
		return
	}
	sum := 0
	for _, n := range t.done {
		sum += n
	}
	_ = t.bar.Set(sum) // a bar that cannot be drawn is no reason to stop
}

// printf writes to out, with the bar out of the way.
func (t *terminal) printf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintf(t.out, format, args...)
}

// curve returns a callback of Fit that moves the bar with every step and writes
// the learning curve, a line an epoch; a star marks the best so far.
func (t *terminal) curve() func(verso.Progress) error {
	t.begin(1)
	best := -1.0
	return func(p verso.Progress) error {
		t.advance(0, p)
		switch {
		case !p.EpochDone:
		case !p.HasScore:
			t.printf("epoch %2d/%d  loss %.4f\n", p.Epoch, p.Epochs, p.MeanLoss)
		case p.Score > best:
			best = p.Score
			t.printf("epoch %2d/%d  loss %.4f  dev accuracy %.4f *\n", p.Epoch, p.Epochs, p.MeanLoss, p.Score)
		default:
			t.printf("epoch %2d/%d  loss %.4f  dev accuracy %.4f\n", p.Epoch, p.Epochs, p.MeanLoss, p.Score)
		}
		return nil
	}
}

// close takes the bar away.
func (t *terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
}

func (t *terminal) clear() {
	if t.bar != nil && !t.bar.IsFinished() {
		_ = t.bar.Clear()
	}
}
