package attention

import (
	"context"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/reuse"
)

// batchSize is how many texts go through a graph at once.
const batchSize = 64

// Pair is a text and its translation.
type Pair struct{ Source, Target string }

// The target's special words, which stand before a text and after it.
const (
	Begin = "<s>"
	End   = "</s>"
)

// Translator turns texts of one language into another by a [Seq2Seq] or a
// [Transformer]. It learns the case of letters and the blanks beside punctuation as
// well, so that what it writes needs no mending. A word it does not know and would
// write as [Unknown] is copied from where it looked (Jean et al. 2015).
//
// Build one with [TrainTranslator], [NewTranslator] or [LoadTranslator]. All
// methods but [Translator.Fit] may be called from many goroutines, but not while
// Fit runs.
//
// Cost of training: the output layer's 6·words·(3·hidden + dim) operations a word
// are most of it; 6·words·dim of a Transformer.
type Translator struct {
	cfg            TranslatorConfig
	source, target *vocab.Vocabulary
	params         *verso.Params
	net            translatorNet
	begin, end     int                   // ids of the target
	readings       *reuse.Pool[*reading] // one a goroutine
}

// translatorNet is what a translator needs of the net inside: a graph of the whole
// for training, and one that reads sources; a function turns each of its runs into
// the steps of a search.
type translatorNet interface {
	// last returns the rows (Σ lt, width) of the whole and the layer that makes logits of them.
	last(g *verso.Graph, source, target verso.Tokens) (*gorgonia.Node, *verso.Linear)
	read(g *verso.Graph, source verso.Tokens) func(m *verso.Machine, lengths []int) (Step, *looks, error)
}

// TrainTranslator builds a translator for the words of the training pairs and
// fits it; see [Translator.Fit]. On an error from the training itself, a cancelled
// context among them, the translator is returned as well, as far as it came.
func TrainTranslator(ctx context.Context, train, dev []Pair, c TranslatorConfig, fit verso.FitConfig) (*Translator, *verso.History, error) {
	if err := c.validate(); err != nil {
		return nil, nil, err
	}
	if len(train) == 0 {
		return nil, nil, fmt.Errorf("%w: want at least one pair of texts, got none", ErrExamples)
	}
	var count [2]vocab.Counter
	for _, p := range train {
		for _, t := range pieces(p.Source, c.Lower) {
			count[0].Add(t.Text)
		}
		for _, t := range pieces(p.Target, false) {
			count[1].Add(t.Text)
		}
	}
	var words [2]*vocab.Vocabulary
	for i, special := range [][]string{{Unknown}, {Unknown, Begin, End}} {
		v := vocab.Config{MinCount: int64(c.MinCount), Special: special, Unk: Unknown}
		if c.MaxWords > 0 {
			v.MaxSize = c.MaxWords + len(special)
		}
		var err error
		if words[i], err = count[i].Vocabulary(v); err != nil {
			return nil, nil, err
		}
	}
	t, err := NewTranslator(words[0], words[1], c)
	if err != nil {
		return nil, nil, err
	}
	h, err := t.Fit(ctx, train, dev, fit)
	return t, h, err
}

// NewTranslator returns a translator that has not learned yet. Both vocabularies
// want a word for unknown words, that of the target also [Begin] and [End].
func NewTranslator(source, target *vocab.Vocabulary, c TranslatorConfig) (*Translator, error) {
	return assembleTranslator(verso.NewParams(c.Seed), source, target, c)
}

// assembleTranslator puts a translator together over ps.
func assembleTranslator(ps *verso.Params, source, target *vocab.Vocabulary, c TranslatorConfig) (*Translator, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	t := &Translator{cfg: c, source: source, target: target, params: ps}
	for i, v := range []*vocab.Vocabulary{source, target} {
		if v == nil {
			return nil, fmt.Errorf("%w: two vocabularies are wanted", ErrExamples)
		}
		if _, ok := v.Unk(); !ok {
			return nil, fmt.Errorf("%w: the vocabulary of the %s wants a word for unknown words", ErrExamples, []string{"source", "target"}[i])
		}
	}
	var begin, end bool
	t.begin, begin = target.ID(Begin)
	t.end, end = target.ID(End)
	if !begin || !end {
		return nil, fmt.Errorf("%w: the vocabulary of the target wants %q and %q", ErrExamples, Begin, End)
	}
	t.net = c.build(ps, source.Len(), target.Len())
	t.readings = reuse.New(t.newReading)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return t, nil
}

// Config returns the settings.
func (t *Translator) Config() TranslatorConfig { return t.cfg }

// Words returns the vocabularies.
func (t *Translator) Words() (source, target *vocab.Vocabulary) { return t.source, t.target }

// Params returns the weights.
func (t *Translator) Params() *verso.Params { return t.params }

// Fit trains on the pairs, from where the weights are. The loss is the mean cross
// entropy of the target's words and its end, with smoothed labels where the settings
// say so. With pairs in dev, their loss times −1
// is the score after each epoch, unless fit brings a score of its own.
func (t *Translator) Fit(ctx context.Context, train, dev []Pair, fit verso.FitConfig) (*verso.History, error) {
	examples := t.numbers(train)
	fit = fit.WithScore(len(dev), func(ctx context.Context) (float64, error) {
		loss, err := t.Loss(ctx, dev)
		return -loss, err
	})
	return verso.Fit(ctx, verso.Task{
		Params:   t.params,
		Examples: len(train),
		Weight: func(batch []int) (words float64) {
			for _, e := range batch {
				words += float64(len(examples[e].labels))
			}
			return words
		},
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			loss, feed := t.loss(g, t.cfg.LabelSmoothing)
			return loss, func(m *verso.Machine, batch []int) error {
				part := make([]numbered, len(batch))
				for i, e := range batch {
					part[i] = examples[e]
				}
				return feed(m, part)
			}, g.Err()
		},
	}, fit)
}

// Loss returns the mean cross entropy of the targets' words in nats, with the
// words before each given; its exponential is the perplexity. It stops between
// batches when ctx is done.
func (t *Translator) Loss(ctx context.Context, pairs []Pair) (float64, error) {
	if len(pairs) == 0 {
		return 0, fmt.Errorf("%w: want at least one pair of texts, got none", ErrExamples)
	}
	g := verso.NewGraph(t.cfg.Seed)
	loss, feed := t.loss(g, 0)
	m, err := g.Compile(nil)
	if err != nil {
		return 0, err
	}
	defer m.Close()
	sum, words := 0.0, 0
	for from := 0; from < len(pairs); from += batchSize {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("judging: %w", err)
		}
		batch := t.numbers(pairs[from:min(from+batchSize, len(pairs))])
		if err := feed(m, batch); err != nil {
			return 0, err
		}
		if err := m.Run(); err != nil {
			return 0, err
		}
		n := 0
		for _, e := range batch {
			n += len(e.labels)
		}
		sum, words = sum+m.Scalar(loss)*float64(n), words+n
	}
	return sum / float64(words), nil
}

// numbered is a pair as the net reads it.
type numbered struct{ source, target, labels []int }

func (t *Translator) numbers(pairs []Pair) []numbered {
	out := make([]numbered, len(pairs))
	for i, p := range pairs {
		words := t.target.IDs(vocab.Texts(pieces(p.Target, false)))
		out[i] = numbered{
			source: t.source.IDs(vocab.Texts(pieces(p.Source, t.cfg.Lower))),
			target: append([]int{t.begin}, words...),
			labels: append(words, t.end),
		}
	}
	return out
}

// loss puts the loss of a batch into a graph, with labels smoothed by ε.
func (t *Translator) loss(g *verso.Graph, ε float64) (*gorgonia.Node, func(*verso.Machine, []numbered) error) {
	source, target, labels := g.Tokens("source"), g.Tokens("target"), g.Input("labels", tensor.Int, 1)
	rows, out := t.net.last(g, source, target)
	c := verso.DefaultCrossEntropyConfig()
	c.LabelSmoothing = ε
	loss := verso.LinearCrossEntropy(g, out, rows, labels, c)
	return loss, func(m *verso.Machine, batch []numbered) error {
		var x, y [][]int
		var want []int
		for _, e := range batch {
			x, y, want = append(x, e.source), append(y, e.target), append(want, e.labels...)
		}
		if err := m.FeedTokens(source, x); err != nil {
			return err
		}
		if err := m.FeedTokens(target, y); err != nil {
			return err
		}
		return m.FeedInts(labels, want)
	}
}
