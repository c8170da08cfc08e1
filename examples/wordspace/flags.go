package main

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the questions
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// options are the command line.
type options struct {
	vectors, analogies, pairs string
	method                    vectors.Method
	restrict, top             int
	quick, converse           bool
	seed                      uint64
	ask                       string
}

func parse(args []string, help io.Writer) (options, error) {
	var o options
	var method string
	fs := flag.NewFlagSet("wordspace", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.vectors, "vectors", "", "word vectors, `FILE` of word2vec, GloVe or fastText (default: a part of GloVe)")
	fs.StringVar(&o.analogies, "analogies", "", "questions, `FILE` of four words a line (default: word2vec's questions-words)")
	fs.StringVar(&o.pairs, "pairs", "", "pairs, `FILE` of two words and a score a line (default: a small set of our own)")
	fs.StringVar(&method, "method", "add", "of analogies: add (3CosAdd) or mul (3CosMul)")
	fs.IntVar(&o.restrict, "restrict", vectors.DefaultEvaluateConfig().Restrict, "judge so many words, from the first in the file; 0: all")
	fs.IntVar(&o.top, "top", 10, "answers to a question")
	fs.BoolVar(&o.converse, "i", false, "answer questions, a line each")
	fs.BoolVar(&o.quick, "quick", false, "a part of the analogies")
	fs.Uint64Var(&o.seed, "seed", 1, "of the part that -quick draws")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: wordspace [flags] [question]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		fmt.Fprint(help, "A question is\n", grammar)
		return o, err
	case err != nil:
		return o, err
	}
	switch method {
	case "add":
		o.method = vectors.CosAdd
	case "mul":
		o.method = vectors.CosMul
	default:
		return o, fmt.Errorf("-method wants add or mul, got %q", method)
	}
	switch {
	case o.restrict < 0:
		return o, fmt.Errorf("-restrict wants 0 or more, got %d", o.restrict)
	case o.top < 1:
		return o, fmt.Errorf("-top wants at least 1, got %d", o.top)
	}
	o.ask = strings.Join(fs.Args(), " ")
	return o, nil
}

func (o options) evaluate() vectors.EvaluateConfig {
	cfg := vectors.DefaultEvaluateConfig()
	cfg.Restrict, cfg.Method = o.restrict, o.method
	return cfg
}

var (
	//go:embed data/questions-words.txt.gz
	questionsWords []byte
	//go:embed data/pairs.tsv
	ownPairs []byte
)

// quickQuestions is how many questions of a section are left by -quick.
const quickQuestions = 100

// load reads the questions and pairs that the flags name, or those that come along.
func (o options) load() (questions []vectors.AnalogySection, pairs []vectors.WordPair, err error) {
	if o.analogies != "" {
		questions, err = vectors.LoadAnalogies(o.analogies)
	} else {
		questions, err = builtInQuestions()
	}
	if err != nil {
		return nil, nil, err
	}
	if o.quick {
		r := rand.New(rand.NewPCG(o.seed, 0))
		for i, s := range questions {
			r.Shuffle(len(s.Questions), func(a, b int) { s.Questions[a], s.Questions[b] = s.Questions[b], s.Questions[a] })
			questions[i].Questions = slices.Clip(s.Questions[:min(quickQuestions, len(s.Questions))])
		}
	}
	if o.pairs != "" {
		pairs, err = vectors.LoadPairs(o.pairs)
	} else {
		pairs, err = vectors.ReadPairs(bytes.NewReader(ownPairs))
	}
	return questions, pairs, err
}

func builtInQuestions() ([]vectors.AnalogySection, error) {
	z, err := gzip.NewReader(bytes.NewReader(questionsWords))
	if err != nil {
		return nil, err
	}
	return vectors.ReadAnalogies(z)
}
