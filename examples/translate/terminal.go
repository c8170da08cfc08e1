package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run: its results on out and, where standard error is a terminal, a bar there.
type terminal struct {
	out io.Writer
	bar *progressbar.ProgressBar // nil: none
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	t := &terminal{out: stdout}
	t.bar = cli.Bar(stderr, 1000, "training")
	return t
}

// advance moves the bar. A bar that cannot be drawn is no reason to stop.
func (t *terminal) advance(done, of int64) error {
	if t.bar != nil && of > 0 {
		_ = t.bar.Set(int(1000 * done / of))
	}
	return nil
}

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// close takes the bar away.
func (t *terminal) close() {
	if t.bar != nil {
		_ = t.bar.Clear()
		t.bar = nil
	}
}
