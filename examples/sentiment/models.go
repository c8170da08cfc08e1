package main

import (
	"context"
	"maps"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/recurrent"
)

// classifier is what all of them can do.
type classifier interface {
	Classes() []string
	Fit(ctx context.Context, train, dev []dataset.Example, fit verso.FitConfig) (*verso.History, error)
	Evaluate(ctx context.Context, examples []dataset.Example) (*verso.Confusion, error)
	PredictAll(ctx context.Context, texts []string) ([]verso.Prediction, error)
	SaveFile(path string) error
}

// kind is a kind of classifier.
type kind struct {
	build func(o options, seed uint64, classes []string, words *vocab.Vocabulary, v *vectors.Vectors) (classifier, error)
	fit   func() verso.FitConfig
	load  func(path string) (classifier, error)
}

// kinds are those of -model.
var kinds = map[string]kind{
	"cnn": {
		func(o options, seed uint64, classes []string, words *vocab.Vocabulary, v *vectors.Vectors) (classifier, error) {
			return conv1d.New(classes, words, v, o.convolution(seed))
		},
		conv1d.DefaultFit,
		func(path string) (classifier, error) { return conv1d.LoadFile(path) },
	},
	"lstm": recurrentKind(recurrent.CellLSTM),
	"gru":  recurrentKind(recurrent.CellGRU),
	"attention": {
		func(o options, seed uint64, classes []string, words *vocab.Vocabulary, _ *vectors.Vectors) (classifier, error) {
			c := attention.DefaultConfig()
			c.Tokenizer, c.Seed = o.tokenizer, seed
			return attention.New(classes, words, c)
		},
		attention.DefaultFit,
		func(path string) (classifier, error) { return attention.LoadFile(path) },
	},
}

func recurrentKind(cell recurrent.CellKind) kind {
	return kind{
		func(o options, seed uint64, classes []string, words *vocab.Vocabulary, _ *vectors.Vectors) (classifier, error) {
			c := recurrent.DefaultClassifierConfig()
			c.Cell, c.Tokenizer, c.Seed = cell, o.tokenizer, seed
			return recurrent.NewClassifier(classes, words, nil, c)
		},
		recurrent.DefaultClassifierFit,
		func(path string) (classifier, error) { return recurrent.LoadClassifierFile(path) },
	}
}

func kindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// train builds a model and fits it to a part. It gives the model every class of
// the corpus: a fold's part may lack one.
func (c *corpus) train(ctx context.Context, o options, seed uint64, p part, progress func(verso.Progress) error) (classifier, *verso.History, error) {
	words, err := conv1d.Words(p.train, c.vectors, o.convolution(seed))
	if err != nil {
		return nil, nil, err
	}
	m, err := kinds[o.model].build(o, seed, c.classes, words, c.vectors)
	if err != nil {
		return nil, nil, err
	}
	history, err := m.Fit(ctx, p.train, p.dev, o.fit(seed, p, progress))
	return m, history, err
}
