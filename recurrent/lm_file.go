package recurrent

import (
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// lmKind names this model in a file's metadata.
const lmKind = "verso language model 1"

// Save writes the model as one safetensors file: the weights under PyTorch's
// names, settings and vocabulary in the metadata.
func (m *LanguageModel) Save(w io.Writer) error { return m.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *LanguageModel) SaveFile(path string) error { return m.saved().WriteFile(path) }

func (m *LanguageModel) saved() modelfile.Saved {
	return modelfile.Saved{Kind: lmKind, Params: m.params, Parts: modelfile.Parts{"config": m.cfg, "vocabulary": m.words}}
}

// LoadLM reads a model that [LanguageModel.Save] wrote. A file that is none, or
// that does not hold what it claims, is a verso.ErrFile.
func LoadLM(r io.Reader) (*LanguageModel, error) { return modelfile.Read(r, lmFromFile) }

// LoadLMFile reads a model from the file at path.
func LoadLMFile(path string) (*LanguageModel, error) { return modelfile.Open(path, lmFromFile) }

func lmFromFile(f *verso.ModelFile) (*LanguageModel, error) {
	var c LMConfig
	words := new(vocab.Vocabulary)
	if err := modelfile.Parse(f, lmKind, modelfile.Parts{"config": &c, "vocabulary": words}); err != nil {
		return nil, err
	}
	return modelfile.Build(f, func(ps *verso.Params) (*LanguageModel, error) { return newLM(ps, words, c) })
}
