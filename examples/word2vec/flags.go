package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// options are the command line.
type options struct {
	corpus, model, pairs, save string
	dim, window, epochs        int
	minCount                   int
	blocks, workers            int
	quick                      bool
	rate                       float64
	seed                       uint64
	ask                        []string
}

// passes is how often each model goes over the novels by default: until it stops getting better.
var passes = map[string]int{"skipgram": 10, "cbow": 15, "glove": 25, "fasttext": 5}

func parse(args []string, help io.Writer) (options, error) {
	var o options
	known := strings.Join(slices.Sorted(maps.Keys(models)), ", ")
	fs := flag.NewFlagSet("word2vec", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.corpus, "corpus", "", "text, `FILE` of a sentence a line (default: six novels)")
	fs.StringVar(&o.model, "model", "skipgram", known)
	fs.StringVar(&o.pairs, "pairs", "", "pairs, `FILE` of two words and a score a line (default: a small set of our own)")
	fs.StringVar(&o.save, "save", "", "write the vectors to `FILE`, as word2vec text")
	fs.IntVar(&o.dim, "dim", 100, "numbers a vector")
	fs.IntVar(&o.window, "window", 5, "words to each side")
	fs.IntVar(&o.epochs, "epochs", 0, fmt.Sprintf("passes over the corpus (0: skipgram %d, cbow %d, glove %d, fasttext %d)", passes["skipgram"], passes["cbow"], passes["glove"], passes["fasttext"]))
	fs.Float64Var(&o.rate, "rate", 0, "learning rate at the start (0: that of the model's program)")
	fs.IntVar(&o.minCount, "min-count", 5, "leave out words that occur less often")
	fs.IntVar(&o.blocks, "blocks", 1, "of skipgram: parts of the words that are learned side by side; figures depend on it")
	fs.IntVar(&o.workers, "workers", 0, "cores that -blocks and glove use (0: all); no figure depends on it")
	fs.BoolVar(&o.quick, "quick", false, "a third of the corpus, half the epochs, at twice the rate")
	fs.Uint64Var(&o.seed, "seed", 1, "of everything random")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: word2vec [flags] [word,word …]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	}
	switch {
	case models[o.model] == nil:
		return o, fmt.Errorf("-model wants one of %s, got %q", known, o.model)
	case o.dim < 1 || o.window < 1 || o.minCount < 1:
		return o, fmt.Errorf("-dim, -window and -min-count want 1 or more, got %d, %d and %d", o.dim, o.window, o.minCount)
	case !(o.rate >= 0):
		return o, fmt.Errorf("-rate wants 0 or more, got %v", o.rate)
	case o.blocks < 1 || o.blocks > 1 && o.model != "skipgram":
		return o, fmt.Errorf("-blocks wants 1, or more with -model skipgram, got %d with %s", o.blocks, o.model)
	case o.workers > 1 && o.model != "glove" && o.blocks == 1:
		return o, fmt.Errorf("-workers %d: %s uses one core; skipgram uses as many as -blocks", o.workers, o.model)
	case o.epochs < 0 || o.workers < 0:
		return o, fmt.Errorf("-epochs and -workers want 0 or more, got %d and %d", o.epochs, o.workers)
	}
	if o.epochs == 0 {
		o.epochs = passes[o.model]
		if o.quick {
			o.epochs = (o.epochs + 1) / 2
		}
	}
	o.ask = strings.FieldsFunc(strings.Join(fs.Args(), " "), func(r rune) bool { return r == ',' || r == ' ' })
	if len(o.ask) == 0 {
		o.ask = []string{"mother", "horse", "church", "monday", "whispered", "tea"}
	}
	return o, nil
}
