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

// run is the program. It reads a conversation from stdin and writes answers to stdout; to
// stderr it writes the progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := start(ctx, args, stdin, stdout, stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	line := strings.ReplaceAll(err.Error(), "\n", "; ")
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "wordspace: interrupted:", line)
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "wordspace:", line)
	return exitError
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
	t := newTerminal(stdout, stderr)
	defer t.close()
	switch {
	case o.ask != "":
		answer, err := s.answer(o.ask, o.top)
		if err == nil {
			t.printf("%s", answer)
		}
		return err
	case o.converse:
		return s.converse(ctx, stdin, t, o.top)
	}
	return judge(ctx, o, s, t)
}
