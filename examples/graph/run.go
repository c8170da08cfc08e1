package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It writes results to stdout; to stderr it writes the progress bar and, where something is wrong,
// one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "graph", start(ctx, args, stdout, stderr), stderr)
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
	t := &terminal{cli.NewTerminal(stdout, stderr)}
	defer t.Close()
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
