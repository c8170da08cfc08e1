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
	taggerKind     = "verso bert tagger 1"
	scorerKind     = "verso bert scorer 1"
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
	return described(f, modelKind, nil, func(m *Model) (*Model, error) { return m, nil })
}

// described makes the model that a file holds, and of it, with further parts of the
// metadata, what the file is of.
func described[M any](f *verso.ModelFile, kind string, more modelfile.Parts, finish func(*Model) (M, error)) (M, error) {
	var cfg Config
	var tok wordpiece.Config
	var seed uint64
	parts := modelfile.Parts{"config": &cfg, "tokenizer": &tok, "seed": &seed}
	maps.Copy(parts, more)
	if err := modelfile.Parse(f, kind, parts); err != nil {
		return *new(M), err
	}
	pieces, err := wordpiece.Read(strings.NewReader(f.Metadata["vocabulary"]), tok)
	if err != nil {
		return *new(M), fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	var h heads
	_, h.pooler = f.Shape("bert.pooler.dense.weight")
	_, h.masked = f.Shape("cls.predictions.bias")
	_, h.next = f.Shape("cls.seq_relationship.weight")
	return modelfile.Build(f, func(ps *verso.Params) (M, error) {
		m, err := newModel(pieces, cfg, h, ps, seed)
		if err != nil {
			return *new(M), err
		}
		return finish(m)
	})
}
