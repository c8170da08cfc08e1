package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It writes results to stdout; to stderr it writes the progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "word2vec", start(ctx, args, stdout, stderr), stderr)
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
	t := cli.NewTerminal(stdout, stderr)
	defer t.Close()
	t.Printf("%d sentences, %d words: %s\n", len(c.sentences), c.words, c.name)

	begin, done := time.Now(), 0.0
	t.Begin("training")
	v, stopped := models[o.model](ctx, o, c, func(share float64) {
		done = share
		t.Advance(share)
	})
	if stopped == nil {
		done = 1
	}
	seconds := time.Since(begin).Seconds()
	t.Close()
	if v == nil {
		return stopped
	}
	t.Printf("%s: %d vectors of %d numbers in %.1f s\n", o.model, v.Len(), v.Dim(), seconds)
	if err := show(t, v, o.ask); err != nil {
		return errors.Join(stopped, err)
	}
	if o.save != "" {
		if err := v.SaveFile(o.save, vectors.Word2VecText); err != nil {
			return errors.Join(stopped, err)
		}
	}
	if err := judge(t, o, c, v, done*float64(c.words)*float64(o.epochs)/seconds); err != nil {
		return errors.Join(stopped, err)
	}
	return stopped
}
