package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"

	"github.com/seed6481993f/verso/embedding/node2vec"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run: its results on out and, where standard error is a terminal, a bar there.
type terminal struct {
	out io.Writer
	bar *progressbar.ProgressBar // nil: none
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	t := &terminal{out: stdout}
	t.bar = cli.Bar(stderr, 1, "")
	return t
}

// bars returns a callback of Train that moves the bar for one of the seeds.
func (t *terminal) bars(name string, seed, seeds int) func(node2vec.Progress) error {
	if t.bar == nil {
		return nil
	}
	t.bar.Describe(fmt.Sprintf("%s, seed %d of %d", name, seed+1, seeds))
	t.bar.ChangeMax(1000 * seeds)
	return func(p node2vec.Progress) error {
		_ = t.bar.Set(1000*seed + int(1000*p.Done())) // a bar that cannot be drawn is no reason to stop
		return nil
	}
}

// printf writes to out, with the bar out of the way.
func (t *terminal) printf(format string, args ...any) {
	t.close()
	fmt.Fprintf(t.out, format, args...)
}

// close takes the bar away.
func (t *terminal) close() {
	if t.bar != nil && !t.bar.IsFinished() {
		_ = t.bar.Clear()
	}
}
