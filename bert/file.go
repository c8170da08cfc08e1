package bert

import (
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// What the metadata of a file of this package says it is.
const (
	modelKind      = "verso bert model 1"
	classifierKind = "verso bert classifier 1"
)

// Save writes the model as one safetensors file: the weights under Hugging Face's
// names; settings and vocabulary in the metadata. [Model.SaveFolder] writes what
// Hugging Face's library reads.
func (m *Model) Save(w io.Writer) error {
	s, err := m.saved(modelKind, m.params)
	if err != nil {
		return err
	}
	return s.Write(w)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error {
	s, err := m.saved(modelKind, m.params)
	if err != nil {
		return err
	}
	return s.WriteFile(path)
}

// saved describes the model as a file of that kind.
func (m *Model) saved(kind string, ps *verso.Params) (modelfile.Saved, error) {
	var vocabulary strings.Builder
	if err := m.pieces.Write(&vocabulary); err != nil {
		return modelfile.Saved{}, err
	}
	return modelfile.Saved{Kind: kind, Params: ps, Parts: modelfile.Parts{
		"config": m.cfg, "tokenizer": m.pieces.Config(), "vocabulary": rawText(vocabulary.String()), "seed": m.seed,
	}}, nil
}

// rawText is a part that stands in the file as it is.
type rawText string

func (t rawText) MarshalText() ([]byte, error) { return []byte(t), nil }

// Load reads a model that [Model.Save] wrote.
func Load(r io.Reader) (*Model, error) { return modelfile.Read(r, fromFile) }

// LoadFile reads a model from the file at path.
func LoadFile(path string) (*Model, error) { return modelfile.Open(path, fromFile) }

func fromFile(f *verso.ModelFile) (*Model, error) {
	m, err := described(f, modelKind, nil)
	if err != nil {
		return nil, err
	}
	return m, f.LoadInto(m.params)
}

// described makes the model that a file's metadata describe, without its weights,
// and reads further parts.
func described(f *verso.ModelFile, kind string, more modelfile.Parts) (*Model, error) {
	var cfg Config
	var tok wordpiece.Config
	var seed uint64
	parts := modelfile.Parts{"config": &cfg, "tokenizer": &tok, "seed": &seed}
	maps.Copy(parts, more)
	if err := modelfile.Parse(f, kind, parts); err != nil {
		return nil, err
	}
	pieces, err := wordpiece.Read(strings.NewReader(f.Metadata["vocabulary"]), tok)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	h, err := inFile(f, cfg)
	if err != nil {
		return nil, err
	}
	m, err := newModel(pieces, cfg, h, verso.NewParams(seed), seed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return m, nil
}

// inFile checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them, and says which heads there are.
func inFile(f *verso.ModelFile, c Config) (heads, error) {
	if err := c.validate(); err != nil {
		return heads{}, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	for _, w := range c.tables() {
		if err := modelfile.Want(f, modelfile.Weight{Name: w.name, Shape: w.shape}); err != nil {
			return heads{}, err
		}
	}
	if n := len(f.Names()); n < layerTensors*c.Layers {
		return heads{}, fmt.Errorf("%w: %d layers want at least %d tensors, the file has %d", verso.ErrFile, c.Layers, layerTensors*c.Layers, n)
	}
	var h heads
	_, h.pooler = f.Shape("bert.pooler.dense.weight")
	_, h.masked = f.Shape("cls.predictions.bias")
	_, h.next = f.Shape("cls.seq_relationship.weight")
	return h, nil
}
