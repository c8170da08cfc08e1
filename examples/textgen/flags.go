package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

// options are the command line.
type options struct {
	text, valid, test string
	model, save       string
	checkpoint        string
	config            recurrent.LMConfig
	zaremba           bool
	epochs, batch     int
	rate              float64
	shards, workers   int
	seed              uint64
	quick             bool

	prompt   string
	generate recurrent.Options
}

// parse reads the command line. It writes the help, where that is asked for, and
// nothing else.
func parse(args []string, help io.Writer) (options, error) {
	o := options{config: recurrent.DefaultLMConfig(), generate: recurrent.DefaultOptions()}
	c, g := &o.config, &o.generate
	fs := flag.NewFlagSet("textgen", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.text, "text", "", "learn from `FILE` (default: sonnets)")
	fs.StringVar(&o.valid, "valid", "", "report the perplexity of `FILE` after each epoch (default: of the held-out text)")
	fs.StringVar(&o.test, "test", "", "judge the model by `FILE` (default: a twentieth of the text, its end)")
	fs.StringVar(&o.model, "model", "", "do not learn: take the model in `FILE`, which -save wrote")
	fs.StringVar(&o.save, "save", "", "keep the model in `FILE`")
	fs.StringVar(&o.checkpoint, "checkpoint", "", "keep the state of the training in `FILE`, and go on from there if it exists")
	fs.StringVar((*string)(&c.Level), "level", "char", "a token is a \"char\" or a \"word\"")
	fs.StringVar((*string)(&c.Cell), "cell", "lstm", "lstm, gru, rnn or rnn-relu")
	fs.StringVar(&c.Tokenizer, "tokenizer", "unicode", "of words: unicode, or whitespace for a text that is tokenized")
	fs.BoolVar(&c.Lower, "lower", false, "lower-case the text")
	fs.IntVar(&c.MinCount, "min-count", 2, "rarest token with a number of its own")
	fs.IntVar(&c.Window, "window", 0, "predict from so many tokens alone; 0: from all before")
	fs.IntVar(&c.Dim, "dim", 0, "width of a token's vector (default 200, of characters 64)")
	fs.IntVar(&c.Hidden, "hidden", 0, "width of a state (default 200, of characters 256)")
	fs.IntVar(&c.Layers, "layers", 1, "recurrent layers")
	fs.Float64Var(&c.Dropout, "dropout", -1, "probability (default 0.4, of characters 0)")
	fs.BoolVar(&c.Tied, "tied", false, "use the tokens' vectors for the logits too")
	fs.IntVar(&c.Steps, "steps", 0, "tokens through which gradients go back (default 32, of characters 64)")
	fs.BoolVar(&o.zaremba, "zaremba", false, "model and training of Zaremba et al. 2014, small, on words between blanks; of the other settings of the model only -cell, -window and -epochs count")
	fs.IntVar(&o.epochs, "epochs", 0, "passes over the text (default 2, with -quick 4, with -zaremba 13)")
	fs.IntVar(&o.batch, "batch", 0, "streams side by side (default 16, with -quick 8)")
	fs.Float64Var(&o.rate, "rate", 0.004, "highest learning rate")
	fs.IntVar(&o.shards, "shards", 1, "parts of a batch with a graph each; figures depend on it within rounding")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "cores to use; no figure depends on it")
	fs.Uint64Var(&o.seed, "seed", 1, "of first weights, dropout and the written text")
	fs.BoolVar(&o.quick, "quick", false, "a part of the text, some seconds")
	fs.StringVar(&o.prompt, "prompt", "", "go on from this `TEXT` (default: from the beginning of a line)")
	fs.Float64Var(&g.Temperature, "temperature", 0.7, "below 1 the likely gets likelier; 0: always the likeliest")
	fs.IntVar(&g.TopK, "top-k", 0, "draw from so many tokens; 0: from all")
	fs.Float64Var(&g.TopP, "top-p", 1, "draw from the likeliest tokens of this probability together")
	fs.IntVar(&g.Length, "length", 0, "most tokens to write (default 80, of characters 400)")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: textgen [flags]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; a text of your own is given as -text FILE; see -help", fs.Arg(0))
	}
	return o, o.complete()
}

// complete fills in what depends on other flags and refuses contradictions.
func (o *options) complete() error {
	c, chars := &o.config, o.config.Level == recurrent.LevelChar && !o.zaremba
	switch {
	case o.model != "" && (o.text != "" || o.save != "" || o.checkpoint != ""):
		return errors.New("-model excludes -text, -save and -checkpoint")
	case o.epochs < 0:
		return fmt.Errorf("-epochs wants at least 1, got %d", o.epochs)
	case o.batch < 0 || o.shards < 1 || o.workers < 1:
		return fmt.Errorf("-batch, -shards and -workers want at least 1, got %d, %d and %d", o.batch, o.shards, o.workers)
	case !(o.rate > 0 && o.rate < 100):
		return fmt.Errorf("-rate wants a number above 0 and below 100, got %v", o.rate)
	}
	number := func(x *int, word, char int) {
		if *x == 0 {
			if *x = word; chars {
				*x = char
			}
		}
	}
	number(&c.Dim, 200, 64)
	if o.quick && chars && c.Hidden == 0 {
		c.Hidden = 128
	}
	number(&c.Hidden, 200, 256)
	number(&c.Steps, 32, 64)
	number(&o.generate.Length, 80, 400)
	if o.batch == 0 {
		if o.batch = 16; o.quick {
			o.batch = 8
		}
	}
	if c.Dropout == -1 {
		if c.Dropout = 0.4; chars {
			c.Dropout = 0
		}
	}
	if o.zaremba {
		z := recurrent.DefaultLMConfig()
		z.Cell, z.Window = c.Cell, c.Window
		*c = z
	}
	c.Seed, o.generate.Seed = o.seed, o.seed
	return nil
}

// fit is the training that the flags ask for, for so many tokens.
func (o *options) fit(tokens int) verso.FitConfig {
	f := recurrent.DefaultLMFit(o.config)
	if !o.zaremba {
		f.Epochs, f.Batch, f.ClipNorm = 2, o.batch, 1
		if o.quick {
			f.Epochs = 4 // of a text that is a part
		}
		f.Optimizer = verso.Adam(verso.DefaultAdamConfig())
	}
	if o.epochs > 0 {
		f.Epochs = o.epochs
	}
	if !o.zaremba {
		updates := f.Epochs * max(1, tokens/(f.Batch*o.span()))
		f.Schedule = verso.CosineWarmup(o.rate, updates/20, updates)
	}
	f.Shards, f.Workers, f.Seed = o.shards, o.workers, o.seed
	f.Checkpoint, f.Resume = o.checkpoint, o.checkpoint != ""
	return f
}

// span is how many tokens an example predicts.
func (o *options) span() int {
	if o.config.Window > 0 {
		return 1
	}
	return o.config.Steps
}
