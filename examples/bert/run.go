package main

import (
	"context"
	"fmt"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It writes results to stdout; to stderr it writes the
// progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "bert", start(ctx, args, stdin, stdout, stderr), stderr)
}

func start(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	t := cli.NewTerminal(stdout, stderr)
	defer t.Close()
	r := &session{options: o, t: t, stdin: stdin}
	if o.model != "" {
		err = r.open()
	} else {
		err = r.learn(ctx)
	}
	if err != nil {
		return err
	}
	if !o.finetunes() { // what was learned is kept before anything else can fail
		if err := r.keep(); err != nil {
			return err
		}
	}
	if err := r.fillMasks(ctx); err != nil {
		return err
	}
	if o.finetunes() {
		if err := r.classify(ctx); err != nil {
			return err
		}
	}
	if r.figures == "" { // nothing was trained
		r.figures = fmt.Sprintf("filled=%d", r.filled)
	}
	t.Printf("%s\n", r.figures)
	return nil
}
