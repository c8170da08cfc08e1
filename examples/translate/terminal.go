package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// terminal shows a run: its results on out and, where standard error is a terminal, a bar there.
type terminal struct {
	out io.Writer
	bar *progressbar.ProgressBar // nil: none
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	t := &terminal{out: stdout}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.bar = progressbar.NewOptions(1000, progressbar.OptionSetWriter(f), progressbar.OptionSetWidth(40),
			progressbar.OptionSetDescription("training"), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
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
