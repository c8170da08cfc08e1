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
	err := start(ctx, args, stdin, stdout, stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	line := strings.ReplaceAll(err.Error(), "\n", "; ")
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "bert: interrupted:", line)
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "bert:", line)
	return exitError
}

func start(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	t := newTerminal(stdout, stderr)
	defer t.clear()
	r := &session{options: o, t: t, stdin: stdin}
	if o.model != "" {
		err = r.open()
	} else {
		err = r.learn(ctx)
	}
	if err != nil {
		return err
	}
	if err := r.fillMasks(ctx); err != nil {
		return err
	}
	if o.finetunes() {
		err = r.classify(ctx)
	} else {
		err = r.keep()
	}
	if err != nil {
		return err
	}
	if r.figures != "" {
		t.printf("%s\n", r.figures)
	}
	return nil
}
