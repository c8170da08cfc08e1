package multimodal

import (
	"fmt"
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// kind names this model in a file's metadata.
const kind = "verso multimodal model 1"

// vocabularyPart begins the names of the vocabularies there.
const vocabularyPart = "vocabulary."

// Save writes the model as one safetensors file: the weights, the word vectors
// and the preparation of pictures under their names; settings and vocabularies
// in the metadata.
func (m *Model) Save(w io.Writer) error { return m.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return m.saved().WriteFile(path) }

func (m *Model) saved() modelfile.Saved {
	parts := modelfile.Parts{"config": m.cfg, "visual_dim": m.visualDim}
	for name, v := range m.reader.vocabularies() {
		parts[vocabularyPart+name] = *v
	}
	return modelfile.Saved{Kind: kind, Params: m.params, Parts: parts}
}

// Load reads a model that [Model.Save] wrote.
func Load(r io.Reader) (*Model, error) { return modelfile.Read(r, fromFile) }

// LoadFile reads a model from the file at path.
func LoadFile(path string) (*Model, error) { return modelfile.Open(path, fromFile) }

func fromFile(f *verso.ModelFile) (*Model, error) {
	var cfg Config
	var visualDim int
	var t tables
	parts := modelfile.Parts{"config": &cfg, "visual_dim": &visualDim}
	for name, v := range t.vocabularies() {
		*v = new(vocab.Vocabulary)
		parts[vocabularyPart+name] = *v
	}
	if err := modelfile.Parse(f, kind, parts); err != nil {
		return nil, err
	}
	if visualDim < 1 || visualDim > maxDim {
		return nil, fmt.Errorf("%w: width of visual vectors %d", verso.ErrFile, visualDim)
	}
	return modelfile.Build(f, func(ps *verso.Params) (*Model, error) { return assemble(ps, cfg, t, visualDim, nil) })
}
