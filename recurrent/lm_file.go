package recurrent

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// lmKind names this model in a file's metadata.
const lmKind = "verso language model 1"

// Save writes the model as one safetensors file: the weights under PyTorch's
// names, settings and vocabulary in the metadata.
func (m *LanguageModel) Save(w io.Writer) error {
	meta, err := m.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParams(w, m.params, meta)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (m *LanguageModel) SaveFile(path string) error {
	meta, err := m.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, m.params, meta)
}

func (m *LanguageModel) metadata() (map[string]string, error) {
	cfg, err := json.Marshal(m.cfg)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	words, err := m.words.MarshalText()
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return map[string]string{"model": lmKind, "config": string(cfg), "vocabulary": string(words)}, nil
}

// LoadLM reads a model that [LanguageModel.Save] wrote. A file that is none, or
// that does not hold what it claims, is a verso.ErrFile.
func LoadLM(r io.Reader) (*LanguageModel, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return lmFromFile(f)
}

// LoadLMFile reads a model from the file at path.
func LoadLMFile(path string) (*LanguageModel, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := lmFromFile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func lmFromFile(f *verso.ModelFile) (*LanguageModel, error) {
	if got := f.Metadata["model"]; got != lmKind {
		return nil, fmt.Errorf("%w: it holds %q, want %q", verso.ErrFile, got, lmKind)
	}
	var c LMConfig
	if err := json.Unmarshal([]byte(f.Metadata["config"]), &c); err != nil {
		return nil, fmt.Errorf("%w: settings: %w", verso.ErrFile, err)
	}
	words := new(vocab.Vocabulary)
	if err := words.UnmarshalText([]byte(f.Metadata["vocabulary"])); err != nil {
		return nil, fmt.Errorf("%w: vocabulary: %w", verso.ErrFile, err)
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	if err := c.fits(words.Len(), f.Shape); err != nil { // before memory is taken
		return nil, err
	}
	m, err := newLM(verso.NewParams(c.Seed), words, c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	if err := f.LoadInto(m.params); err != nil {
		return nil, err
	}
	return m, nil
}
