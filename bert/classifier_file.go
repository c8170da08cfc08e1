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
	return k.model.saveFolder(dir, sequenceClassifier, map[string]any{
		"id2label": names, "label2id": numbers, "classifier_dropout": k.cfg.Dropout, "num_labels": len(k.classes),
	})
}

// ClassifierFromFolder reads a fine-tuned classifier from a folder of Hugging
// Face's, with the names of its classes (id2label) and its dropout. [ErrCheckpoint]
// is a folder without "classifier.weight" or a pooler, and one of another task: a
// class for each word, classes of which several hold at once, a single score.
func ClassifierFromFolder(dir string) (*Classifier, error) {
	var k *Classifier
	_, err := openFolder(dir, func(m *Model, w *checkpoint, settings []byte) error {
		var said classifierSettings
		if err := json.Unmarshal(settings, &said); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrCheckpoint, configFile, err)
		}
		shape, ok := w.Shape("classifier.weight")
		if !ok || len(shape) != 2 || shape[1] != m.cfg.Hidden || m.pooler == nil {
			return fmt.Errorf("%w: a classifier wants a pooler and classifier.weight (classes, %d), it has shape %v", ErrCheckpoint, m.cfg.Hidden, clipped(shape))
		}
		if err := said.check(shape[0]); err != nil {
			return err
		}
		c := DefaultClassifierConfig()
		c.Dropout = m.cfg.HiddenDropout
		set(&c.Dropout, said.Dropout)
		var err error
		k, err = assemble(m, said.classes(shape[0]), c)
		return err
	})
	return k, err
}

// classifierSettings is what config.json says of a classifier.
type classifierSettings struct {
	Architectures []string          `json:"architectures"`
	Problem       string            `json:"problem_type"`
	Names         map[string]string `json:"id2label"`
	Dropout       *float64          `json:"classifier_dropout"`
}

// sequenceClassifier is Hugging Face's class for what a [Classifier] is.
const sequenceClassifier = "BertForSequenceClassification"

// check refuses other tasks, whose weights have the same names.
func (s classifierSettings) check(outputs int) error {
	switch {
	case len(s.Architectures) > 0 && s.Architectures[0] != sequenceClassifier:
		return fmt.Errorf("%w: architectures has %.50q, want %q", ErrCheckpoint, s.Architectures[0], sequenceClassifier)
	case s.Problem != "" && s.Problem != "single_label_classification":
		return fmt.Errorf("%w: problem_type is %.50q, want \"single_label_classification\"", ErrCheckpoint, s.Problem)
	case outputs == 1:
		return fmt.Errorf("%w: classifier.weight has a single output, a score, want at least two classes", ErrCheckpoint)
	}
	return nil
}

// classes returns the names of the classes, by Hugging Face's default where the file has none.
func (s classifierSettings) classes(n int) []string {
	classes := make([]string, n)
	for i := range classes {
		number := strconv.Itoa(i)
		classes[i] = "LABEL_" + number
		if name, ok := s.Names[number]; ok {
			classes[i] = name
		}
	}
	return classes
}

// clipped shortens a shape of a file for an error's text.
func clipped(shape []int) []int { return shape[:min(len(shape), 8)] }
