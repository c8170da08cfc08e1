package conv1d

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Classifier assigns a text to one of a fixed number of classes with Kim's
// convolutional network over word vectors; the package comment has the model.
//
// Build one with [Train] or [Load]. [Classifier.Predict], [Classifier.Explain]
// and [Classifier.Evaluate] may be called from many goroutines; not while
// [Classifier.Fit] or Load runs on the same classifier.
type Classifier struct {
	cfg      Config
	classes  []string
	words    *vocab.Vocabulary
	tokenize vocab.Tokenizer
	params   *verso.Params
	net      *network
	replicas *reuse.Pool[*replica] // one a goroutine
}

// Train builds a classifier for the classes and words of the training examples
// and fits it. Examples of dev, where there are any, choose the epoch whose
// weights are kept. Vectors are those of the Static, NonStatic and
// Multichannel variants and nil for Rand; all their words become known, also
// those that no training text has.
//
// On an error from the training itself, a cancelled context among them, the
// classifier is returned as well, as far as it came.
func Train(ctx context.Context, train, dev []dataset.Example, vecs *vectors.Vectors, c Config, fit verso.FitConfig) (*Classifier, *verso.History, error) {
	classes := dataset.Classes(train)
	if len(train) == 0 || len(classes) < 2 {
		return nil, nil, fmt.Errorf("%w: want examples of at least two classes, got %d examples of %d", ErrExamples, len(train), len(classes))
	}
	words, err := Words(train, vecs, c)
	if err != nil {
		return nil, nil, err
	}
	m, err := New(classes, words, vecs, c)
	if err != nil {
		return nil, nil, err
	}
	h, err := m.Fit(ctx, train, dev, fit)
	return m, h, err
}

// New returns a classifier that has not learned yet.
func New(classes []string, words *vocab.Vocabulary, vecs *vectors.Vectors, c Config) (*Classifier, error) {
	if vecs != nil {
		c.Dim = vecs.Dim()
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Variant.Pretrained() != (vecs != nil) {
		return nil, fmt.Errorf("%w: variant %q, vectors given: %v", ErrVectors, c.Variant, vecs != nil)
	}
	return assemble(verso.NewParams(c.Seed), classes, words, c, func(m *Classifier) [2]*embedding.Embedding { return m.tables(vecs) })
}

// assemble puts a classifier together; the tables of word vectors come from the caller.
func assemble(ps *verso.Params, classes []string, words *vocab.Vocabulary, c Config, tables func(*Classifier) [2]*embedding.Embedding) (*Classifier, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if err := classify.Check(classes, ErrExamples); err != nil {
		return nil, err
	}
	if words == nil || words.Len() == 0 {
		return nil, fmt.Errorf("%w: the vocabulary is empty", ErrExamples)
	}
	tok, err := ParseTokenizer(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	c.Widths = slices.Clone(c.Widths)
	m := &Classifier{cfg: c, classes: slices.Clone(classes), words: words, tokenize: tok, params: ps}
	m.net = newNetwork(m.params, c, tables(m), len(classes))
	if err := m.params.Err(); err != nil {
		return nil, err
	}
	m.replicas = reuse.New(m.newReplica)
	return m, nil
}

// tables makes the one or two tables of word vectors that the variant wants.
func (c *Classifier) tables(vecs *vectors.Vectors) (out [2]*embedding.Embedding) {
	cfg := embedding.DefaultConfig()
	cfg.Frozen = c.cfg.Variant == Static
	ps := c.params.Scope("emb")
	if vecs == nil {
		cfg.Init = c.randomWords
		out[0] = embedding.New(ps, c.words.Len(), c.cfg.Dim, cfg)
		return out
	}
	cfg.Init = verso.Zeros() // of words without a vector
	out[0], _ = embedding.FromPretrained(ps, c.words, vecs, cfg)
	resize(out[0].Weight.Float32s(), vecs.Data(), c.cfg.VectorSize)
	if c.cfg.Variant == Multichannel {
		cfg.Frozen, cfg.Init = true, verso.Values(out[0].Weight.Float32s())
		out[1] = embedding.New(c.params.Scope("emb_static"), c.words.Len(), c.cfg.Dim, cfg)
	}
	return out
}

// randomWords draws word vectors from U(−0.25, 0.25), as Kim's program does. That
// of unknown words starts at zero, where his are random: they have no part in
// training, and what they would say is noise.
func (c *Classifier) randomWords(rng *rand.Rand, shape []int, out []float64) {
	verso.Uniform(-wordBound, wordBound)(rng, shape, out)
	if id, ok := c.words.Unk(); ok && len(shape) == 2 {
		clear(out[id*shape[1] : (id+1)*shape[1]])
	}
}

// resize scales a table by what brings the root mean square of the vectors to size.
func resize(table, vecs []float32, size float64) {
	if rms := math.Sqrt(kernel.SumSquares(vecs) / float64(len(vecs))); size > 0 && rms > 0 {
		kernel.Scale(float32(size/rms), table)
	}
}

// wordBound bounds the first values of word vectors without pretraining, as in
// Kim's program.
const wordBound = 0.25

// Config returns the settings, with Dim as it came out.
func (c *Classifier) Config() Config {
	cfg := c.cfg
	cfg.Widths = slices.Clone(cfg.Widths)
	return cfg
}

// Classes returns the names of the classes in the order of their numbers.
func (c *Classifier) Classes() []string { return slices.Clone(c.classes) }

// Words returns the vocabulary.
func (c *Classifier) Words() *vocab.Vocabulary { return c.words }

// Params returns the weights: "emb.weight", "convs.0.weight", "fc.weight" and
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
	texts := make([][]int, len(train))
	for i, e := range train {
		texts[i] = c.ids(e.Text)
	}
	logits := func(g *verso.Graph, t verso.Tokens) *gorgonia.Node { return c.net.forward(g, t, nil).logits }
	loss := classify.Loss(labels, len(c.classes), c.cfg.Balanced, c.cfg.LabelSmoothing)
	return verso.Fit(ctx, classify.Task(c.params, texts, labels, logits, loss), classify.Validated(fit, dev, c.Evaluate))
}

// ids turns a text into word numbers.
func (c *Classifier) ids(text string) []int {
	ids, _ := classify.Known(c.words, c.tokenize.Tokenize(text))
	return ids
}

// replica is a compiled graph for prediction; all replicas read the same weights.
type replica struct {
	m             *verso.Machine
	tokens        verso.Tokens
	out           outputs
	probabilities *gorgonia.Node // (batch, classes)
}

func (c *Classifier) newReplica() (*replica, error) {
	g := verso.NewGraph(c.cfg.Seed)
	r := &replica{tokens: g.Tokens("text")}
	r.out = c.net.forward(g, r.tokens, nil)
	r.probabilities = verso.Softmax(g, r.out.logits, -1)
	m, err := g.Compile(nil)
	r.m = m
	return r, err
}
