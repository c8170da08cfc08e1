package main

import (
	"context"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/multimodal"
)

// Sizes of the networks, and how many directions of the pictures' vectors are kept.
const (
	hidden       = 256
	pictureWidth = 200
)

// features returns what all models, and the ridge beside them, read: bags of words
// and of runs of characters, by which a word that no name had is still like others,
// with -vectors their mean too; and the pictures' vectors without their mean.
func (o options) features(c *corpus) multimodal.Config {
	m := multimodal.Word2VisualVec()
	m.Seed = o.seed
	m.Text.Tokenizer, m.Text.MinCount, m.Text.IDF, m.Text.NGram, m.Text.StopWords = "letters", 2, true, [2]int{3, 5}, ""
	m.Text.Levels, m.Text.Norms = []multimodal.Level{multimodal.Bag, multimodal.NGrams}, []float64{1, 1}
	if c.vectors != nil {
		m.Text.Levels, m.Text.Norms = append(m.Text.Levels, multimodal.WordVectors), append(m.Text.Norms, 1)
	}
	m.Text.Head = multimodal.HeadConfig{Sizes: []int{0}, Zero: true}
	m.Visual.Prepare = multimodal.PrepareConfig{Unit: true, Components: pictureWidth, Whiten: 0.5}
	return m
}

// settings returns the model that -model names, small enough for names of a few
// words. Word2VisualVec and W2VV++ go without their GRU, which on names of one or
// two words learns nothing that the bag does not have.
func (o options) settings(c *corpus) multimodal.Config {
	m := o.features(c)
	switch o.model {
	case "w2vv":
		m.Text.Head = multimodal.HeadConfig{Sizes: []int{hidden, 0}, Activation: verso.ReLU, Dropout: 0.2}
	case "w2vv++":
		m.Loss = multimodal.W2VVPlusPlus().Loss
		m.Text.Head = multimodal.HeadConfig{Sizes: []int{hidden}, Output: verso.Tanh, Dropout: 0.2, DropOutput: true}
		m.Visual.Head = m.Text.Head
	case "dual":
		m.Loss = multimodal.DualEncoding().Loss
		m.Text.Levels = append(m.Text.Levels, multimodal.GRU, multimodal.Convolution)
		m.Text.Dim, m.Text.Marks = 64, true
		m.Text.Sequence = multimodal.SequenceConfig{Hidden: 48, Bidirectional: true, Widths: []int{2, 3}, Maps: 48, Dropout: 0.2}
		m.Text.Head = multimodal.HeadConfig{Sizes: []int{hidden}, BatchNorm: true, Dropout: 0.2, DropOutput: true}
		m.Visual.Head = m.Text.Head
	}
	return m
}

// fit returns the training of the model.
func (o options) fit(examples int, progress func(verso.Progress) error) verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Seed, f.Workers, f.Batch, f.Progress = o.seed, o.workers, 64, progress
	f.Epochs = o.epochs
	if f.Epochs == 0 {
		f.Epochs = 10
	}
	f.Optimizer = verso.AdamW(verso.DefaultAdamWConfig())
	f.Schedule = verso.Cosine(2e-3, f.Epochs*verso.StepsPerEpoch(examples, f.Batch))
	return f
}

func (o options) train(ctx context.Context, c *corpus, p part, t *terminal) (*multimodal.Model, error) {
	m, _, err := multimodal.Train(ctx, p.train, nil, c.pictures, c.vectors, o.settings(c), o.fit(len(p.train), t.progress()))
	return m, err
}

// baselines is how well ridge regression does on the same texts.
type baselines struct {
	features *multimodal.Ranking // from what the model reads to the vectors that it predicts
	words    *multimodal.Ranking // from counts of words, or the mean of -vectors, to the vectors as they are
}

// ridgeDecay is the λ of both.
const ridgeDecay = 1

func judgeBaselines(ctx context.Context, o options, c *corpus, p part) (b baselines, err error) {
	plain := multimodal.Ridge()
	plain.Text.Tokenizer, plain.Text.MinCount, plain.Seed = "letters", 1, o.seed
	if c.vectors == nil {
		plain.Text.Levels = []multimodal.Level{multimodal.Bag}
	}
	if b.features, err = judgeRidge(ctx, c, p, o.features(c)); err != nil {
		return b, err
	}
	b.words, err = judgeRidge(ctx, c, p, plain)
	return b, err
}

func judgeRidge(ctx context.Context, c *corpus, p part, cfg multimodal.Config) (*multimodal.Ranking, error) {
	m, err := multimodal.TrainRidge(ctx, p.train, c.pictures, c.vectors, cfg, ridgeDecay)
	if err != nil {
		return nil, err
	}
	r, _, err := multimodal.Evaluate(ctx, m, p.queries, c.pictures)
	return r, err
}
