package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// options are the command line.
type options struct {
	phrases   []string
	ask       bool
	model     string
	vectors   string
	out       string
	epochs    int
	seed      uint64
	workers   int
	quick     bool
	dev       bool
	trainOnly bool
}

// models that -model may name.
var models = []string{"w2vv", "w2vv++", "dual"}

// examplePhrases are asked where nothing else is.
var examplePhrases = []string{"a red fruit", "sad face", "woman playing a sport", "animal del mar", "a clock at half past three"}

// parse reads the command line. It writes the help, where that is asked for, and
// nothing else.
func parse(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("imagesearch", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.BoolVar(&o.ask, "ask", false, "answer the lines of standard input")
	fs.StringVar(&o.model, "model", "w2vv", "one of "+strings.Join(models, ", "))
	fs.StringVar(&o.vectors, "vectors", "", "word vectors too, `FILE` of word2vec (text or binary) or GloVe (text)")
	fs.StringVar(&o.out, "out", "imagesearch.png", "draw the answers into `FILE.png`, after each phrase")
	fs.IntVar(&o.epochs, "epochs", 0, "passes over the names; 0: as many as suit the model")
	fs.Uint64Var(&o.seed, "seed", 1, "of the cut, first weights and order")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "cores to use; the result does not depend on it")
	fs.BoolVar(&o.quick, "quick", false, "a part of the emoji, some seconds")
	fs.BoolVar(&o.dev, "dev", false, "leave the held-out emoji out altogether and hold out others instead, to choose settings by")
	fs.BoolVar(&o.trainOnly, "train-only", false, "train and judge, answer nothing")

	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: imagesearch [flags] [phrase ...]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	}
	if o.phrases = fs.Args(); len(o.phrases) == 0 && !o.ask {
		o.phrases = examplePhrases
	}
	return o, o.check(fs.NArg() > 0)
}

// check refuses flags that contradict each other or name places that nothing
// can be written to: now, and not after a minute of training.
func (o options) check(asked bool) error {
	switch {
	case !slices.Contains(models, o.model):
		return fmt.Errorf("-model wants one of %s, got %q", strings.Join(models, ", "), o.model)
	case o.epochs < 0:
		return fmt.Errorf("-epochs wants 0 or more, got %d", o.epochs)
	case o.workers < 1:
		return fmt.Errorf("-workers wants at least 1, got %d", o.workers)
	case o.trainOnly && (asked || o.ask):
		return errors.New("-train-only answers nothing: it excludes phrases and -ask")
	case !strings.HasSuffix(strings.ToLower(o.out), ".png"):
		return fmt.Errorf("-out wants a name that ends in .png, got %q", o.out)
	}
	for _, phrase := range o.phrases {
		if strings.TrimSpace(phrase) == "" {
			return errors.New("a phrase wants at least one word, got none")
		}
	}
	if o.trainOnly {
		return nil
	}
	if d, err := os.Stat(filepath.Dir(o.out)); err != nil {
		return err
	} else if !d.IsDir() {
		return fmt.Errorf("%s is no folder", filepath.Dir(o.out))
	}
	return nil
}
