package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It reads phrases from stdin and writes results to stdout; to stderr it writes the
// progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "imagesearch", begin(ctx, args, stdin, stdout, stderr), stderr)
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
	t := &terminal{cli.NewTerminal(stdout, stderr)}
	defer t.Close()
	return once(ctx, o, c, stdin, t)
}
