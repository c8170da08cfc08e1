package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It writes results to stdout; to stderr it writes the progress bar
// and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "sentences", start(ctx, args, stdout, stderr), stderr)
}

func start(ctx context.Context, args []string, stdout, stderr io.Writer) error {
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
	if o.ask != "" {
		return c.answer(o, t)
	}
	return judge(ctx, o, c, t)
}
