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

// run is the program. It writes results to stdout; to stderr it writes the progress bar and, where something is wrong,
// one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := start(ctx, args, stdout, stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	line := strings.ReplaceAll(err.Error(), "\n", "; ")
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "graph: interrupted:", line)
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "graph:", line)
	return exitError
}

func start(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	all, err := o.subjects()
	if err != nil {
		return err
	}
	t := newTerminal(stdout, stderr)
	defer t.close()
	var judged []figures
	for _, s := range all {
		f, err := study(ctx, o, s, t)
		if err != nil {
			return err
		}
		judged = append(judged, f)
	}
	t.lastLine(judged)
	return nil
}
