package conv1d

import (
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// kind names this model in a file's metadata.
const kind = "verso conv1d classifier 1"

// Save writes the model as one safetensors file: the weights under PyTorch's
// names; settings, classes and vocabulary in the metadata.
func (c *Classifier) Save(w io.Writer) error { return c.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (c *Classifier) SaveFile(path string) error { return c.saved().WriteFile(path) }

func (c *Classifier) saved() modelfile.Saved {
	return modelfile.Saved{Kind: kind, Params: c.params, Parts: modelfile.Parts{"config": c.cfg, "classes": c.classes, "vocabulary": c.words}}
}

// Load reads a model that [Classifier.Save] wrote.
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
	return modelfile.Build(f, func(ps *verso.Params) (*Classifier, error) {
		return assemble(ps, classes, words, cfg, storedTables)
	})
}

// storedTables makes the tables whose rows a file brings.
func storedTables(c *Classifier) (out [2]*embedding.Embedding) {
	cfg := embedding.DefaultConfig()
	cfg.Frozen = c.cfg.Variant == Static
	out[0] = embedding.New(c.params.Scope("emb"), c.words.Len(), c.cfg.Dim, cfg)
	if c.cfg.Variant == Multichannel {
		cfg.Frozen = true
		out[1] = embedding.New(c.params.Scope("emb_static"), c.words.Len(), c.cfg.Dim, cfg)
	}
	return out
}
