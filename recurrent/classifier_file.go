package recurrent

import (
	"fmt"
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// classifierKind names this model in a file's metadata.
const classifierKind = "verso recurrent classifier 1"

// Save writes the model as one safetensors file: the weights under PyTorch's
// names; settings, classes and vocabulary in the metadata.
func (c *Classifier) Save(w io.Writer) error { return c.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (c *Classifier) SaveFile(path string) error { return c.saved().WriteFile(path) }

func (c *Classifier) saved() modelfile.Saved {
	return modelfile.Saved{Kind: classifierKind, Params: c.params, Parts: modelfile.Parts{"config": c.cfg, "classes": c.classes, "vocabulary": c.words}}
}

// LoadClassifier reads a model that [Classifier.Save] wrote. A file of another
// kind, or one that does not hold what it says, is a [verso.ErrFile].
func LoadClassifier(r io.Reader) (*Classifier, error) { return modelfile.Read(r, classifierFromFile) }

// LoadClassifierFile reads a model from the file at path.
func LoadClassifierFile(path string) (*Classifier, error) {
	return modelfile.Open(path, classifierFromFile)
}

func classifierFromFile(f *verso.ModelFile) (*Classifier, error) {
	var cfg ClassifierConfig
	var classes []string
	words := new(vocab.Vocabulary)
	if err := modelfile.Parse(f, classifierKind, modelfile.Parts{"config": &cfg, "classes": &classes, "vocabulary": words}); err != nil {
		return nil, err
	}
	if err := cfg.fits(f, words.Len(), len(classes)); err != nil {
		return nil, err
	}
	c, err := assembleClassifier(classes, words, cfg, func(ps *verso.Params) *embedding.Embedding {
		e := embedding.DefaultConfig()
		e.Init, e.Frozen = verso.Zeros(), cfg.Frozen // the file brings the rows
		return embedding.New(ps, words.Len(), cfg.Dim, e)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return c, f.LoadInto(c.params)
}

// fits checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them.
func (c ClassifierConfig) fits(f *verso.ModelFile, words, classes int) error {
	if err := c.validate(); err != nil {
		return fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	want := func(name string, shape ...int) error {
		return modelfile.Want(f, modelfile.Weight{Name: name, Shape: shape})
	}
	if err := want("emb.weight", words, c.Dim); err != nil {
		return err
	}
	for i, k := range c.ConvWidths {
		if err := want(fmt.Sprintf("convs.%d.weight", i), c.ConvMaps, c.Dim, k); err != nil {
			return err
		}
	}
	in, directions, gates := c.read(), 1, kind(c.Cell).gates()
	if c.Bidirectional {
		directions = 2
	}
	for layer := range c.Layers {
		for _, suffix := range []string{"", "_reverse"}[:directions] {
			if err := want(fmt.Sprintf("rnn.weight_ih_l%d%s", layer, suffix), gates*c.Hidden, in); err != nil {
				return err
			}
			if err := want(fmt.Sprintf("rnn.weight_hh_l%d%s", layer, suffix), gates*c.Hidden, c.Hidden); err != nil {
				return err
			}
		}
		in = directions * c.Hidden
	}
	return want("fc.weight", classes, in)
}
