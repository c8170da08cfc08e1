package bert

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Hugging Face's classes for a [Classifier] and a [Tagger]: their weights have the
// same names.
const (
	sequenceClassifier = "BertForSequenceClassification"
	tokenClassifier    = "BertForTokenClassification"
)

// headSettings is what config.json says of classes.
func headSettings(classes []string, c ClassifierConfig) map[string]any {
	names, numbers := map[string]string{}, map[string]int{}
	for i, c := range classes {
		names[strconv.Itoa(i)], numbers[c] = c, i
	}
	return map[string]any{"id2label": names, "label2id": numbers, "classifier_dropout": c.Dropout, "num_labels": len(classes)}
}

// readHead returns the classes and the settings of a folder's head, which must be
// of that architecture.
func readHead(m *Model, w *checkpoint, settings []byte, architecture string) ([]string, ClassifierConfig, error) {
	c := DefaultClassifierConfig()
	var said struct {
		Architectures []string          `json:"architectures"`
		Problem       string            `json:"problem_type"`
		Names         map[string]string `json:"id2label"`
		Dropout       *float64          `json:"classifier_dropout"`
	}
	bad := func(form string, args ...any) ([]string, ClassifierConfig, error) {
		return nil, c, fmt.Errorf("%w: "+form, append([]any{ErrCheckpoint}, args...)...)
	}
	if err := json.Unmarshal(settings, &said); err != nil {
		return bad("%s: %w", configFile, err)
	}
	shape, ok := w.Shape("classifier.weight")
	switch {
	case !ok:
		return bad("it has no classifier.weight")
	case len(said.Architectures) > 0 && said.Architectures[0] != architecture:
		return bad("architectures has %.50q, want %q", said.Architectures[0], architecture)
	case said.Problem != "" && said.Problem != "single_label_classification":
		return bad("problem_type is %.50q, want \"single_label_classification\"", said.Problem)
	case len(shape) != 2 || shape[1] != m.cfg.Hidden:
		return bad("want classifier.weight (classes, %d), it has shape %v", m.cfg.Hidden, shape[:min(len(shape), 8)])
	case shape[0] == 1:
		return bad("classifier.weight has a single output, a score, want at least two classes")
	}
	c.Dropout = m.cfg.HiddenDropout
	set(&c.Dropout, said.Dropout)
	classes := make([]string, shape[0])
	for i := range classes {
		number := strconv.Itoa(i)
		classes[i] = "LABEL_" + number // as Hugging Face's library calls them
		if name, ok := said.Names[number]; ok {
			classes[i] = name
		}
	}
	return classes, c, nil
}
