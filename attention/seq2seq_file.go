package attention

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// translatorKind names this model in a file's metadata.
const translatorKind = "verso translator 1"

// Save writes the model as one safetensors file: the weights, and settings and
// vocabularies in the metadata.
func (t *Translator) Save(w io.Writer) error {
	meta, err := t.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParams(w, t.params, meta)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (t *Translator) SaveFile(path string) error {
	meta, err := t.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, t.params, meta)
}

func (t *Translator) metadata() (map[string]string, error) {
	config, err := json.Marshal(t.cfg)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	meta := map[string]string{"model": translatorKind, "config": string(config)}
	for name, v := range map[string]*vocab.Vocabulary{"source": t.source, "target": t.target} {
		text, err := v.MarshalText()
		if err != nil {
			return nil, fmt.Errorf("vocabulary of the %s: %w", name, err)
		}
		meta[name] = string(text)
	}
	return meta, nil
}

// LoadTranslator reads a model that [Translator.Save] wrote. A file of another
// kind, or one that does not hold what it says, is a [verso.ErrFile].
func LoadTranslator(r io.Reader) (*Translator, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return translatorFromFile(f)
}

// LoadTranslatorFile reads a model from the file at path.
func LoadTranslatorFile(path string) (*Translator, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := translatorFromFile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func translatorFromFile(f *verso.ModelFile) (*Translator, error) {
	if got := f.Metadata["model"]; got != translatorKind {
		return nil, fmt.Errorf("%w: it holds %q, want %q", verso.ErrFile, got, translatorKind)
	}
	var cfg TranslatorConfig
	if err := json.Unmarshal([]byte(f.Metadata["config"]), &cfg); err != nil {
		return nil, fmt.Errorf("%w: config: %w", verso.ErrFile, err)
	}
	var words [2]*vocab.Vocabulary
	for i, name := range []string{"source", "target"} {
		words[i] = new(vocab.Vocabulary)
		if err := words[i].UnmarshalText([]byte(f.Metadata[name])); err != nil {
			return nil, fmt.Errorf("%w: vocabulary of the %s: %w", verso.ErrFile, name, err)
		}
	}
	if err := cfg.fits(f, words[0].Len(), words[1].Len()); err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	t, err := NewTranslator(words[0], words[1], cfg)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return t, f.LoadInto(t.params)
}

// fits checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them.
func (c TranslatorConfig) fits(f *verso.ModelFile, source, target int) error {
	if err := c.validate(); err != nil {
		return err
	}
	for _, want := range []struct {
		name  string
		shape []int
	}{
		{"src.weight", []int{source, c.Dim}},
		{"tgt.weight", []int{target, c.Dim}},
		{"dec.weight_hh", []int{3 * c.Hidden, c.Hidden}},
		{"att.Wq.weight", []int{c.Attention, c.Hidden}},
	} {
		if got, ok := f.Shape(want.name); !ok || !slices.Equal(got, want.shape) {
			return fmt.Errorf("%w: the settings want %s of shape %v, the file has %v", verso.ErrShape, want.name, want.shape, got)
		}
	}
	return nil
}
