package main

import (
	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// progress returns a callback of Fit that moves a bar with every step and writes a
// line every so many steps, where that is above 0, and after every epoch.
func progress(t *cli.Terminal, name string, every int) func(verso.Progress) error {
	t.Begin(name)
	return func(p verso.Progress) error {
		t.Advance(float64(p.Step) / float64(p.Steps))
		switch {
		case p.EpochDone && p.HasScore:
			t.Printf("%s, epoch %d of %d: loss %.3f, accuracy on held-out examples %.4f\n", name, p.Epoch, p.Epochs, p.MeanLoss, p.Score)
		case every > 0 && !p.EpochDone && p.Step%every == 0:
			t.Printf("%s, step %d of %d: loss %.3f so far\n", name, p.Step, p.Steps, p.MeanLoss)
		}
		return nil
	}
}
