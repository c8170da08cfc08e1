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
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
)

// ScorerConfig holds the options of a [Scorer]. It is taken literally: start from
// [DefaultScorerConfig]. It is saved with the model.
type ScorerConfig struct {
	ClassifierConfig
	// Sigmoid makes each output the probability of a class by itself, several of
	// which may hold; default false: any numbers.
	Sigmoid bool `json:"sigmoid"`
}

// DefaultScorerConfig returns [DefaultClassifierConfig] for outputs of any size.
func DefaultScorerConfig() ScorerConfig {
	return ScorerConfig{ClassifierConfig: DefaultClassifierConfig()}
}

// Scorer gives a text, or a pair of texts, one or more numbers: how well a passage
// answers a question (a cross-encoder), how alike two sentences are, which of some
// labels hold. It is an encoder with its pooler, and a linear map of the pooled row:
//
//	y = W d(p) + b, or σ(W d(p) + b) with Sigmoid       d: dropout, (batch, outputs)
//
// It learns by the mean squared error, or with Sigmoid by the mean of
// −t log y − (1−t) log(1−y), as the heads of Hugging Face's for "regression" and
// "multi_label_classification" do.
//
// Build one with [NewScorer]. [Scorer.Score] may be called from many goroutines,
// not while [Scorer.Fit] runs.
type Scorer struct {
	cfg    ScorerConfig
	names  []string
	limit  int
	model  *Model // without heads of pre-training
	head   *verso.Linear
	graphs *reuse.Pool[*replica] // one a goroutine
}

// ScoredExample is a pair, or a text where B is empty, and the numbers that are
// wanted for it, one an output.
type ScoredExample struct {
	Pair
	Scores []float64
}

// NewScorer returns a scorer that has not learned yet, with an output of each name,
// over a copy of the model's encoder and pooler; a model without a pooler gets one
// with random weights.
func NewScorer(m *Model, names []string, c ScorerConfig) (*Scorer, error) {
	own, err := ownCopy(m, heads{pooler: true}, c.Seed)
	if err != nil {
		return nil, err
	}
	return assembleScorer(own, names, c)
}

// assembleScorer puts a head on a model that belongs to the scorer.
func assembleScorer(m *Model, names []string, c ScorerConfig) (*Scorer, error) {
	if sorted := slices.Sorted(slices.Values(names)); len(names) < 1 || len(slices.Compact(sorted)) < len(names) {
		return nil, fmt.Errorf("%w: want at least one output, all of different names, got %q", ErrExamples, names)
	}
	limit, err := c.limit(m.cfg)
	if err != nil {
		return nil, err
	}
	s := &Scorer{cfg: c, names: slices.Clone(names), limit: limit, model: m}
	s.head = NewClassification(m.params.Scope("classifier"), m.cfg, len(names))
	if err := m.params.Err(); err != nil {
		return nil, err
	}
	s.graphs = reuse.New(s.newReplica)
	return s, nil
}

// Config returns the settings.
func (s *Scorer) Config() ScorerConfig { return s.cfg }

// Names returns the names of the outputs in their order.
func (s *Scorer) Names() []string { return slices.Clone(s.names) }

// Params returns the weights: the encoder's, "bert.pooler.dense.weight",
// "classifier.weight" and so on.
func (s *Scorer) Params() *verso.Params { return s.model.params }

// Model returns the encoder with its vocabulary.
func (s *Scorer) Model() *Model { return s.model }

// Score returns the outputs for each pair, or text where B is empty, in their order,
// on all cores. It stops between texts when ctx is done. A pair alone and among others gets
// the same answer, to the last bit.
func (s *Scorer) Score(ctx context.Context, pairs []Pair) ([][]float64, error) {
	return reuse.Batches(ctx, 0, s.graphs, predictBatch, pairs, func(r *replica, batch []Pair) ([][]float64, error) {
		if err := runAll(ctx, r, batch, s.encode); err != nil {
			return nil, err
		}
		out, y := make([][]float64, len(batch)), r.m.Float32s(r.y)
		for i := range out {
			for range s.names {
				out[i], y = append(out[i], float64(y[0])), y[1:]
			}
		}
		return out, nil
	})
}

func (s *Scorer) encode(p Pair) (wordpiece.Encoding, error) {
	if p.B == "" {
		return s.model.pieces.Encode(p.A, s.limit)
	}
	return s.model.pieces.EncodePair(p.A, p.B, s.limit)
}

// logits puts the scorer into a graph, before the sigmoid.
func (s *Scorer) logits(g *verso.Graph, in Input) *gorgonia.Node {
	return s.model.classify(g, in, s.head, s.cfg.Dropout)
}

// loss is the mean over the batch and the outputs.
func (s *Scorer) loss(g *verso.Graph, in Input, want *gorgonia.Node) *gorgonia.Node {
	if s.cfg.Sigmoid {
		return verso.BCEWithLogits(g, s.logits(g, in), want, verso.DefaultBCEConfig())
	}
	return verso.MSE(g, s.logits(g, in), want, verso.DefaultMSEConfig())
}

// Fit trains on the examples, from where the weights are. Without a schedule it
// takes [WarmupDecay] to the configuration's rate. With examples in dev the negative
// of their loss after each epoch is the score, unless fit brings one of its own;
// the last weights stay, unless fit asks for the best.
func (s *Scorer) Fit(ctx context.Context, train, dev []ScoredExample, fit verso.FitConfig) (*verso.History, error) {
	for _, part := range [][]ScoredExample{train, dev} {
		if err := s.check(part); err != nil {
			return nil, err
		}
	}
	pairs, wanted := pairsOf(train), make([][]float32, len(train))
	for i, e := range train {
		for _, v := range e.Scores {
			wanted[i] = append(wanted[i], float32(v))
		}
	}
	ids, types, err := encodeAll(ctx, pairs, s.encode)
	if err != nil {
		return nil, err
	}
	if fit.Schedule == nil {
		fit.Schedule = WarmupDecay(s.cfg.Rate, len(train), fit)
	}
	fit = fit.WithScore(len(dev), func(ctx context.Context) (float64, error) {
		loss, err := s.Loss(ctx, dev)
		return -loss, err
	})
	return verso.Fit(ctx, verso.Task{
		Params:   s.model.params,
		Examples: len(train),
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			in, want := NewInput(g, "text"), g.Input("scores", tensor.Float32, 1, len(s.names))
			loss := s.loss(g, in, want)
			feed := func(m *verso.Machine, examples []int) error {
				if err := in.Feed(m, classify.Pick(ids, examples), classify.Pick(types, examples)); err != nil {
					return err
				}
				flat := slices.Concat(classify.Pick(wanted, examples)...)
				return m.Feed(want, tensor.New(tensor.WithShape(len(examples), len(s.names)), tensor.WithBacking(flat)))
			}
			return loss, feed, g.Err()
		},
	}, fit)
}

// Loss returns the mean of what [Scorer.Fit] makes small.
func (s *Scorer) Loss(ctx context.Context, examples []ScoredExample) (float64, error) {
	if err := s.check(examples); err != nil {
		return 0, err
	}
	answers, err := s.Score(ctx, pairsOf(examples))
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for i, e := range examples {
		for k, want := range e.Scores {
			if y := answers[i][k]; s.cfg.Sigmoid {
				sum -= want*logAtLeast(y) + (1-want)*logAtLeast(1-y)
			} else {
				sum += (y - want) * (y - want)
			}
		}
	}
	return sum / float64(max(1, len(examples)*len(s.names))), nil
}

// logAtLeast is PyTorch's logarithm of a probability: of 0, −100.
func logAtLeast(p float64) float64 { return max(math.Log(p), -100) }

// check refuses examples that cannot be learned from.
func (s *Scorer) check(examples []ScoredExample) error {
	for i, e := range examples {
		if len(e.Scores) != len(s.names) {
			return fmt.Errorf("%w: example %d: want %d scores, got %d", ErrExamples, i, len(s.names), len(e.Scores))
		}
		for _, v := range e.Scores {
			if v-v != 0 || s.cfg.Sigmoid && (v < 0 || v > 1) {
				return fmt.Errorf("%w: example %d: want finite scores, from 0 to 1 with Sigmoid, got %v", ErrExamples, i, v)
			}
		}
	}
	return nil
}

func pairsOf(examples []ScoredExample) []Pair {
	out := make([]Pair, len(examples))
	for i, e := range examples {
		out[i] = e.Pair
	}
	return out
}

func (s *Scorer) newReplica() (*replica, error) {
	g := verso.NewGraph(s.cfg.Seed)
	r := &replica{in: NewInput(g, "text")}
	if r.y = s.logits(g, r.in); s.cfg.Sigmoid {
		r.y = verso.Sigmoid.Forward(g, r.y)
	}
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}
