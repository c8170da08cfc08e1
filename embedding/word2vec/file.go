package word2vec

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/safetensors"
)

const modelKey, vocabularyKey = "verso.word2vec", "vocabulary"

// modelHead is what a file says of the model, in its metadata.
type modelHead struct {
	Version int  `json:"version"`
	Plan    plan `json:"plan"`
	Epoch   int  `json:"epoch"` // where training stands
	Block   int  `json:"block"`
}

func (m *Model) encode() ([]safetensors.Tensor, map[string]string, error) {
	words, err := m.vocab.MarshalText()
	if err != nil {
		return nil, nil, fmt.Errorf("word2vec: %w", err)
	}
	head, err := json.Marshal(modelHead{Version: 1, Plan: m.plan, Epoch: m.at.Epoch, Block: m.at.Block})
	if err != nil {
		return nil, nil, fmt.Errorf("word2vec: %w", err)
	}
	t := m.tables
	return []safetensors.Tensor{
		{Name: "inputs", DType: safetensors.F32, Shape: []int{t.Inputs(), t.Dim}, Values: t.Dense(t.In)},
		{Name: "targets", DType: safetensors.F32, Shape: []int{t.Targets(), t.Dim}, Values: t.Dense(t.Out)},
	}, map[string]string{modelKey: string(head), vocabularyKey: string(words)}, nil
}

// Save writes the model, and where its training stands, as one safetensors file: "inputs" (n, D), and "targets", n rows of negative
// sampling and n-1 of the tree. The same model gives the same bytes.
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

// Load reads a model written by [Model.Save]. What is no such file is [ErrFile].
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
		return nil, fmt.Errorf("%w: no word2vec model: %w", ErrFile, err)
	}
	p := head.Plan
	switch {
	case head.Version != 1:
		return nil, fmt.Errorf("%w: version %d, want 1", ErrFile, head.Version)
	case p.Dim < 1 || p.Dim > maxDim || p.Negatives < 0 || p.Negatives == 0 && !p.Tree:
		return nil, fmt.Errorf("%w: dimension %d and %d negatives", ErrFile, p.Dim, p.Negatives)
	case head.Epoch < 0 || head.Block < 0:
		return nil, fmt.Errorf("%w: epoch %d, block %d", ErrFile, head.Epoch, head.Block)
	}
	m := &Model{vocab: &vocab.Vocabulary{}, plan: p, at: loglinear.Position{Epoch: head.Epoch, Block: head.Block}}
	if err := m.vocab.UnmarshalText([]byte(f.Metadata[vocabularyKey])); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	// Shapes first: the tables are made for a vocabulary that may promise more rows than the file holds.
	n := m.vocab.Len()
	targets := 0
	if p.Negatives > 0 {
		targets += n
	}
	if p.Tree {
		targets += n - 1
	}
	for name, rows := range map[string]int{"inputs": n, "targets": targets} {
		if err := wantShape(f, name, []int{rows, p.Dim}); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
	}
	if err := m.prepare(p.Dim, p.Negatives, p.NoisePower, p.Tree); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	for _, t := range []struct {
		name string
		into []float32
	}{{"inputs", m.tables.In}, {"targets", m.tables.Out}} {
		values, err := f.Float32s(t.name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
		for i := range len(values) / p.Dim {
			copy(t.into[i*m.tables.Stride:], values[i*p.Dim:(i+1)*p.Dim])
		}
	}
	if err := m.finite(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}

// wantShape tells whether the file has the tensor in that form, before memory is taken for it.
func wantShape(f *safetensors.File, name string, shape []int) error {
	info, err := f.Info(name)
	if err != nil {
		return err
	}
	if info.DType != safetensors.F32 || !slices.Equal(info.Shape, shape) {
		return fmt.Errorf("tensor %q: wanted %s %v, the file has %s %v", name, safetensors.F32, shape, info.DType, info.Shape)
	}
	return nil
}
