package bert

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
)

// ClassifierConfig holds the options of a [Classifier] or [Tagger]. It is taken
// literally: start from [DefaultClassifierConfig]. It is saved with the model.
type ClassifierConfig struct {
	Dropout   float64 `json:"dropout"`    // of the rows that are classified; default 0.1
	MaxPieces int     `json:"max_pieces"` // longer texts are cut; default 0: the model's positions
	Rate      float64 `json:"rate"`       // highest learning rate where fit has no schedule; default 5·10⁻⁵
	Seed      uint64  `json:"seed"`       // of the head's first weights; default 1
}

// DefaultClassifierConfig returns the values of Devlin et al. 2019. The paper
// tries rates of 5, 3 and 2·10⁻⁵; small models want more, 10⁻⁴ to 3·10⁻⁴ (Turc et
// al. 2019).
func DefaultClassifierConfig() ClassifierConfig {
	return ClassifierConfig{Dropout: 0.1, Rate: 5e-5, Seed: 1}
}

// DefaultFineTuning returns the training of Devlin et al. 2019, appendix A.3: 3
// epochs in batches of 32, [verso.BertAdam] with decay 0.01 but for biases and
// layer norms, gradients clipped to 1. The schedule is left open: [Classifier.Fit]
// takes [WarmupDecay] to the configuration's rate over the steps there are.
func DefaultFineTuning() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Epochs, f.Batch, f.ClipNorm, f.Schedule = 3, 32, 1, nil
	f.Optimizer = verso.BertAdam(verso.DefaultBertAdamConfig())
	return f
}

// WarmupDecay returns BERT's schedule for a training on so many examples: the rate
// rises from 0 to its highest over a tenth of the steps, and falls back to 0.
func WarmupDecay(rate float64, examples int, f verso.FitConfig) verso.Schedule {
	steps := f.Epochs * verso.StepsPerEpoch(examples, f.Batch)
	return verso.LinearWarmupDecay(rate, steps/10, steps)
}

// Classifier assigns a text to one of a number of classes: an encoder with its
// pooler, and a linear map of the pooled row.
//
//	y = W d(p) + b,  P(class i) = softmax(y)_i      d: dropout
//
// Build one with [FineTune] or [NewClassifier], of pairs of texts with
// [FineTunePairs]. The methods that predict and evaluate may be called from many
// goroutines, not while it is trained.
type Classifier struct {
	cfg     ClassifierConfig
	classes []string
	limit   int
	model   *Model // without heads of pre-training
	head    *verso.Linear
	graphs  *reuse.Pool[*replica] // one a goroutine
}

// FineTune trains a classifier on top of a model, of which it takes a copy.
// Examples of dev, where there are any, are what accuracy is reported on after
// each epoch. On an error from the training itself the classifier is returned as
// well, as far as it came.
func FineTune(ctx context.Context, m *Model, train, dev []dataset.Example, c ClassifierConfig, fit verso.FitConfig) (*Classifier, *verso.History, error) {
	k, err := NewClassifier(m, dataset.Classes(train), c)
	if err != nil {
		return nil, nil, err
	}
	h, err := k.Fit(ctx, train, dev, fit)
	return k, h, err
}

// NewClassifier returns a classifier that has not learned yet, over a copy of the
// model's encoder and pooler; a model without a pooler gets one with random weights.
func NewClassifier(m *Model, classes []string, c ClassifierConfig) (*Classifier, error) {
	own, err := ownCopy(m, heads{pooler: true}, c.Seed)
	if err != nil {
		return nil, err
	}
	return assemble(own, classes, c)
}

// ownCopy returns a model with these parts that belongs to a head: weights of m
// where m has them, else random ones.
func ownCopy(m *Model, h heads, seed uint64) (*Model, error) {
	ps := verso.NewParams(seed)
	own, err := newModel(m.pieces, m.cfg, h, ps, seed)
	if err != nil {
		return nil, err
	}
	for _, p := range ps.All() {
		if from, ok := m.params.Get(p.Name()); ok {
			copy(p.Float32s(), from.Float32s())
		}
	}
	return own, nil
}

// assemble puts a head on a model that belongs to the classifier.
func assemble(m *Model, classes []string, c ClassifierConfig) (*Classifier, error) {
	if err := classify.Check(classes, ErrExamples); err != nil {
		return nil, err
	}
	limit, err := c.limit(m.cfg)
	if err != nil {
		return nil, err
	}
	k := &Classifier{cfg: c, classes: slices.Clone(classes), limit: limit, model: m}
	k.head = NewClassification(m.params.Scope("classifier"), m.cfg, len(classes))
	if err := m.params.Err(); err != nil {
		return nil, err
	}
	k.graphs = reuse.New(k.newReplica)
	return k, nil
}

// limit checks the settings of a head on a model and returns its longest sequence.
func (c ClassifierConfig) limit(m Config) (int, error) {
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return 0, fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, c.Dropout)
	}
	if !(c.Rate >= 0) || math.IsInf(c.Rate, 0) {
		return 0, fmt.Errorf("%w: rate wants a finite number of 0 or more, got %v", verso.ErrConfig, c.Rate)
	}
	return limitOf(m, c.MaxPieces)
}

// Config returns the settings.
func (k *Classifier) Config() ClassifierConfig { return k.cfg }

// Classes returns the names of the classes in the order of their numbers.
func (k *Classifier) Classes() []string { return slices.Clone(k.classes) }

// Params returns the weights: the encoder's, "bert.pooler.dense.weight",
// "classifier.weight" and so on.
func (k *Classifier) Params() *verso.Params { return k.model.params }

// Model returns the encoder with its vocabulary: fine-tuned, for [Model.Encode].
func (k *Classifier) Model() *Model { return k.model }

// logits puts the classifier into a graph.
func (k *Classifier) logits(g *verso.Graph, in Input) *gorgonia.Node {
	pooled := k.model.pooler.Forward(g, k.model.encoder.ForwardFirst(g, in).Last) // (batch, H)
	return k.head.Forward(g, dropped(g, verso.Dropout{P: k.cfg.Dropout}, pooled)) // (batch, classes)
}

// Fit trains on the examples, from where the weights are. Without a schedule it
// takes [WarmupDecay] to the configuration's rate. With examples in dev their accuracy after
// each epoch is the score, unless fit brings one of its own; the last weights
// stay, unless fit asks for the best.
func (k *Classifier) Fit(ctx context.Context, train, dev []dataset.Example, fit verso.FitConfig) (*verso.History, error) {
	labels, err := classify.Labels(k.classes, train, "training example", ErrClass)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(train))
	for i, e := range train {
		texts[i] = e.Text
	}
	ids, types, err := encodeAll(ctx, texts, k.encode)
	if err != nil {
		return nil, err
	}
	return k.fit(ctx, ids, types, labels, classify.Validated(fit, dev, k.Evaluate))
}

// encode cuts a text.
func (k *Classifier) encode(text string) (wordpiece.Encoding, error) {
	return k.model.pieces.Encode(text, k.limit)
}

// fit trains on sequences.
func (k *Classifier) fit(ctx context.Context, ids, types [][]int, labels []int, fit verso.FitConfig) (*verso.History, error) {
	if fit.Schedule == nil {
		fit.Schedule = WarmupDecay(k.cfg.Rate, len(labels), fit)
	}
	return verso.Fit(ctx, verso.Task{
		Params:   k.model.params,
		Examples: len(labels),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			in, want := NewInput(g, "text"), g.Input("class", tensor.Int, 1)
			loss := verso.CrossEntropy(g, k.logits(g, in), want, verso.DefaultCrossEntropyConfig())
			feed := func(m *verso.Machine, examples []int) error {
				if err := in.Feed(m, classify.Pick(ids, examples), classify.Pick(types, examples)); err != nil {
					return err
				}
				return m.FeedInts(want, classify.Pick(labels, examples))
			}
			return loss, feed, g.Err()
		},
	}, fit)
}

func (k *Classifier) newReplica() (*replica, error) {
	g := verso.NewGraph(k.cfg.Seed)
	r := &replica{in: NewInput(g, "text")}
	r.y = verso.Softmax(g, k.logits(g, r.in), -1) // (batch, classes)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}
