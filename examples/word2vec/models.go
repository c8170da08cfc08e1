package main

import (
	"context"
	"slices"

	"github.com/seed6481993f/verso/embedding/fasttext"
	"github.com/seed6481993f/verso/embedding/glove"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/word2vec"
)

// trainer learns vectors and tells advance its share of the work that is done; of a training that was stopped it returns those it has, with the
// error.
type trainer func(ctx context.Context, o options, c *corpus, advance func(share float64)) (*vectors.Vectors, error)

var models map[string]trainer

func init() {
	models = map[string]trainer{
		"skipgram": func(ctx context.Context, o options, c *corpus, advance func(float64)) (*vectors.Vectors, error) {
			return trainWord2vec(ctx, o, c, advance, word2vec.SkipGram, 0.025)
		},
		"cbow": func(ctx context.Context, o options, c *corpus, advance func(float64)) (*vectors.Vectors, error) {
			return trainWord2vec(ctx, o, c, advance, word2vec.CBOW, 0.05)
		},
		"glove":    trainGlove,
		"fasttext": trainFastText,
	}
}

// rateOr is what the flags ask for, else a model's own.
func (o options) rateOr(usual float64) float64 {
	switch {
	case o.rate > 0:
		return o.rate
	case o.quick:
		return 2 * usual
	}
	return usual
}

func trainWord2vec(ctx context.Context, o options, c *corpus, advance func(float64), a word2vec.Architecture, rate float64) (*vectors.Vectors, error) {
	cfg := word2vec.DefaultConfig()
	cfg.Architecture, cfg.Rate = a, o.rateOr(rate)
	cfg.Dim, cfg.Window, cfg.Epochs, cfg.MinCount, cfg.Seed, cfg.Workers = o.dim, o.window, o.epochs, int64(o.minCount), o.seed, o.workers
	cfg.Blocks = o.blocks
	cfg.Progress = func(p word2vec.Progress) error { advance(float64(p.Words) / float64(p.Of)); return nil }
	m, err := word2vec.Train(ctx, slices.Values(c.sentences), cfg)
	if m == nil {
		return nil, err
	}
	return m.Vectors(), err
}

func trainGlove(ctx context.Context, o options, c *corpus, advance func(float64)) (*vectors.Vectors, error) {
	cfg := glove.DefaultConfig()
	cfg.Dim, cfg.Epochs, cfg.MinCount, cfg.Seed, cfg.Workers = o.dim, o.epochs, int64(o.minCount), o.seed, o.workers
	cfg.Count.Window = 2 * o.window // it weighs by distance, where the others draw the window
	cfg.XMax = 10                   // for a small text
	cfg.Rate = o.rateOr(cfg.Rate)
	cfg.Progress = func(p glove.Progress) error {
		advance((float64(p.Epoch-1) + float64(p.Pairs)/float64(p.Of)) / float64(p.Epochs))
		return nil
	}
	m, err := glove.Train(ctx, slices.Values(c.sentences), cfg)
	if m == nil {
		return nil, err
	}
	return m.Vectors(), err
}

func trainFastText(ctx context.Context, o options, c *corpus, advance func(float64)) (*vectors.Vectors, error) {
	cfg := fasttext.DefaultConfig()
	cfg.Dim, cfg.Window, cfg.Epochs, cfg.MinCount, cfg.Seed = o.dim, o.window, o.epochs, o.minCount, o.seed
	cfg.Bucket, cfg.Threshold = 100_000, 1e-3 // for a small text
	cfg.Rate = o.rateOr(cfg.Rate)
	cfg.Progress = func(p fasttext.Progress) error { advance(float64(p.Words) / float64(p.Of)); return nil }
	m, stopped := fasttext.Train(ctx, slices.Values(c.sentences), cfg)
	if m == nil {
		return nil, stopped
	}
	v, err := m.Vectors()
	if err != nil {
		return nil, err
	}
	return v, stopped
}
