// Package cli is what all example programs have in common: how they begin,
// what they end with, their terminal, and the lines that are typed.
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
