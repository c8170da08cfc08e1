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

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
)

// options are the command line.
type options struct {
	data, test, dev, vectors string
	model                    string
	variant                  conv1d.Variant
	tokenizer                string
	epochs                   int
	seed                     uint64
	folds, seeds, workers    int
	quick                    bool
	save, plot               string
}

// defaultEpochs is fewer than Kim's 25: on the film reviews little is gained after,
// and the whole run stays under a minute on two cores.
const defaultEpochs = 12

// parse reads the command line. It writes the help, where that is asked for, and
// nothing else.
func parse(args []string, help io.Writer) (options, error) {
	var o options
	var variant string
	fs := flag.NewFlagSet("sentiment", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.data, "data", "", "examples to learn from: `FILE.tsv`, a class, a tab and a text a line (default: film reviews)")
	fs.StringVar(&o.test, "test", "", "examples to be judged on, `FILE.tsv` (default: a tenth of the data)")
	fs.StringVar(&o.dev, "dev", "", "examples that choose the epoch, `FILE.tsv` (default: a tenth of the rest)")
	fs.StringVar(&o.model, "model", "cnn", "one of "+strings.Join(kindNames(), ", "))
	fs.StringVar(&variant, "variant", string(conv1d.Rand), "of -model cnn, by its word vectors: rand, static, nonstatic or multichannel; all but rand want -vectors")
	fs.StringVar(&o.vectors, "vectors", "", "word vectors, `FILE` of word2vec (text or binary) or GloVe (text)")
	fs.StringVar(&o.tokenizer, "tokenizer", "", "one of "+strings.Join(conv1d.Tokenizers(), ", ")+" (default kim, with -model attention whitespace)")
	fs.IntVar(&o.epochs, "epochs", defaultEpochs, "most passes over the training part; the best on the development part is kept; Kim has 25")
	fs.Uint64Var(&o.seed, "seed", 1, "of the cuts, first weights, order and dropout")
	fs.IntVar(&o.folds, "folds", 0, "cross-validate on so many folds")
	fs.IntVar(&o.seeds, "seeds", 1, "train with so many seeds, the first of them -seed")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "cores to use; folds and seeds run side by side")
	fs.BoolVar(&o.quick, "quick", false, "a part of the data, some seconds")
	fs.StringVar(&o.save, "save", "", "keep the model in `FILE`, a safetensors file")
	fs.StringVar(&o.plot, "plot", "", "draw the learning curve into `FILE.png`")

	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: sentiment [flags]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; see -help", fs.Arg(0))
	}
	var err error
	if o.variant, err = conv1d.ParseVariant(variant); err != nil {
		return o, err
	}
	if o.tokenizer == "" {
		if o.tokenizer = conv1d.DefaultConfig().Tokenizer; o.model == "attention" {
			o.tokenizer = "whitespace"
		}
	}
	epochsGiven := false
	fs.Visit(func(f *flag.Flag) { epochsGiven = epochsGiven || f.Name == "epochs" })
	if o.quick && !epochsGiven {
		o.epochs = 0 // as many as the time allows
	} else if o.epochs < 1 {
		return o, fmt.Errorf("-epochs wants at least 1, got %d", o.epochs)
	}
	return o, o.check()
}

// check refuses flags that contradict each other or name places that nothing
// can be written to: now, and not after a minute of training.
func (o options) check() error {
	_, known := kinds[o.model]
	switch {
	case !known:
		return fmt.Errorf("-model wants one of %s, got %q", strings.Join(kindNames(), ", "), o.model)
	case o.model != "cnn" && o.variant != conv1d.Rand:
		return fmt.Errorf("-variant wants -model cnn, got %s", o.model)
	case o.variant.Pretrained() && o.vectors == "":
		return fmt.Errorf("-variant %s wants word vectors: give -vectors FILE", o.variant)
	case !o.variant.Pretrained() && o.vectors != "":
		return fmt.Errorf("-vectors wants -variant static, nonstatic or multichannel, got %s", o.variant)
	case !slices.Contains(conv1d.Tokenizers(), o.tokenizer):
		return fmt.Errorf("-tokenizer wants one of %s, got %q", strings.Join(conv1d.Tokenizers(), ", "), o.tokenizer)
	case o.folds < 0 || o.folds == 1:
		return fmt.Errorf("-folds wants at least 2, got %d", o.folds)
	case o.seeds < 1:
		return fmt.Errorf("-seeds wants at least 1, got %d", o.seeds)
	case o.workers < 1:
		return fmt.Errorf("-workers wants at least 1, got %d", o.workers)
	case o.folds > 0 && o.seeds > 1:
		return errors.New("-folds and -seeds exclude each other")
	case o.folds > 0 && (o.test != "" || o.dev != ""):
		return errors.New("-folds cuts its own test and development parts: it excludes -test and -dev")
	case o.several() && o.save != "":
		return errors.New("-save wants a single training, without -folds and -seeds")
	case o.plot != "" && !strings.HasSuffix(strings.ToLower(o.plot), ".png"):
		return fmt.Errorf("-plot wants a name that ends in .png, got %q", o.plot)
	}
	for _, path := range []string{o.save, o.plot} {
		if path == "" {
			continue
		}
		if d, err := os.Stat(filepath.Dir(path)); err != nil {
			return err
		} else if !d.IsDir() {
			return fmt.Errorf("%s is no folder", filepath.Dir(path))
		}
	}
	return nil
}

// convolution returns Kim's settings with what the flags change.
func (o options) convolution(seed uint64) conv1d.Config {
	c := conv1d.DefaultConfig()
	c.Variant, c.Tokenizer, c.Seed = o.variant, o.tokenizer, seed
	return c
}

// fit returns the model's usual training with what the flags change.
func (o options) fit(seed uint64, p part, progress func(verso.Progress) error) verso.FitConfig {
	f := kinds[o.model].fit()
	f.Seed, f.Epochs, f.Progress = seed, o.epochs, progress
	f.Workers = max(1, o.workers/o.sideBySide())
	if o.epochs == 0 {
		f.Epochs = quickEpochs(p, o.trainings())
	}
	return f
}

// several reports whether more than one model is trained.
func (o options) several() bool { return o.folds > 0 || o.seeds > 1 }

// sideBySide is how many models are trained at the same time.
func (o options) sideBySide() int { return min(o.trainings(), o.workers) }

// trainings is how many models are trained.
func (o options) trainings() int { return max(o.folds, o.seeds) }

// savePath returns where the model goes: to -save, or for the length of this
// program to a temporary folder, which remove takes away.
func (o options) savePath() (path string, remove func(), err error) {
	if o.save != "" {
		return o.save, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "sentiment-")
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(dir, "model.safetensors"), func() { os.RemoveAll(dir) }, nil
}
