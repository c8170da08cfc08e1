package bert

import (
	"fmt"
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// Save writes the classifier as one safetensors file: the weights under Hugging
// Face's names; settings, classes and vocabulary in the metadata.
func (k *Classifier) Save(w io.Writer) error {
	s, err := k.saved()
	if err != nil {
		return err
	}
	return s.Write(w)
}

// SaveFile writes the classifier to the file at path, whole or not at all.
func (k *Classifier) SaveFile(path string) error {
	s, err := k.saved()
	if err != nil {
		return err
	}
	return s.WriteFile(path)
}

func (k *Classifier) saved() (modelfile.Saved, error) {
	s, err := k.model.saved(classifierKind, k.Params())
	if err != nil {
		return s, err
	}
	s.Parts["classes"], s.Parts["classifier"] = k.classes, k.cfg
	return s, nil
}

// LoadClassifier reads a classifier that [Classifier.Save] wrote.
func LoadClassifier(r io.Reader) (*Classifier, error) {
	return modelfile.Read(r, classifierFromFile)
}

// LoadClassifierFile reads a classifier from the file at path.
func LoadClassifierFile(path string) (*Classifier, error) {
	return modelfile.Open(path, classifierFromFile)
}

func classifierFromFile(f *verso.ModelFile) (*Classifier, error) {
	var classes []string
	var c ClassifierConfig
	return described(f, classifierKind, modelfile.Parts{"classes": &classes, "classifier": &c}, func(m *Model) (*Classifier, error) {
		return assemble(m, classes, c)
	})
}

// SaveFolder writes the classifier as Hugging Face's
// BertForSequenceClassification.from_pretrained reads it.
func (k *Classifier) SaveFolder(dir string) error {
	return k.model.saveFolder(dir, sequenceClassifier, headSettings(k.classes, k.cfg))
}

// ClassifierFromFolder reads a fine-tuned classifier from a folder of Hugging
// Face's, with the names of its classes (id2label) and its dropout. [ErrCheckpoint]
// is a folder without "classifier.weight" or a pooler, and one of another task: a
// class for each word, classes of which several hold at once or a single score,
// which are [ScorerFromFolder]'s.
func ClassifierFromFolder(dir string) (*Classifier, error) {
	var k *Classifier
	_, err := openFolder(dir, func(m *Model, w *checkpoint, settings []byte) error {
		if m.pooler == nil {
			return fmt.Errorf("%w: a classifier wants a pooler", ErrCheckpoint)
		}
		h, err := readHead(m, w, settings, sequenceClassifier)
		if err != nil {
			return err
		}
		if err := h.wantSingle(); err != nil {
			return err
		}
		k, err = assemble(m, h.names, h.config)
		return err
	})
	return k, err
}
