package attention

import (
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// translatorKind names this model in a file's metadata.
const translatorKind = "verso translator 1"

// Save writes the model as one safetensors file: the weights, and settings and
// vocabularies in the metadata.
func (t *Translator) Save(w io.Writer) error { return t.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (t *Translator) SaveFile(path string) error { return t.saved().WriteFile(path) }

func (t *Translator) saved() modelfile.Saved {
	return modelfile.Saved{Kind: translatorKind, Params: t.params, Parts: modelfile.Parts{"config": t.cfg, "source": t.source, "target": t.target}}
}

// LoadTranslator reads a model that [Translator.Save] wrote. A file of another
// kind, or one that does not hold what it says, is a [verso.ErrFile].
func LoadTranslator(r io.Reader) (*Translator, error) { return modelfile.Read(r, translatorFromFile) }

// LoadTranslatorFile reads a model from the file at path.
func LoadTranslatorFile(path string) (*Translator, error) {
	return modelfile.Open(path, translatorFromFile)
}

func translatorFromFile(f *verso.ModelFile) (*Translator, error) {
	var cfg TranslatorConfig
	source, target := new(vocab.Vocabulary), new(vocab.Vocabulary)
	if err := modelfile.Parse(f, translatorKind, modelfile.Parts{"config": &cfg, "source": source, "target": target}); err != nil {
		return nil, err
	}
	return modelfile.Build(f, func(ps *verso.Params) (*Translator, error) { return assembleTranslator(ps, source, target, cfg) })
}
