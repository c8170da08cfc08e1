// Package cli is what all example programs have in common: how they begin,
// what they end with, and their progress bar.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Exit codes.
const (
	OK          = 0
	Failed      = 1
	Interrupted = 130 // 128 and the number of the signal, as shells have it
)

// Main runs a program until it ends or is interrupted. It does not return.
func Main(run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit returns the exit code for what a program ended with. Where something is
// wrong it writes one line to stderr; asking for help is nothing wrong.
func Exit(ctx context.Context, name string, err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return OK
	}
	line := strings.ReplaceAll(err.Error(), "\n", "; ")
	if ctx.Err() != nil {
		fmt.Fprintf(stderr, "%s: interrupted: %s\n", name, line)
		return Interrupted
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, line)
	return Failed
}

// Bar returns a progress bar of so many steps on stderr, nil where that is no
// terminal.
func Bar(stderr io.Writer, steps int, description string) *progressbar.ProgressBar {
	f, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(f), progressbar.OptionSetWidth(40),
		progressbar.OptionSetDescription(description), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}
