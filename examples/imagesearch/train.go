package main

import (
	"context"
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/multimodal"
)

// settings returns the model that -model names, small enough for names of a few
// words: bags of words and of runs of characters, by which a word that no name
// had is still like others; with -vectors, their mean too.
func (o options) settings(c *corpus) multimodal.Config {
	m := multimodal.Word2VisualVec()
	m.Seed = o.seed
	m.Text.Tokenizer, m.Text.MinCount, m.Text.IDF, m.Text.NGram = "letters", 2, true, [2]int{3, 5}
	m.Text.Levels, m.Text.Norms = []multimodal.Level{multimodal.Bag, multimodal.NGrams}, []float64{1, 1}
	if c.vectors != nil {
		m.Text.Levels, m.Text.Norms = append(m.Text.Levels, multimodal.WordVectors), append(m.Text.Norms, 1)
	}
	m.Text.Head = multimodal.HeadConfig{Sizes: []int{0}, Zero: true}
	m.Visual.Prepare = multimodal.PrepareConfig{Unit: true, Components: pictureWidth, Whiten: 0.5}
	if o.model == "w2vv" {
		return m
	}
	m.Loss = multimodal.LossConfig{Kind: multimodal.Contrastive, Temperature: 0.1, MaskIDs: true}
	m.Text.Head.Zero = false
	if o.model == "w2vv++" {
		return m
	}
	m.Text.Levels = append(m.Text.Levels, multimodal.GRU, multimodal.Convolution)
	m.Text.Dim, m.Text.Marks = 64, true
	m.Text.Sequence = multimodal.SequenceConfig{Hidden: 48, Bidirectional: true, Widths: []int{2, 3}, Maps: 48, Dropout: 0.2}
	m.Text.Head = multimodal.HeadConfig{Sizes: []int{pictureWidth}, BatchNorm: true, Dropout: 0.2, DropOutput: true}
	m.Visual.Head = m.Text.Head
	return m
}

// pictureWidth is how many directions of the pictures' vectors are kept.
const pictureWidth = 200

// fit returns the training of the model. Plain descent with decay suits the
// squared error of few texts; its rate is in proportion to the width, by which
// the mean of the squares divides.
func (o options) fit(examples int, progress func(verso.Progress) error) verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Seed, f.Workers, f.Batch, f.Progress = o.seed, o.workers, 64, progress
	f.Epochs = o.epochs
	if f.Epochs == 0 {
		f.Epochs = map[string]int{"w2vv": 10, "w2vv++": 10, "dual": 10}[o.model]
	}
	rate := 2e-3
	if o.model == "w2vv" {
		rate = pictureWidth
		s := verso.DefaultSGDConfig()
		s.Momentum, s.WeightDecay = 0.9, 1e-3/pictureWidth
		f.Optimizer = verso.SGD(s)
	} else {
		a := verso.DefaultAdamWConfig()
		f.Optimizer = verso.AdamW(a)
	}
	f.Schedule = verso.Cosine(rate, f.Epochs*verso.StepsPerEpoch(examples, f.Batch))
	return f
}

func (o options) train(ctx context.Context, c *corpus, p part, t *terminal) (*multimodal.Model, error) {
	m, _, err := multimodal.Train(ctx, p.train, nil, c.pictures, c.vectors, o.settings(c), o.fit(len(p.train), t.progress()))
	return m, err
}

// baselines are the recalls of two answers without a trained network, and the
// median rank of the second.
type baselines struct {
	chance, ridge float64
	ridgeMedian   int
}

// ridgeDecay is the λ of the baseline.
const ridgeDecay = 1

// judgeBaselines fits a ridge regression from the mean of a name's words, each a
// one-hot vector, or that of -vectors where these are given, to the picture's
// vector as it is.
func judgeBaselines(ctx context.Context, o options, c *corpus, p part) (b baselines, err error) {
	cfg := multimodal.Ridge()
	cfg.Text.Tokenizer, cfg.Text.MinCount, cfg.Seed = "letters", 1, o.seed
	if c.vectors == nil {
		cfg.Text.Levels = []multimodal.Level{multimodal.Bag}
	}
	m, err := multimodal.TrainRidge(p.names, c.pictures, c.vectors, cfg, ridgeDecay)
	if err != nil {
		return b, err
	}
	r, _, err := multimodal.Evaluate(ctx, m, p.queries, c.pictures)
	if err != nil {
		return b, err
	}
	b.ridge, b.ridgeMedian = r.Recall(10), r.MedianRank()
	b.chance = math.Min(1, 10/float64(len(p.unseen)))
	return b, nil
}
