package bert

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/seed6481993f/verso"
)

// Save writes the classifier as one safetensors file: the weights under Hugging
// Face's names; settings, classes and vocabulary in the metadata.
func (k *Classifier) Save(w io.Writer) error {
	meta, err := k.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParams(w, k.Params(), meta)
}

// SaveFile writes the classifier to the file at path, whole or not at all.
func (k *Classifier) SaveFile(path string) error {
	meta, err := k.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, k.Params(), meta)
}

func (k *Classifier) metadata() (map[string]string, error) {
	meta, err := k.model.metadata(classifierKind)
	if err != nil {
		return nil, err
	}
	for name, v := range map[string]any{"classes": k.classes, "classifier": k.cfg} {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		meta[name] = string(data)
	}
	return meta, nil
}

// LoadClassifier reads a classifier that [Classifier.Save] wrote.
func LoadClassifier(r io.Reader) (*Classifier, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return classifierFromFile(f)
}

// LoadClassifierFile reads a classifier from the file at path.
func LoadClassifierFile(path string) (*Classifier, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	k, err := classifierFromFile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

func classifierFromFile(f *verso.ModelFile) (*Classifier, error) {
	m, err := described(f, classifierKind)
	if err != nil {
		return nil, err
	}
	var classes []string
	if err := json.Unmarshal([]byte(f.Metadata["classes"]), &classes); err != nil {
		return nil, fmt.Errorf("%w: classes: %w", verso.ErrFile, err)
	}
	var c ClassifierConfig
	if err := json.Unmarshal([]byte(f.Metadata["classifier"]), &c); err != nil {
		return nil, fmt.Errorf("%w: settings: %w", verso.ErrFile, err)
	}
	k, err := assemble(m, classes, c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return k, f.LoadInto(m.params)
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
	_, err := openFolder(dir, verso.NewParams(0), func(m *Model, w *checkpoint, settings []byte) error {
		shape, ok := w.shape("classifier.weight")
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
