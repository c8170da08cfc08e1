package recurrent

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/classify"
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
	return assembleClassifier(verso.NewParams(c.Seed), classes, words, c, func(ps *verso.Params) *embedding.Embedding {
		return newClassifierTable(ps, c, words, vecs)
	})
}

// assembleClassifier puts a classifier together; the table of word vectors comes
// from the caller.
func assembleClassifier(ps *verso.Params, classes []string, words *vocab.Vocabulary, c ClassifierConfig, table func(*verso.Params) *embedding.Embedding) (*Classifier, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if err := classify.Check(classes, ErrExamples); err != nil {
		return nil, err
	}
	if words == nil || words.Len() == 0 {
		return nil, fmt.Errorf("%w: the vocabulary is empty", ErrExamples)
	}
	tok, err := conv1d.ParseTokenizer(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	c.ConvWidths = slices.Clone(c.ConvWidths)
	m := &Classifier{cfg: c, classes: slices.Clone(classes), words: words, tokenize: tok, params: ps}
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
	labels, err := classify.Labels(c.classes, train, "training example", ErrClass)
	if err != nil {
		return nil, err
	}
	if _, err := classify.Labels(c.classes, dev, "validation example", ErrClass); err != nil { // now, not after the first epoch
		return nil, err
	}
	texts := make([][]int, len(train))
	for i, e := range train {
		texts[i] = c.ids(e.Text)
	}
	loss := classify.Loss(labels, len(c.classes), c.cfg.Balanced, c.cfg.LabelSmoothing)
	return verso.Fit(ctx, classify.Task(c.params, texts, labels, c.net.forward, loss), classify.Validated(fit, dev, c.evaluator(fit.Workers)))
}

// ids turns a text into word numbers.
func (c *Classifier) ids(text string) []int {
	ids, _ := classify.Known(c.words, c.tokenize.Tokenize(text))
	return ids
}
