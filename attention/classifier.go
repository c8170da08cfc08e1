package attention

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Classifier assigns a text to one of a fixed number of classes: a reader, by
// self-attention or recurrent, makes a row of each word in its context, and
// attention with one learned query pools them.
//
// Build one with [Train], [New] or [Load]. All methods but [Classifier.Fit] may be
// called from many goroutines, but not while Fit runs.
//
// Source: Vaswani et al. 2017 for the reader by self-attention, Yang et al. 2016
// for the recurrent one and for the pooling.
type Classifier struct {
	cfg     Config
	classes []string
	words   *vocab.Vocabulary
	params  *verso.Params
	net     *network
	plain   *reuse.Pool[*replica] // one a goroutine
	seeing  *reuse.Pool[*replica] // with the weights of self-attention
}

// Train builds a classifier for the classes and words of the training examples
// and fits it. Examples of dev, where there are any, choose the epoch whose
// weights are kept. On an error from the training itself, a cancelled context
// among them, the classifier is returned as well, as far as it came.
func Train(ctx context.Context, train, dev []dataset.Example, c Config, fit verso.FitConfig) (*Classifier, *verso.History, error) {
	if err := c.validate(); err != nil {
		return nil, nil, err
	}
	classes := dataset.Classes(train)
	if len(train) == 0 || len(classes) < 2 {
		return nil, nil, fmt.Errorf("%w: want examples of at least two classes, got %d examples of %d", ErrExamples, len(train), len(classes))
	}
	var count vocab.Counter
	for _, e := range train {
		for _, t := range tokenizers[c.Tokenizer].Tokenize(e.Text) {
			count.Add(t.Text)
		}
	}
	v := vocab.Config{MinCount: int64(c.MinCount), MaxSize: c.MaxWords, Special: []string{Unknown}, Unk: Unknown}
	if c.MaxWords > 0 {
		v.MaxSize++ // the special word is extra
	}
	words, err := count.Vocabulary(v)
	if err != nil {
		return nil, nil, err
	}
	m, err := New(classes, words, c)
	if err != nil {
		return nil, nil, err
	}
	h, err := m.Fit(ctx, train, dev, fit)
	return m, h, err
}

// New returns a classifier that has not learned yet. The vocabulary's word for
// unknown words, where it has one, stands for all that it does not hold; without
// one they are passed over.
func New(classes []string, words *vocab.Vocabulary, c Config) (*Classifier, error) {
	return assemble(verso.NewParams(c.Seed), classes, words, c)
}

// assemble puts a classifier together over ps.
func assemble(ps *verso.Params, classes []string, words *vocab.Vocabulary, c Config) (*Classifier, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if err := classify.Check(classes, ErrExamples); err != nil {
		return nil, err
	}
	if words == nil || words.Len() == 0 {
		return nil, fmt.Errorf("%w: the vocabulary is empty", ErrExamples)
	}
	m := &Classifier{cfg: c, classes: slices.Clone(classes), words: words, params: ps}
	m.net = newNetwork(m.params, c, words.Len(), len(classes))
	m.plain = reuse.New(func() (*replica, error) { return m.newReplica(false) })
	m.seeing = reuse.New(func() (*replica, error) { return m.newReplica(true) })
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// Config returns the settings.
func (c *Classifier) Config() Config { return c.cfg }

// Classes returns the names of the classes in the order of their numbers.
func (c *Classifier) Classes() []string { return slices.Clone(c.classes) }

// Words returns the vocabulary.
func (c *Classifier) Words() *vocab.Vocabulary { return c.words }

// Params returns the weights.
func (c *Classifier) Params() *verso.Params { return c.params }

// Fit trains on the examples, from where the weights are. With examples in dev
// their accuracy after each epoch is the score by which training stops early
// or keeps the best weights, unless fit brings a score of its own.
func (c *Classifier) Fit(ctx context.Context, train, dev []dataset.Example, fit verso.FitConfig) (*verso.History, error) {
	labels, err := classify.Labels(c.classes, train, "training example", ErrClass)
	if err != nil {
		return nil, err
	}
	texts := make([][]int, len(train))
	for i, e := range train {
		texts[i], _ = c.ids(e.Text)
	}
	logits := func(g *verso.Graph, t verso.Tokens) *gorgonia.Node { return c.net.forward(g, t, false).logits }
	loss := classify.Loss(labels, len(c.classes), c.cfg.Balanced, c.cfg.LabelSmoothing)
	return verso.Fit(ctx, classify.Task(c.params, texts, labels, logits, loss), classify.Validated(fit, dev, c.Evaluate))
}

// ids turns a text into word numbers and the tokens that they stand for.
func (c *Classifier) ids(text string) (ids []int, tokens []vocab.Token) {
	return classify.Known(c.words, tokenizers[c.cfg.Tokenizer].Tokenize(text))
}

// replica is a compiled graph for prediction; all replicas read the same weights.
type replica struct {
	m             *verso.Machine
	tokens        verso.Tokens
	out           outputs
	probabilities *gorgonia.Node // (batch, classes)
}

// newReplica compiles a graph, with or without the weights of self-attention.
func (c *Classifier) newReplica(weights bool) (*replica, error) {
	g := verso.NewGraph(c.cfg.Seed)
	r := &replica{tokens: g.Tokens("text")}
	r.out = c.net.forward(g, r.tokens, weights)
	r.probabilities = verso.Softmax(g, r.out.logits, -1)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}

// run computes the probabilities of a batch (batch, classes).
func (r *replica) run(batch [][]int) ([]float32, error) {
	if err := r.m.FeedTokens(r.tokens, batch); err != nil {
		return nil, err
	}
	if err := r.m.Run(); err != nil {
		return nil, err
	}
	return r.m.Float32s(r.probabilities), nil
}
