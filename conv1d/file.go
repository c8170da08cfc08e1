package conv1d

import (
	"fmt"
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
	if err := fits(f, cfg); err != nil {
		return nil, err
	}
	c, err := assemble(classes, words, cfg, emptyTables)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	if err := f.LoadInto(c.params); err != nil {
		return nil, err
	}
	return c, nil
}

// fits checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them.
func fits(f *verso.ModelFile, c Config) error {
	if err := c.validate(); err != nil {
		return fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	for i, k := range c.Widths {
		if err := modelfile.Want(f, modelfile.Weight{Name: fmt.Sprintf("convs.%d.weight", i), Shape: []int{c.Maps, c.Dim, k}}); err != nil {
			return err
		}
	}
	return nil
}

// emptyTables makes tables of zeros, for weights that a file brings.
func emptyTables(c *Classifier) (out [2]*embedding.Embedding) {
	cfg := embedding.DefaultConfig()
	cfg.Init = verso.Zeros()
	cfg.Frozen = c.cfg.Variant == Static
	out[0] = embedding.New(c.params.Scope("emb"), c.words.Len(), c.cfg.Dim, cfg)
	if c.cfg.Variant == Multichannel {
		cfg.Frozen = true
		out[1] = embedding.New(c.params.Scope("emb_static"), c.words.Len(), c.cfg.Dim, cfg)
	}
	return out
}
