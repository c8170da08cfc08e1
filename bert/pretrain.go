package bert

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/classify"
)

// PretrainConfig holds the options of pre-training. It is taken literally: start
// from [DefaultPretrainConfig].
type PretrainConfig struct {
	Model      Config                // sizes; VocabSize is that of the vocabulary
	Vocabulary wordpiece.TrainConfig // of the vocabulary that [Pretrain] learns

	// NextSentence trains for pairs of passages too; default true. Without it a
	// sequence is one passage and the model learns hidden pieces alone, as Liu et
	// al. 2019 (RoBERTa) found to be no worse.
	NextSentence bool

	MaxPieces  int     // longest sequence, special tokens counted; default 128
	Masked     float64 // share of a sequence that is hidden; default 0.15
	MaxMasked  int     // pieces hidden in a sequence at most; default 20
	WholeWords bool    // hide all pieces of a word or none; default false
	Short      float64 // share of sequences that are made shorter; default 0.1
	Rate       float64 // highest learning rate where fit has no schedule; default 10⁻⁴
	Copies     int     // times that the corpus is cut and masked anew; default 10
	Seed       uint64  // of cuts, masks and first weights; default 1
}

// DefaultPretrainConfig returns the values of Devlin et al. 2019 and their
// program, for sequences of up to 128 pieces.
func DefaultPretrainConfig() PretrainConfig {
	return PretrainConfig{
		Model: DefaultConfig(), Vocabulary: wordpiece.DefaultTrainConfig(),
		NextSentence: true, MaxPieces: 128, Masked: 0.15, MaxMasked: 20, Short: 0.1, Rate: 1e-4, Copies: 10, Seed: 1,
	}
}

// DefaultPretraining returns an epoch in batches of 32 (the paper has 40 epochs
// in batches of 256) with [verso.BertAdam], decay 0.01 but for biases and layer
// norms, gradients clipped to 1. The schedule is left open: [Model.Pretrain]
// takes [WarmupDecay] to the configuration's rate.
//
// Tiny models in short trainings learn faster by [verso.AdamW] with β2 = 0.98 and
// a rate of 10⁻³: BertAdam's first steps are some three times too long, since
// its averages begin at zero and are not corrected.
func DefaultPretraining() verso.FitConfig {
	f := DefaultFineTuning()
	f.Epochs = 1
	return f
}

func (c PretrainConfig) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	switch {
	case c.MaxPieces < 5 || c.MaxPieces > c.Model.Positions:
		return bad(fmt.Sprintf("MaxPieces wants a number from 5 to the model's %d positions", c.Model.Positions), c.MaxPieces)
	case !(c.Masked > 0 && c.Masked <= 1):
		return bad("Masked wants a share above 0, up to 1", c.Masked)
	case c.MaxMasked < 1:
		return bad("MaxMasked wants at least 1", c.MaxMasked)
	case !(c.Short >= 0 && c.Short <= 1):
		return bad("Short wants a share from 0 to 1", c.Short)
	case !(c.Rate >= 0) || math.IsInf(c.Rate, 0):
		return bad("Rate wants a finite number of 0 or more", c.Rate)
	case c.Copies < 1:
		return bad("Copies wants at least 1", c.Copies)
	case c.NextSentence && c.Model.Types < 2:
		return bad("type_vocab_size wants at least 2 for pairs of passages", c.Model.Types)
	}
	return nil
}

// Pretrain learns a vocabulary from a corpus, then a model: to say which pieces
// were hidden, and whether one passage follows another (Devlin et al. 2019,
// section 3.1). On an error from the training itself, a cancelled context among
// them, the model is returned as well, as far as it came. To go on after a stop
// call it again with the same arguments and fit.Resume. Without c.NextSentence the
// model has a head for masked words alone, and no pooler.
func Pretrain(ctx context.Context, corpus []Document, c PretrainConfig, fit verso.FitConfig) (*Model, *verso.History, error) {
	c.Model.VocabSize = max(1, c.Vocabulary.Size) // a bound until it is learned
	if err := cmp.Or(c.Model.validate(), c.validate()); err != nil {
		return nil, nil, err
	}
	pieces, err := wordpiece.Train(ctx, sentences(corpus), c.Vocabulary)
	if err != nil {
		return nil, nil, err
	}
	c.Model.VocabSize = pieces.Len()
	parts := heads{pooler: c.NextSentence, masked: true, next: c.NextSentence}
	m, err := newModel(pieces, c.Model, parts, verso.NewParams(c.Seed), c.Seed)
	if err != nil {
		return nil, nil, err
	}
	h, err := m.Pretrain(ctx, corpus, c, fit)
	return m, h, err
}

// Pretrain goes on with pre-training from where the weights are; c.Model and
// c.Vocabulary count nothing. The loss is the mean cross entropy of the hidden
// pieces plus that of the pairs:
//
//	L = 1/|M| Σ_{i∈M} −log P(piece_i) + 1/B Σ_b −log P(follows_b)
//
// the second only with c.NextSentence. With Shards each part takes its own means, as
// the program of Devlin et al. does on several devices. The last layer and the head
// of V classes are computed at hidden places and [CLS] alone: the same gradient at
// less cost.
//
// All examples are held in memory: some 6 bytes a piece of the corpus for each of
// c.Copies, and 4 for the corpus itself. A training that goes on with other copies
// takes another c.Seed.
func (m *Model) Pretrain(ctx context.Context, corpus []Document, c PretrainConfig, fit verso.FitConfig) (*verso.History, error) {
	examples, err := m.examples(ctx, corpus, c)
	if err != nil {
		return nil, err
	}
	if fit.Schedule == nil {
		fit.Schedule = WarmupDecay(c.Rate, len(examples), fit)
	}
	return verso.Fit(ctx, verso.Task{
		Params:   m.params,
		Examples: len(examples),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			t := m.pretraining(g, c.NextSentence)
			feed := func(machine *verso.Machine, numbers []int) error {
				return t.feed(machine, classify.Pick(examples, numbers))
			}
			return t.loss(g, m.masked), feed, g.Err()
		},
	}, fit)
}

// examples makes a corpus the examples of a model that has the heads for them.
func (m *Model) examples(ctx context.Context, corpus []Document, c PretrainConfig) ([]instance, error) {
	c.Model = m.cfg
	if err := c.validate(); err != nil {
		return nil, err
	}
	if m.masked == nil {
		return nil, fmt.Errorf("%w: pre-training wants one for masked words", ErrHead)
	}
	if c.NextSentence && (m.pooler == nil || m.next == nil) {
		return nil, fmt.Errorf("%w: pre-training with NextSentence wants a pooler and one for next sentences", ErrHead)
	}
	return instances(ctx, m.pieces, corpus, c)
}
