package main

import (
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// progress returns a callback of Fit that moves a bar with every step and writes a
// line after every epoch.
func progress(t *cli.Terminal) func(verso.Progress) error {
	t.Begin("learning")
	return func(p verso.Progress) error {
		t.Advance(float64(p.Step) / float64(p.Steps))
		if p.EpochDone {
			t.Printf("epoch %d of %d: perplexity %.2f in training, %.2f of the validation text\n", p.Epoch, p.Epochs, math.Exp(p.MeanLoss), math.Exp(-p.Score))
		}
		return nil
	}
}
