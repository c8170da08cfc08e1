package main

import (
	"sync"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run. It may be used by many trainings at once.
type terminal struct {
	*cli.Terminal

	mu   sync.Mutex
	done []float64 // share of each training
}

// begin shows a bar for so many trainings.
func (t *terminal) begin(trainings int) {
	t.done = make([]float64, trainings)
	t.Begin("training")
}

// advance moves the bar for one of the trainings.
func (t *terminal) advance(training int, p verso.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done[training] = float64(p.Step) / float64(p.Steps)
	sum := 0.0
	for _, share := range t.done {
		sum += share
	}
	t.Advance(sum / float64(len(t.done)))
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
			t.Printf("epoch %2d/%d  loss %.4f\n", p.Epoch, p.Epochs, p.MeanLoss)
		case p.Score > best:
			best = p.Score
			t.Printf("epoch %2d/%d  loss %.4f  dev accuracy %.4f *\n", p.Epoch, p.Epochs, p.MeanLoss, p.Score)
		default:
			t.Printf("epoch %2d/%d  loss %.4f  dev accuracy %.4f\n", p.Epoch, p.Epochs, p.MeanLoss, p.Score)
		}
		return nil
	}
}
