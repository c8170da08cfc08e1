package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// options are the command line.
type options struct {
	vectors, sts, method string
	top                  int
	quick                bool
	seed                 uint64
	ask                  string
}

func parse(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("sentences", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.method, "method", "mean", "one of "+names())
	fs.StringVar(&o.vectors, "vectors", "", "word vectors, `FILE` of word2vec, GloVe or fastText's .vec (default: a part of GloVe)")
	fs.StringVar(&o.sts, "sts", "", "pairs, `FILE` of a score, a tab, a sentence, a tab and a sentence a line (default: a small set of our own)")
	fs.IntVar(&o.top, "top", 5, "sentences in an answer")
	fs.BoolVar(&o.quick, "quick", false, "a part of the pairs")
	fs.Uint64Var(&o.seed, "seed", 1, "of the part that -quick draws")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: sentences [flags] [sentence]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	}
	if _, err := byName(o.method); err != nil {
		return o, err
	}
	if o.top < 1 {
		return o, fmt.Errorf("-top wants at least 1, got %d", o.top)
	}
	o.ask = strings.Join(fs.Args(), " ")
	return o, nil
}
