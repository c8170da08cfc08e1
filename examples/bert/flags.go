package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
)

// mask stands for a word that is to be filled in.
const mask = "[MASK]"

// options are the command line.
type options struct {
	pretrain pretrainFlag
	finetune string
	model    string
	fill     string
	save     string
	epochs   int
	copies   int
	rate     float64
	seed     uint64
	workers  int
	quick    bool
}

// pretrainFlag is -pretrain, for the text of this program, or -pretrain=FILE.
type pretrainFlag struct {
	given bool
	file  string
}

func (p *pretrainFlag) String() string   { return p.file }
func (p *pretrainFlag) IsBoolFlag() bool { return true }

// Set takes what stands behind "=": "true" where nothing does.
func (p *pretrainFlag) Set(s string) error {
	if on, err := strconv.ParseBool(s); err == nil {
		p.given, p.file = on, ""
		return nil
	}
	p.given, p.file = true, s
	return nil
}

// parse reads the command line. It writes the help, where that is asked for, and
// nothing else.
func parse(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("bert", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.Var(&o.pretrain, "pretrain", "pre-train, and no more unless -finetune is given: on two novels, or with -pretrain=`FILE` on a text of your own")
	fs.StringVar(&o.finetune, "finetune", "", "examples to fine-tune on: `FILE.tsv`, a class, a tab and a text a line (default: film reviews)")
	fs.StringVar(&o.model, "model", "", "start from a model of Hugging Face's in folder `DIR` instead of pre-training")
	fs.StringVar(&o.fill, "fill", "", "a `TEXT` with [MASK] in it to be filled; with -model, lines are read from standard input without it")
	fs.StringVar(&o.save, "save", "", "keep the model in folder `DIR`, as Hugging Face's library reads it")
	fs.IntVar(&o.epochs, "epochs", 3, "passes over the examples")
	fs.IntVar(&o.copies, "copies", 4, "times that the corpus is masked anew")
	fs.Float64Var(&o.rate, "rate", 0, "highest learning rate of fine-tuning (default 6e-4, with -model 5e-5)")
	fs.Uint64Var(&o.seed, "seed", 1, "of first weights, masks, order, cuts and dropout")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "cores to use; no figure depends on it")
	fs.BoolVar(&o.quick, "quick", false, "a part of the data, some seconds")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: bert [flags]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; a corpus of your own is given as -pretrain=FILE; see -help", fs.Arg(0))
	}
	return o, o.complete()
}

// complete fills in what depends on other flags and refuses contradictions.
func (o *options) complete() error {
	switch {
	case o.model != "" && o.pretrain.given:
		return errors.New("-model and -pretrain exclude each other")
	case o.fill != "" && !strings.Contains(o.fill, mask):
		return fmt.Errorf("-fill wants a text with %s in it, got %q", mask, o.fill)
	case o.epochs < 1:
		return fmt.Errorf("-epochs wants at least 1, got %d", o.epochs)
	case o.copies < 1:
		return fmt.Errorf("-copies wants at least 1, got %d", o.copies)
	case !(o.rate >= 0 && o.rate < 1):
		return fmt.Errorf("-rate wants a number from 0 to below 1, got %v", o.rate)
	case o.workers < 1:
		return fmt.Errorf("-workers wants at least 1, got %d", o.workers)
	}
	if o.rate == 0 {
		o.rate = 6e-4
		if o.model != "" {
			o.rate = 5e-5
		}
	}
	if o.quick {
		o.copies = 1
	}
	return nil
}

// finetunes reports whether a classifier is asked for.
func (o options) finetunes() bool {
	return o.finetune != "" || o.model == "" && !o.pretrain.given
}
