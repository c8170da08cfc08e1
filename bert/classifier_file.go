package bert

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

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
	names, numbers := map[string]string{}, map[string]int{}
	for i, c := range k.classes {
		names[strconv.Itoa(i)], numbers[c] = c, i
	}
	return k.model.saveFolder(dir, "BertForSequenceClassification", map[string]any{
		"id2label": names, "label2id": numbers, "classifier_dropout": k.cfg.Dropout, "num_labels": len(k.classes),
	})
}

// ClassifierFromFolder reads a fine-tuned classifier from a folder of Hugging
// Face's, with the names of its classes (id2label) and its dropout. A folder
// without "classifier.weight" or without a pooler is [ErrCheckpoint].
func ClassifierFromFolder(dir string) (*Classifier, error) {
	var k *Classifier
	_, err := openFolder(dir, func(m *Model, w *checkpoint, settings []byte) error {
		shape, ok := w.Shape("classifier.weight")
		if !ok || len(shape) != 2 || m.pooler == nil {
			return fmt.Errorf("%w: a classifier wants a pooler and classifier.weight, it has shape %v", ErrCheckpoint, shape)
		}
		said := struct {
			Names   map[string]string `json:"id2label"`
			Dropout *float64          `json:"classifier_dropout"`
		}{}
		if err := json.Unmarshal(settings, &said); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrCheckpoint, configFile, err)
		}
		classes := make([]string, min(shape[0], maxClasses))
		for i := range classes {
			classes[i] = "LABEL_" + strconv.Itoa(i)
			if name, ok := said.Names[strconv.Itoa(i)]; ok {
				classes[i] = name
			}
		}
		c := DefaultClassifierConfig()
		if c.Dropout = m.cfg.HiddenDropout; said.Dropout != nil {
			c.Dropout = *said.Dropout
		}
		var err error
		k, err = assemble(m, classes, c)
		return err
	})
	return k, err
}

// maxClasses is the largest number of classes in a folder: a lying shape fails later.
const maxClasses = 1 << 20
