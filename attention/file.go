package attention

import (
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// kind names this model in a file's metadata.
const kind = "verso attention classifier 1"

// Save writes the model as one safetensors file: the weights, and settings,
// classes and vocabulary in the metadata.
func (c *Classifier) Save(w io.Writer) error { return c.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (c *Classifier) SaveFile(path string) error { return c.saved().WriteFile(path) }

func (c *Classifier) saved() modelfile.Saved {
	return modelfile.Saved{Kind: kind, Params: c.params, Parts: modelfile.Parts{"config": c.cfg, "classes": c.classes, "vocabulary": c.words}}
}

// Load reads a model that [Classifier.Save] wrote. A file of another kind, or one
// that does not hold what it says, is a [verso.ErrFile].
func Load(r io.Reader) (*Classifier, error) { return modelfile.Read(r, fromFile) }

// LoadFile reads a model from the file at path.
func LoadFile(path string) (*Classifier, error) { return modelfile.Open(path, fromFile) }

func fromFile(f *verso.ModelFile) (*Classifier, error) {
	var cfg Config
	var classes []string
	words := new(vocab.Vocabulary)
	if err := modelfile.Parse(f, kind, modelfile.Parts{"config": &cfg, "classes": &classes, "vocabulary": words}); err != nil {
		return nil, err
	}
	return modelfile.Build(f, func(ps *verso.Params) (*Classifier, error) { return assemble(ps, classes, words, cfg) })
}
