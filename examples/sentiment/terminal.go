package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/seed6481993f/verso"
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
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.bar = progressbar.NewOptions(1, progressbar.OptionSetWriter(f), progressbar.OptionSetWidth(40),
			progressbar.OptionSetDescription("training"), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
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
