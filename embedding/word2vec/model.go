package word2vec

import (
	"fmt"
	"io"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Model holds what was learned: for each of n words a vector as input, and as target one for negative sampling, one for each of n-1 inner nodes
// of the tree, or both. Its methods but Continue may be called by many goroutines.
type Model struct {
	vocab     *vocab.Vocabulary
	rows      *course.Model
	objective loglinear.Objective
}

// own is what a model knows of its training beside the plan.
type own struct {
	Architecture Architecture `json:"architecture"`
	Combine      Combine      `json:"combine"`
	Window       int          `json:"window"`
	FixedWindow  bool         `json:"fixed_window"`
}

func newModel(rows *course.Model, words *vocab.Vocabulary) (*Model, error) {
	o, err := rows.Plan.Objective(rows.Counts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return &Model{words, rows, o}, nil
}

// vocabularyOf makes a vocabulary of words whose counts fall.
func vocabularyOf(words []string, counts []int64) (*vocab.Vocabulary, error) {
	var counter vocab.Counter
	for i, word := range words {
		if i > 0 && counts[i] > counts[i-1] {
			return nil, fmt.Errorf("word %d occurs more often than the one before it, %d and %d times", i, counts[i], counts[i-1])
		}
		if err := counter.AddN(word, counts[i]); err != nil {
			return nil, err
		}
	}
	return counter.Vocabulary(vocab.Config{})
}

// Vocabulary returns the words with their counts, in the order of the vectors' rows.
func (m *Model) Vocabulary() *vocab.Vocabulary { return m.vocab }

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Plan.Dim }

// Done tells whether training came to its end.
func (m *Model) Done() bool { return m.rows.Done() }

// Vectors returns the words' vectors as inputs, which are what word2vec's name stands for. It copies them.
func (m *Model) Vectors() *vectors.Vectors { return m.rows.Vectors(m.rows.Names, m.rows.Tables.In, 0) }

// ContextVectors returns the words' vectors as targets of negative sampling; nil for a model without. It copies them.
func (m *Model) ContextVectors() *vectors.Vectors {
	if m.objective.Negatives == 0 {
		return nil
	}
	return m.rows.Vectors(m.rows.Names, m.rows.Tables.Out, 0)
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
	return float64(kernel.Dot(m.rows.Tables.Input(i), m.rows.Tables.Target(j))), nil
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
		f := float64(kernel.Dot(m.rows.Tables.Input(i), m.rows.Tables.Target(first+int(node))))
		if bits[k] == 1 {
			f = -f
		}
		p /= 1 + math.Exp(-f)
	}
	return p, nil
}

// Save writes the model, and where its training stands, as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error { return kind.Save(w, m.rows) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return kind.SaveFile(path, m.rows) }

// Load reads a model written by [Model.Save], or a checkpoint. What is no such file is [ErrFile].
func Load(r io.Reader) (*Model, error) { return loaded(kind.Load(r, nil)) }

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) { return loaded(kind.LoadFile(path, nil)) }

func loaded(rows *course.Model, err error) (*Model, error) {
	if err != nil {
		return nil, err
	}
	if err := kind.CheckSizes(rows); err != nil {
		return nil, err
	}
	words, err := vocabularyOf(rows.Names, rows.Counts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	m, err := newModel(rows, words)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}
