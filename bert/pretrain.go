package bert

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/kernel"
)

// PretrainConfig holds the options of pre-training. It is taken literally: start
// from [DefaultPretrainConfig].
type PretrainConfig struct {
	Model      Config                // sizes; VocabSize is that of the vocabulary
	Vocabulary wordpiece.TrainConfig // of the vocabulary that [Pretrain] learns

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
		MaxPieces: 128, Masked: 0.15, MaxMasked: 20, Short: 0.1, Rate: 1e-4, Copies: 10, Seed: 1,
	}
}

// DefaultPretraining returns an epoch in batches of 32 (the paper has 40 epochs
// in batches of 256) with [verso.BertAdam], decay 0.01 but for biases and layer
// norms, gradients clipped to 1. The schedule is left open: [Model.Pretrain]
// takes [Warmup] to the configuration's rate.
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
	case c.Model.Types < 2:
		return bad("type_vocab_size wants at least 2 for pairs of passages", c.Model.Types)
	}
	return nil
}

// Pretrain learns a vocabulary from a corpus, then a model: to say which pieces
// were hidden, and whether one passage follows another (Devlin et al. 2019,
// section 3.1). On an error from the training itself, a cancelled context among
// them, the model is returned as well, as far as it came. To go on after a stop
// call it again with the same arguments and fit.Resume.
func Pretrain(ctx context.Context, corpus []Document, c PretrainConfig, fit verso.FitConfig) (*Model, *verso.History, error) {
	pieces, err := wordpiece.Train(ctx, sentences(corpus), c.Vocabulary)
	if err != nil {
		return nil, nil, err
	}
	c.Model.VocabSize = pieces.Len()
	m, err := New(pieces, c.Model, c.Seed)
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
// With Shards each part takes its own means, as the program of Devlin et al.
// does on several devices. The last layer and the head of V classes are computed
// at hidden places and [CLS] alone: the same gradient at less cost.
func (m *Model) Pretrain(ctx context.Context, corpus []Document, c PretrainConfig, fit verso.FitConfig) (*verso.History, error) {
	examples, err := m.examples(ctx, corpus, c)
	if err != nil {
		return nil, err
	}
	if fit.Schedule == nil {
		fit.Schedule = Warmup(c.Rate, len(examples), fit)
	}
	return verso.Fit(ctx, verso.Task{
		Params:   m.params,
		Examples: len(examples),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			t := m.pretraining(g)
			words := verso.CrossEntropy(g, t.words, t.labels, verso.DefaultCrossEntropyConfig())
			pairs := verso.CrossEntropy(g, t.pairs, t.follows, verso.DefaultCrossEntropyConfig())
			feed := func(machine *verso.Machine, numbers []int) error {
				return t.feed(machine, classify.Pick(examples, numbers))
			}
			return verso.Add(g, words, pairs), feed, g.Err()
		},
	}, fit)
}

// examples makes a corpus the examples of a model that has the heads for them.
func (m *Model) examples(ctx context.Context, corpus []Document, c PretrainConfig) ([]instance, error) {
	c.Model = m.cfg
	if err := c.validate(); err != nil {
		return nil, err
	}
	if m.pooler == nil || m.masked == nil || m.next == nil {
		return nil, fmt.Errorf("%w: pre-training wants a pooler, and heads for masked words and next sentences", ErrHead)
	}
	return instances(ctx, m.pieces, corpus, c)
}

// pretraining is the graph from pieces to the logits of both heads.
type pretraining struct {
	in              Input
	at              Rows           // [CLS] and the hidden places
	hidden          *gorgonia.Node // which of those rows are hidden places
	words, pairs    *gorgonia.Node // logits (m, V) and (batch, 2)
	labels, follows *gorgonia.Node
}

func (m *Model) pretraining(g *verso.Graph) *pretraining {
	t := &pretraining{
		in: NewInput(g, "text"), at: rowsInput(g, "rows"), hidden: g.Input("hidden", tensor.Int, 1),
		labels: g.Input("labels", tensor.Int, 1), follows: g.Input("follows", tensor.Int, 1),
	}
	last := m.encoder.ForwardAt(g, t.in, t.at).Last                 // (batch + m, H)
	t.words = m.masked.Forward(g, TakeRows(g, last.Rows, t.hidden)) // (m, V)
	t.pairs = m.next.Forward(g, m.pooler.Forward(g, last))          // (batch, 2)
	return t
}

func (t *pretraining) feed(m *verso.Machine, batch []instance) error {
	var ids, types, wanted [][]int
	var hidden, labels, follows []int
	row := 0
	for _, e := range batch {
		ids, types, wanted = append(ids, e.ids), append(types, e.types), append(wanted, e.wanted)
		for k := range e.labels {
			hidden = append(hidden, row+1+k)
		}
		row += len(e.wanted)
		labels, follows = append(labels, e.labels...), append(follows, e.follows)
	}
	if len(labels) == 0 {
		hidden, labels = []int{-1}, []int{verso.DefaultCrossEntropyConfig().IgnoreIndex}
	}
	if err := t.in.Feed(m, ids, types); err != nil {
		return err
	}
	if err := feedRows(m, t.at, ids, wanted); err != nil {
		return err
	}
	if err := m.FeedInts(t.hidden, hidden); err != nil {
		return err
	}
	if err := m.FeedInts(t.labels, labels); err != nil {
		return err
	}
	return m.FeedInts(t.follows, follows)
}

// PretrainingScore is how well a model does what it was pre-trained for.
type PretrainingScore struct {
	MaskedLoss     float64 // mean of −log P of the hidden pieces, in nats
	MaskedAccuracy float64 // share of hidden pieces that were the most probable one
	NextAccuracy   float64 // share of pairs judged right
	Masked, Pairs  int     // how many there were
}

// EvaluatePretraining judges a model on a corpus that it has not seen, cut and
// masked as for training.
func (m *Model) EvaluatePretraining(ctx context.Context, corpus []Document, c PretrainConfig) (PretrainingScore, error) {
	var s PretrainingScore
	examples, err := m.examples(ctx, corpus, c)
	if err != nil {
		return s, err
	}
	g := verso.NewGraph(m.seed)
	t := m.pretraining(g)
	words := verso.LogSoftmax(g, t.words, -1)
	machine, err := g.Compile(nil)
	if err != nil {
		return s, err
	}
	defer machine.Close()
	for from := 0; from < len(examples); from += predictBatch {
		if err := ctx.Err(); err != nil {
			return s, fmt.Errorf("evaluating: %w", err)
		}
		batch := examples[from:min(from+predictBatch, len(examples))]
		if err := t.feed(machine, batch); err != nil {
			return s, err
		}
		if err := machine.Run(); err != nil {
			return s, err
		}
		s.add(batch, machine.Float32s(words), machine.Float32s(t.pairs), m.cfg.VocabSize)
	}
	s.MaskedLoss /= max(1, float64(s.Masked))
	s.MaskedAccuracy /= max(1, float64(s.Masked))
	s.NextAccuracy /= max(1, float64(s.Pairs))
	return s, nil
}

// add counts a batch; the means are sums as yet.
func (s *PretrainingScore) add(batch []instance, words, pairs []float32, vocab int) {
	row := 0
	for i, e := range batch {
		for _, label := range e.labels {
			p := words[row*vocab : (row+1)*vocab]
			s.MaskedLoss -= float64(p[label])
			if _, best := kernel.Max(p); best == label {
				s.MaskedAccuracy++
			}
			row++
		}
		s.Masked += len(e.labels)
		if (pairs[2*i+1] > pairs[2*i]) == (e.follows == 1) {
			s.NextAccuracy++
		}
		s.Pairs++
	}
}
