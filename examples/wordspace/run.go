package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It reads a conversation from stdin and writes answers to stdout; to
// stderr it writes the progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "wordspace", start(ctx, args, stdin, stdout, stderr), stderr)
}

func start(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	s, err := loadSpace(o.vectors)
	if err != nil {
		return err
	}
	t := &terminal{cli.NewTerminal(stdout, stderr)}
	defer t.Close()
	switch {
	case o.ask != "":
		answer, err := s.answer(o.ask, o.top)
		if err == nil {
			t.Printf("%s", answer)
		}
		return err
	case o.converse:
		return s.converse(ctx, stdin, t, o.top)
	}
	return judge(ctx, o, s, t)
}
