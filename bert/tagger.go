package bert

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Tagger assigns each word of a sentence to one of a number of classes: names and
// places ("B-PER", "I-PER", "O"), parts of speech. It is an encoder and a linear map
// of the row of each word's first piece (Devlin et al. 2019, section 5.3):
//
//	y_w = W d(x^L_first(w)) + b,  P(tag i of word w) = softmax(y_w)_i      d: dropout
//
// The last layer is computed at those rows alone. A sentence of more pieces than
// the model has positions is cut between words, and the parts are tagged by
// themselves.
//
// Build one with [FineTuneTagger] or [NewTagger]. The methods that tag and evaluate
// may be called from many goroutines, not while [Tagger.Fit] runs.
type Tagger struct {
	cfg    ClassifierConfig
	tags   []string
	limit  int
	model  *Model // without heads of pre-training
	head   *verso.Linear
	graphs *reuse.Pool[*replica] // one a goroutine
}

// FineTuneTagger trains a tagger on top of a model, of which it takes a copy.
// Sentences of dev, where there are any, are what F1 is reported on after each
// epoch ([Tagger.Evaluate]). On an error from the training itself the tagger is
// returned as well, as far as it came.
func FineTuneTagger(ctx context.Context, m *Model, train, dev []TaggedSentence, c ClassifierConfig, fit verso.FitConfig) (*Tagger, *verso.History, error) {
	t, err := NewTagger(m, Tags(train), c)
	if err != nil {
		return nil, nil, err
	}
	h, err := t.Fit(ctx, train, dev, fit)
	return t, h, err
}

// NewTagger returns a tagger that has not learned yet, over a copy of the model's encoder.
func NewTagger(m *Model, tags []string, c ClassifierConfig) (*Tagger, error) {
	own, err := ownCopy(m, heads{}, c.Seed)
	if err != nil {
		return nil, err
	}
	return assembleTagger(own, tags, c)
}

// assembleTagger puts a head on a model that belongs to the tagger.
func assembleTagger(m *Model, tags []string, c ClassifierConfig) (*Tagger, error) {
	if err := classify.Check(tags, ErrExamples); err != nil {
		return nil, err
	}
	limit, err := c.limit(m.cfg)
	if err != nil {
		return nil, err
	}
	if limit < 3 {
		return nil, fmt.Errorf("%w: a tagger wants at least 3 pieces, [CLS], one and [SEP], got %d", verso.ErrConfig, limit)
	}
	t := &Tagger{cfg: c, tags: slices.Clone(tags), limit: limit, model: m}
	t.head = NewClassification(m.params.Scope("classifier"), m.cfg, len(tags))
	if err := m.params.Err(); err != nil {
		return nil, err
	}
	t.graphs = reuse.New(t.newReplica)
	return t, nil
}

// Config returns the settings.
func (t *Tagger) Config() ClassifierConfig { return t.cfg }

// Tags returns the names of the tags in the order of their numbers.
func (t *Tagger) Tags() []string { return slices.Clone(t.tags) }

// Params returns the weights: the encoder's, "classifier.weight" and "classifier.bias".
func (t *Tagger) Params() *verso.Params { return t.model.params }

// Model returns the encoder with its vocabulary.
func (t *Tagger) Model() *Model { return t.model }

// logits puts the tagger into a graph.
func (t *Tagger) logits(g *verso.Graph, in Input, at Rows) *gorgonia.Node {
	rows := t.model.encoder.ForwardAt(g, in, at).Last.Rows                      // (words, H)
	return t.head.Forward(g, dropped(g, verso.Dropout{P: t.cfg.Dropout}, rows)) // (words, tags)
}

// window is a sentence, or as many of its words as fit, as the model reads it.
type window struct {
	ids    []int
	firsts []int // the place of each word's first piece
}

// windows cuts the pieces of a sentence's words into sequences. A word without a
// piece is unknown; one that is too long by itself loses pieces at its end.
func (t *Tagger) windows(words [][]wordpiece.Token) []window {
	room := t.limit - 1 // behind it stands [SEP]
	var out []window
	var w window
	finish := func() {
		if len(w.firsts) > 0 {
			w.ids = append(w.ids, t.model.pieces.Separator())
			out = append(out, w)
		}
		w = window{ids: []int{t.model.pieces.Class()}}
	}
	finish()
	for _, pieces := range words {
		if len(w.ids)+max(1, len(pieces)) > room {
			finish()
		}
		w.firsts = append(w.firsts, len(w.ids))
		if len(pieces) == 0 {
			w.ids = append(w.ids, t.model.pieces.Unknown())
		}
		for _, p := range pieces[:min(len(pieces), room-1)] {
			w.ids = append(w.ids, p.ID)
		}
	}
	finish()
	return out
}

// feedWindows binds windows.
func feedWindows(m *verso.Machine, in Input, at Rows, windows []window) error {
	var ids, types, firsts [][]int
	for _, w := range windows {
		ids, types, firsts = append(ids, w.ids), append(types, make([]int, len(w.ids))), append(firsts, w.firsts)
	}
	if err := in.Feed(m, ids, types); err != nil {
		return err
	}
	return feedRows(m, at, ids, firsts)
}

// Fit trains on the sentences, from where the weights are: the loss is the mean
// cross entropy over words, also where a batch is cut into shards. Without a
// schedule it takes [WarmupDecay] to the configuration's rate. With sentences in dev
// their F1 after each epoch is the score, unless fit brings one of its own; the last
// weights stay, unless fit asks for the best.
func (t *Tagger) Fit(ctx context.Context, train, dev []TaggedSentence, fit verso.FitConfig) (*verso.History, error) {
	examples, labels, err := t.examples(ctx, train)
	if err != nil {
		return nil, err
	}
	if fit.Schedule == nil {
		fit.Schedule = WarmupDecay(t.cfg.Rate, len(examples), fit)
	}
	fit = fit.WithScore(len(dev), func(ctx context.Context) (float64, error) {
		s, err := t.Evaluate(ctx, dev)
		return s.F1, err
	})
	return verso.Fit(ctx, verso.Task{
		Params:   t.model.params,
		Examples: len(examples),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			in, at, want := NewInput(g, "text"), rowsInput(g, "words"), g.Input("tags", tensor.Int, 1)
			loss := verso.CrossEntropy(g, t.logits(g, in, at), want, verso.DefaultCrossEntropyConfig())
			feed := func(m *verso.Machine, numbers []int) error {
				if err := feedWindows(m, in, at, classify.Pick(examples, numbers)); err != nil {
					return err
				}
				return m.FeedInts(want, slices.Concat(classify.Pick(labels, numbers)...))
			}
			return loss, feed, g.Err()
		},
		Weight: func(numbers []int) (words float64) {
			for _, n := range numbers {
				words += float64(len(labels[n]))
			}
			return words
		},
	}, fit)
}

// examples cuts sentences into windows, with the numbers of their words' tags.
func (t *Tagger) examples(ctx context.Context, sentences []TaggedSentence) (windows []window, labels [][]int, err error) {
	numbers, err := t.numbers(sentences)
	if err != nil {
		return nil, nil, err
	}
	for i, s := range sentences {
		words, err := t.cut(ctx, s.Words)
		if err != nil {
			return nil, nil, err
		}
		from := 0
		for _, w := range t.windows(words) {
			windows, labels = append(windows, w), append(labels, numbers[i][from:from+len(w.firsts)])
			from += len(w.firsts)
		}
	}
	return windows, labels, nil
}

// cut cuts words into pieces.
func (t *Tagger) cut(ctx context.Context, words []string) ([][]wordpiece.Token, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("cutting words: %w", err)
	}
	out := make([][]wordpiece.Token, len(words))
	for i, w := range words {
		out[i] = t.model.pieces.Pieces(w)
	}
	return out, nil
}

func (t *Tagger) newReplica() (*replica, error) {
	g := verso.NewGraph(t.cfg.Seed)
	r := &replica{in: NewInput(g, "text"), at: rowsInput(g, "words")}
	r.y = verso.Softmax(g, t.logits(g, r.in, r.at), -1) // (words, tags)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}
