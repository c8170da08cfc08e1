package word2vec

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Model holds what was learned: for each of n words a vector as input, and as target one for negative sampling, one for each of n-1 inner nodes
// of the tree, or both. Its methods but Continue may be called by many goroutines.
type Model struct {
	vocab     *vocab.Vocabulary
	tables    *loglinear.Tables[float32]
	objective loglinear.Objective
	plan      plan
	at        loglinear.Position
}

// plan is what must be the same for a training to go on to the same bytes.
type plan struct {
	Architecture Architecture `json:"architecture"`
	Combine      Combine      `json:"combine"`
	Dim          int          `json:"dim"`
	Window       int          `json:"window"`
	FixedWindow  bool         `json:"fixed_window"`
	Negatives    int          `json:"negatives"`
	NoisePower   float64      `json:"noise_power"`
	Tree         bool         `json:"tree"`
	Sample       float64      `json:"sample"`
	Epochs       int          `json:"epochs"`
	Rate         float64      `json:"rate"`
	MinRate      float64      `json:"min_rate"`
	Blocks       int          `json:"blocks"`
	Seed         uint64       `json:"seed"`
	Corpus       uint64       `json:"corpus"` // a hash of its ids
}

// newModel draws first vectors for the words.
func newModel(words *vocab.Vocabulary, c *Config) (*Model, error) {
	m := &Model{vocab: words}
	if err := m.prepare(c.Dim, c.Negatives, c.NoisePower, c.HierarchicalSoftmax); err != nil {
		return nil, err
	}
	m.tables.Randomise(c.Seed, 0)
	return m, nil
}

// prepare makes what a vocabulary and these settings need, with tables of zeros.
func (m *Model) prepare(dim, negatives int, power float64, tree bool) (err error) {
	n := counts(m.vocab)
	m.objective = loglinear.Objective{Negatives: negatives}
	if negatives > 0 {
		if m.objective.Noise, err = loglinear.NewNoise(n, power); err != nil {
			return fmt.Errorf("word2vec: %w", err)
		}
	}
	if tree {
		if m.objective.Tree, err = loglinear.NewHuffman(n); err != nil {
			return fmt.Errorf("word2vec: %w", err)
		}
	}
	if m.tables, err = loglinear.NewTables[float32](m.vocab.Len(), m.objective.Rows(), dim); err != nil {
		return fmt.Errorf("word2vec: %w", err)
	}
	return nil
}

// begin sets out to train on a corpus from its start.
func (m *Model) begin(c *Config, corpus *loglinear.Corpus) {
	const prime = 1099511628211 // of the 64-bit FNV-1a hash, here over ids
	hash := uint64(14695981039346656037)
	for _, ids := range corpus.All() {
		for _, id := range ids {
			hash = (hash ^ uint64(id)) * prime
		}
		hash = (hash ^ math.MaxUint64) * prime // the end of a sentence
	}
	m.plan = plan{
		c.Architecture, c.Combine, c.Dim, c.Window, c.FixedWindow, c.Negatives, c.NoisePower, c.HierarchicalSoftmax, c.Sample,
		c.Epochs, c.Rate, c.MinRate, c.Blocks, c.Seed, hash,
	}
	m.at = loglinear.Position{}
}

// Vocabulary returns the words with their counts, in the order of the vectors' rows.
func (m *Model) Vocabulary() *vocab.Vocabulary { return m.vocab }

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.tables.Dim }

// Done tells whether training came to its end.
func (m *Model) Done() bool { return m.at.Epoch >= m.plan.Epochs }

// Vectors returns the words' vectors as inputs, which are what word2vec's name stands for. It copies them.
func (m *Model) Vectors() *vectors.Vectors { return m.table(m.tables.Dense(m.tables.In)) }

// ContextVectors returns the words' vectors as targets of negative sampling; nil for a model without. It copies them.
func (m *Model) ContextVectors() *vectors.Vectors {
	if m.objective.Negatives == 0 {
		return nil
	}
	return m.table(m.tables.Dense(m.tables.Out[:m.vocab.Len()*m.tables.Stride]))
}

// table cannot fail: the words of a vocabulary differ, and the sizes fit.
func (m *Model) table(rows []float32) *vectors.Vectors {
	v, err := vectors.New(m.vocab.Words(), rows, m.tables.Dim)
	if err != nil {
		return &vectors.Vectors{}
	}
	return v
}

// LogOdds returns w·c for a word and one near it: for a skip-gram model with k negatives it tends to log P(context|word)/P_noise(context) - log k, the
// pointwise mutual information but for the noise (Levy & Goldberg 2014). [ErrWord] for an unknown word, [ErrConfig] for a
// model without negative sampling.
func (m *Model) LogOdds(word, context string) (float64, error) {
	i, ok := m.vocab.ID(word)
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrWord, word)
	}
	j, ok := m.vocab.ID(context)
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrWord, context)
	}
	if m.objective.Negatives == 0 {
		return 0, fmt.Errorf("%w: the model has no negative sampling", ErrConfig)
	}
	return float64(kernel.Dot(m.tables.Input(i), m.tables.Target(j))), nil
}

// Probability returns P(context|word) by the tree of hierarchical softmax: the product of σ(±w·c_p) over the nodes p on the path to the context.
// Over all contexts it adds up to 1. Errors as those of LogOdds.
func (m *Model) Probability(word, context string) (float64, error) {
	i, ok := m.vocab.ID(word)
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrWord, word)
	}
	j, ok := m.vocab.ID(context)
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrWord, context)
	}
	if m.objective.Tree == nil {
		return 0, fmt.Errorf("%w: the model has no hierarchical softmax", ErrConfig)
	}
	first := 0
	if m.objective.Negatives > 0 {
		first = m.vocab.Len()
	}
	p := 1.0
	points, bits := m.objective.Tree.Path(j)
	for k, node := range points {
		f := float64(kernel.Dot(m.tables.Input(i), m.tables.Target(first+int(node))))
		if bits[k] == 1 {
			f = -f
		}
		p /= 1 + math.Exp(-f)
	}
	return p, nil
}
