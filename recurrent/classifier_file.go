package recurrent

import (
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
	return modelfile.Build(f, func(ps *verso.Params) (*Classifier, error) {
		return assembleClassifier(ps, classes, words, cfg, func(ps *verso.Params) *embedding.Embedding {
			e := embedding.DefaultConfig()
			e.Frozen = cfg.Frozen
			return embedding.New(ps, words.Len(), cfg.Dim, e)
		})
	})
}
