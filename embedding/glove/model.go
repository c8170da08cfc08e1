package glove

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// Model holds what was learned: for each of n words a vector and a bias as a word, and another of each as a context. It
// does not change, so many goroutines may use one.
type Model struct {
	vocab           *vocab.Vocabulary
	dim             int
	words, contexts []float32 // (n, dim)
	wordBias        []float32 // (n)
	contextBias     []float32 // (n)
	costs           []float64
}

func (tr *trainer[T]) model() *Model {
	return &Model{
		vocab: tr.vocab, dim: tr.dim, costs: slices.Clone(tr.costs),
		words: single(tr.words.v), contexts: single(tr.contexts.v),
		wordBias: single(tr.words.b), contextBias: single(tr.contexts.b),
	}
}

func single[T kernel.Float](values []T) []float32 {
	into := make([]float32, len(values))
	for i, x := range values {
		into[i] = float32(x)
	}
	return into
}

// Vocabulary returns the words with their counts, in the order of the vectors' rows.
func (m *Model) Vocabulary() *vocab.Vocabulary { return m.vocab }

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.dim }

// Costs returns the mean of ½ f(x) e² in each epoch, as the C program prints it.
func (m *Model) Costs() []float64 { return slices.Clone(m.costs) }

// Vectors returns w_i + c_i for each word: the sums that the paper recommends. It copies them.
func (m *Model) Vectors() *vectors.Vectors {
	sums := make([]float32, len(m.words)) // (n, dim)
	kernel.Add(sums, m.words, m.contexts)
	return m.table(sums)
}

// WordVectors returns w_i alone. It copies them.
func (m *Model) WordVectors() *vectors.Vectors { return m.table(slices.Clone(m.words)) }

// ContextVectors returns c_i alone. It copies them.
func (m *Model) ContextVectors() *vectors.Vectors { return m.table(slices.Clone(m.contexts)) }

// table cannot fail: the words of a vocabulary differ, and the sizes fit.
func (m *Model) table(rows []float32) *vectors.Vectors {
	v, err := vectors.New(m.vocab.Words(), rows, m.dim)
	if err != nil {
		return &vectors.Vectors{}
	}
	return v
}

// LogCount returns what the model takes log X_ij for: w_i·c_j + b_i + b'_j. Unknown words are [ErrWord].
func (m *Model) LogCount(word, context string) (float64, error) {
	var ids [2]int
	for k, w := range []string{word, context} {
		id, ok := m.vocab.ID(w)
		if !ok {
			return 0, fmt.Errorf("%w: %q", ErrWord, w)
		}
		ids[k] = id
	}
	i, j := ids[0], ids[1]
	dot := kernel.Dot(m.words[i*m.dim:(i+1)*m.dim], m.contexts[j*m.dim:(j+1)*m.dim])
	return float64(dot) + float64(m.wordBias[i]) + float64(m.contextBias[j]), nil
}

// A model's file is safetensors: words.vectors and contexts.vectors (n, D), words.biases and contexts.biases (n), costs
// (epochs), and in the metadata the version and the vocabulary.
const modelKey, vocabularyKey = "verso.glove", "vocabulary"

type modelHead struct {
	Version int `json:"version"`
	Dim     int `json:"dim"`
}

func (m *Model) encode() ([]safetensors.Tensor, map[string]string, error) {
	words, err := m.vocab.MarshalText()
	if err != nil {
		return nil, nil, fmt.Errorf("glove: %w", err)
	}
	head, err := json.Marshal(modelHead{Version: 1, Dim: m.dim})
	if err != nil {
		return nil, nil, fmt.Errorf("glove: %w", err)
	}
	n := m.vocab.Len()
	return []safetensors.Tensor{
		{Name: "words.vectors", DType: safetensors.F32, Shape: []int{n, m.dim}, Values: m.words},
		{Name: "words.biases", DType: safetensors.F32, Shape: []int{n}, Values: m.wordBias},
		{Name: "contexts.vectors", DType: safetensors.F32, Shape: []int{n, m.dim}, Values: m.contexts},
		{Name: "contexts.biases", DType: safetensors.F32, Shape: []int{n}, Values: m.contextBias},
		{Name: "costs", DType: safetensors.F64, Shape: []int{len(m.costs)}, Values: m.costs},
	}, map[string]string{modelKey: string(head), vocabularyKey: string(words)}, nil
}

// Save writes the model as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error {
	tensors, metadata, err := m.encode()
	if err != nil {
		return err
	}
	return safetensors.Write(w, tensors, metadata)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error {
	tensors, metadata, err := m.encode()
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, tensors, metadata)
}

// Load reads a model written by [Model.Save]. What is no such file, or holds a number that is not finite, is [ErrFile].
func Load(r io.Reader) (*Model, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return decode(f)
}

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	defer f.Close()
	m, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func decode(f *safetensors.File) (*Model, error) {
	var head modelHead
	if err := json.Unmarshal([]byte(f.Metadata[modelKey]), &head); err != nil {
		return nil, fmt.Errorf("%w: no GloVe model: %w", ErrFile, err)
	}
	if head.Version != 1 || head.Dim < 1 || head.Dim > maxDim {
		return nil, fmt.Errorf("%w: version %d and dimension %d, want 1 and 1 … %d", ErrFile, head.Version, head.Dim, maxDim)
	}
	m := &Model{vocab: &vocab.Vocabulary{}, dim: head.Dim}
	if err := m.vocab.UnmarshalText([]byte(f.Metadata[vocabularyKey])); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	n := m.vocab.Len()
	for _, t := range []struct {
		name  string
		shape []int
		into  *[]float32
	}{
		{"words.vectors", []int{n, m.dim}, &m.words}, {"words.biases", []int{n}, &m.wordBias},
		{"contexts.vectors", []int{n, m.dim}, &m.contexts}, {"contexts.biases", []int{n}, &m.contextBias},
	} {
		if err := wantShape(f, t.name, t.shape, safetensors.F32); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
		var err error
		if *t.into, err = f.Float32s(t.name); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
		if err := finite(t.name, *t.into); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
	}
	var err error
	if m.costs, err = f.Float64s("costs"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}

// wantShape tells whether the file has the tensor in that form, before memory is taken for it.
func wantShape(f *safetensors.File, name string, shape []int, dtype safetensors.DType) error {
	info, err := f.Info(name)
	if err != nil {
		return err
	}
	if info.DType != dtype || !slices.Equal(info.Shape, shape) {
		return fmt.Errorf("tensor %q: wanted %s %v, the file has %s %v", name, dtype, shape, info.DType, info.Shape)
	}
	return nil
}
