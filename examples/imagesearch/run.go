package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Exit codes.
const (
	exitOK          = 0
	exitError       = 1
	exitInterrupted = 130 // 128 and the number of the signal, as shells have it
)

// run is the program. It writes results to stdout; to stderr it writes the
// progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := begin(ctx, args, stdin, stdout, stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	line := strings.ReplaceAll(err.Error(), "\n", "; ")
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "imagesearch: interrupted:", line)
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "imagesearch:", line)
	return exitError
}

func begin(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	c, err := load(o)
	if err != nil {
		return err
	}
	t := newTerminal(stdin, stdout, stderr)
	defer t.clear()
	return once(ctx, o, c, t)
}
