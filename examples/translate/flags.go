package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/seed6481993f/verso/attention"
)

// options are the command line.
type options struct {
	data, save            string
	minutes, rate         float64
	epochs, words, hidden int
	beam                  int
	quick                 bool
	seed                  uint64
	ask                   []string
}

// patient is from how many minutes on a run is worth a larger model.
const patient = 5

func parse(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("translate", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.data, "data", "", "pairs, `FILE` of a source, a tab and a target a line (default: English and Spanish)")
	fs.StringVar(&o.save, "save", "", "write the model to `FILE`")
	fs.Float64Var(&o.minutes, "minutes", 0, "train for so long instead of -epochs; results then depend on the machine")
	fs.IntVar(&o.epochs, "epochs", 0, "passes over the pairs (0: 4, with -quick 6)")
	fs.Float64Var(&o.rate, "rate", 0, "learning rate at the start, from which it falls to 0 (0: 0.003, with -quick 0.006)")
	fs.IntVar(&o.words, "words", 0, fmt.Sprintf("most frequent words that are kept of each language (0: 4000, from %d minutes on 12000)", patient))
	fs.IntVar(&o.hidden, "hidden", 0, fmt.Sprintf("units of the nets (0: 128, from %d minutes on 256)", patient))
	fs.IntVar(&o.beam, "beam", 4, "beginnings followed at once; 1: greedy")
	fs.BoolVar(&o.quick, "quick", false, "short sentences and a smaller model, some seconds")
	fs.Uint64Var(&o.seed, "seed", 1, "of everything random")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: translate [flags] [sentence …]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	}
	switch {
	case !(o.minutes >= 0 && o.minutes <= 1e5):
		return o, fmt.Errorf("-minutes wants 0 or more, got %v", o.minutes)
	case !(o.rate >= 0 && o.rate < 1):
		return o, fmt.Errorf("-rate wants a number from 0 to below 1, got %v", o.rate)
	case o.epochs < 0 || o.words < 0 || o.hidden < 0:
		return o, fmt.Errorf("-epochs, -words and -hidden want 0 or more, got %d, %d and %d", o.epochs, o.words, o.hidden)
	case o.beam < 1:
		return o, fmt.Errorf("-beam wants 1 or more, got %d", o.beam)
	case o.minutes > 0 && o.epochs > 0:
		return o, errors.New("-minutes and -epochs exclude each other")
	}
	if o.rate == 0 {
		o.rate = 0.003
		if o.quick {
			o.rate = 0.006
		}
	}
	o.ask = fs.Args()
	return o, nil
}

// limit is how long training may take, 0 without a limit.
func (o options) limit() time.Duration { return time.Duration(o.minutes * float64(time.Minute)) }

// passes is the number of epochs; with a limit of time it is out of reach.
func (o options) passes() int {
	switch {
	case o.minutes > 0:
		return 10_000
	case o.epochs > 0:
		return o.epochs
	case o.quick:
		return 6
	}
	return 4
}

// model is the translator that the flags ask for.
func (o options) model() attention.TranslatorConfig {
	c := attention.DefaultTranslatorConfig()
	c.Seed, c.MaxWords, c.Hidden, c.MinCount, c.Dropout = o.seed, 4000, 128, 2, 0.2
	switch {
	case o.quick:
		c.MaxWords, c.Hidden = 2500, 64
	case o.minutes >= patient:
		c.MaxWords, c.Hidden = 12000, 256
	}
	if o.words > 0 {
		c.MaxWords = o.words
	}
	if o.hidden > 0 {
		c.Hidden = o.hidden
	}
	c.Dim, c.Attention = max(1, c.Hidden/2), max(1, c.Hidden/2)
	return c
}

// search is how translations are found.
func (o options) search() attention.SearchConfig {
	s := attention.DefaultSearchConfig()
	s.Beam = o.beam
	return s
}
