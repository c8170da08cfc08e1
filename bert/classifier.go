package bert

import (
	"context"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
)

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
	return k.model.classify(g, in, k.head, k.cfg.Dropout) // (batch, classes)
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
