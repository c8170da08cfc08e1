package recurrent

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Classifier assigns a text to one of a fixed number of classes by reading it
// word by word:
//
//	x = table[ids]                                       (total, dim)
//	x ← [ReLU(conv_k(x)) for each width k], if any       (total, widths·maps)
//	h = LSTM, GRU or RNN (x)                             (total, hidden·directions)
//	s = last state, or mean or maximum over time of h    (batch, hidden·directions)
//	P(class i) = softmax(W s + b)_i                      (batch, classes)
//
// With dropout d, the vectors x, the rows between two layers and s lose elements
// in training. Convolutions before the net read n-grams, and the net their order.
//
// Build one with [TrainClassifier], [NewClassifier] or [LoadClassifier]. All
// methods but [Classifier.Fit] may be called from many goroutines, but not while
// Fit runs.
//
// Source: Tang, Qin & Liu 2015, Document modeling with gated recurrent neural
// network for sentiment classification; maximum over time: Lai et al. 2015,
// Recurrent convolutional neural networks for text classification; convolution
// before it: Zhou et al. 2015, A C-LSTM neural network for text classification.
type Classifier struct {
	cfg      ClassifierConfig
	classes  []string
	words    *vocab.Vocabulary
	tokenize vocab.Tokenizer
	params   *verso.Params
	net      *classifierNetwork
	graphs   *reuse.Pool[*classifierGraph] // one a goroutine
}

// TrainClassifier builds a classifier for the classes and words of the training
// examples and fits it. Examples of dev, where there are any, choose the epoch
// whose weights are kept. Pretrained vectors may be nil; all their words become
// known, also those that no training text has.
//
// On an error from the training itself, a cancelled context among them, the
// classifier is returned as well, as far as it came.
func TrainClassifier(ctx context.Context, train, dev []dataset.Example, vecs *vectors.Vectors, c ClassifierConfig, fit verso.FitConfig) (*Classifier, *verso.History, error) {
	classes := dataset.Classes(train)
	if len(train) == 0 || len(classes) < 2 {
		return nil, nil, fmt.Errorf("%w: want examples of at least two classes, got %d examples of %d", ErrExamples, len(train), len(classes))
	}
	if _, err := conv1d.ParseTokenizer(c.Tokenizer); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", verso.ErrConfig, err)
	}
	words, err := conv1d.Words(train, vecs, conv1d.Config{Tokenizer: c.Tokenizer, MinCount: c.MinCount, MaxWords: c.MaxWords})
	if err != nil {
		return nil, nil, err
	}
	m, err := NewClassifier(classes, words, vecs, c)
	if err != nil {
		return nil, nil, err
	}
	h, err := m.Fit(ctx, train, dev, fit)
	return m, h, err
}

// NewClassifier returns a classifier that has not learned yet. The vocabulary's
// word for unknown words, where it has one, stands for all that it does not hold;
// without one they are passed over. Pretrained vectors may be nil.
func NewClassifier(classes []string, words *vocab.Vocabulary, vecs *vectors.Vectors, c ClassifierConfig) (*Classifier, error) {
	if vecs != nil {
		c.Dim = vecs.Dim()
	} else if c.Frozen {
		return nil, fmt.Errorf("%w: frozen word vectors want pretrained ones, got none", verso.ErrConfig)
	}
	return assembleClassifier(classes, words, c, func(ps *verso.Params) *embedding.Embedding {
		return newClassifierTable(ps, c, words, vecs)
	})
}

// assembleClassifier puts a classifier together; the table of word vectors comes
// from the caller.
func assembleClassifier(classes []string, words *vocab.Vocabulary, c ClassifierConfig, table func(*verso.Params) *embedding.Embedding) (*Classifier, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if sorted := slices.Sorted(slices.Values(classes)); len(classes) < 2 || len(slices.Compact(sorted)) < len(classes) {
		return nil, fmt.Errorf("%w: want at least two classes, all different, got %q", ErrExamples, classes)
	}
	if words == nil || words.Len() == 0 {
		return nil, fmt.Errorf("%w: the vocabulary is empty", ErrExamples)
	}
	tok, err := conv1d.ParseTokenizer(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	c.ConvWidths = slices.Clone(c.ConvWidths)
	m := &Classifier{cfg: c, classes: slices.Clone(classes), words: words, tokenize: tok, params: verso.NewParams(c.Seed)}
	m.net = newClassifierNetwork(m.params, c, table(m.params.Scope("emb")), len(classes))
	m.graphs = reuse.New(m.compile)
	if err := m.params.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// Config returns the settings, with Dim as it came out.
func (c *Classifier) Config() ClassifierConfig {
	cfg := c.cfg
	cfg.ConvWidths = slices.Clone(cfg.ConvWidths)
	return cfg
}

// Classes returns the names of the classes in the order of their numbers.
func (c *Classifier) Classes() []string { return slices.Clone(c.classes) }

// Words returns the vocabulary.
func (c *Classifier) Words() *vocab.Vocabulary { return c.words }

// Params returns the weights: "emb.weight", "rnn.weight_ih_l0", "fc.weight" and
// so on.
func (c *Classifier) Params() *verso.Params { return c.params }

// Fit trains on the examples, from where the weights are. With examples in dev
// their accuracy after each epoch is the score by which training stops early
// or keeps the best weights, unless fit brings a score of its own. Without
// either, the weights of the last epoch stay.
func (c *Classifier) Fit(ctx context.Context, train, dev []dataset.Example, fit verso.FitConfig) (*verso.History, error) {
	texts, labels := make([][]int, len(train)), make([]int, len(train))
	for i, e := range train {
		if labels[i] = slices.Index(c.classes, e.Class); labels[i] < 0 {
			return nil, fmt.Errorf("%w: %q of training example %d, the model has %q", ErrClass, e.Class, i, c.classes)
		}
		texts[i] = c.ids(e.Text)
	}
	switch {
	case fit.Validate != nil:
	case len(dev) == 0:
		fit.RestoreBest, fit.Patience = false, 0 // nothing to choose an epoch by
	default:
		fit.Validate = func(ctx context.Context) (float64, error) {
			confusion, err := c.Evaluate(ctx, dev)
			if err != nil {
				return 0, err
			}
			return confusion.Accuracy(), nil
		}
	}
	return verso.Fit(ctx, verso.Task{
		Params:   c.params,
		Examples: len(train),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			tokens, want := g.Tokens("text"), g.Input("class", tensor.Int, 1)
			loss := verso.CrossEntropy(g, c.net.forward(g, tokens), want, verso.DefaultCrossEntropyConfig())
			feed := func(m *verso.Machine, examples []int) error {
				batch, y := make([][]int, len(examples)), make([]int, len(examples))
				for i, e := range examples {
					batch[i], y[i] = texts[e], labels[e]
				}
				if err := m.FeedTokens(tokens, batch); err != nil {
					return err
				}
				return m.FeedInts(want, y)
			}
			return loss, feed, g.Err()
		},
	}, fit)
}

// ids turns a text into word numbers.
func (c *Classifier) ids(text string) []int {
	var ids []int
	for _, t := range c.tokenize.Tokenize(text) {
		id, ok := c.words.ID(t.Text)
		if !ok {
			id, ok = c.words.Unk()
		}
		if ok {
			ids = append(ids, id)
		}
	}
	return ids
}
