package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Terminal shows a run: its results on standard output and, where standard error
// is a terminal, a progress bar there. Many goroutines may use it.
type Terminal struct {
	out  io.Writer
	bars io.Writer // nil: none

	mu  sync.Mutex
	bar *progressbar.ProgressBar // nil: none now
}

// NewTerminal returns one that shows no bar yet.
func NewTerminal(stdout, stderr io.Writer) *Terminal {
	t := &Terminal{out: stdout}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.bars = f
	}
	return t
}

// parts is how finely a bar is divided.
const parts = 1000

// Begin shows a new bar.
func (t *Terminal) Begin(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hide()
	if t.bars != nil {
		t.bar = progressbar.NewOptions(parts, progressbar.OptionSetWriter(t.bars), progressbar.OptionSetWidth(40),
			progressbar.OptionSetDescription(what), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
}

// Advance moves the bar to a share of the work, from 0 to 1.
func (t *Terminal) Advance(share float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bar != nil {
		_ = t.bar.Set(int(parts * min(share, 1))) // a bar that cannot be drawn is no reason to stop
	}
}

// Printf writes to standard output, with the bar out of the way.
func (t *Terminal) Printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

// Write writes to standard output, with the bar out of the way.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hide()
	return t.out.Write(p)
}

// Close takes the bar away.
func (t *Terminal) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hide()
	t.bar = nil
}

// hide makes room for a line; the next step draws the bar again.
func (t *Terminal) hide() {
	if t.bar != nil && !t.bar.IsFinished() {
		_ = t.bar.Clear()
	}
}
