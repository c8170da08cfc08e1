package main

import (
	"fmt"

	"github.com/seed6481993f/verso/embedding/node2vec"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run.
type terminal struct{ *cli.Terminal }

// training returns a callback of Train that shows a bar for one of the seeds.
func (t *terminal) training(name string, seed, seeds int) func(node2vec.Progress) error {
	t.Begin(fmt.Sprintf("%s, seed %d of %d", name, seed+1, seeds))
	return func(p node2vec.Progress) error {
		t.Advance(p.Done())
		return nil
	}
}
