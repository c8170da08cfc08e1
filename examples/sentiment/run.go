package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It writes results to stdout; to stderr it writes the
// progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "sentiment", start(ctx, args, stdout, stderr), stderr)
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
	t := &terminal{Terminal: cli.NewTerminal(stdout, stderr)}
	defer t.Close()
	if o.several() {
		return repeat(ctx, o, c, t)
	}
	return once(ctx, o, c, t)
}

// sameAnswers fails unless both models give every text the same probabilities,
// to the last bit.
func sameAnswers(ctx context.Context, a, b classifier, examples []dataset.Example) error {
	want, err := a.PredictAll(ctx, texts(examples))
	if err != nil {
		return err
	}
	got, err := b.PredictAll(ctx, texts(examples))
	if err != nil {
		return err
	}
	for i := range want {
		if !slices.Equal(want[i].Probabilities, got[i].Probabilities) || want[i].Class != got[i].Class {
			return fmt.Errorf("the loaded model answers %.40q differently: %v before, %v after", examples[i].Text, want[i].Probabilities, got[i].Probabilities)
		}
	}
	return nil
}
