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

// What Hugging Face's library calls the kinds of outputs.
const (
	singleLabel = "single_label_classification"
	multiLabel  = "multi_label_classification"
	regression  = "regression"
)

// headSettings is what config.json says of classes.
func headSettings(classes []string, c ClassifierConfig) map[string]any {
	names, numbers := map[string]string{}, map[string]int{}
	for i, c := range classes {
		names[strconv.Itoa(i)], numbers[c] = c, i
	}
	return map[string]any{"id2label": names, "label2id": numbers, "classifier_dropout": c.Dropout, "num_labels": len(classes)}
}

// head is what a folder says of its head.
type head struct {
	names   []string // of the outputs
	problem string   // by the number of outputs where the folder does not say it
	config  ClassifierConfig
}

// readHead reads a folder's head, which must be of that architecture.
func readHead(m *Model, w *checkpoint, settings []byte, architecture string) (head, error) {
	h := head{config: DefaultClassifierConfig()}
	var said struct {
		Architectures []string          `json:"architectures"`
		Problem       string            `json:"problem_type"`
		Names         map[string]string `json:"id2label"`
		Dropout       *float64          `json:"classifier_dropout"`
	}
	bad := func(form string, args ...any) (head, error) {
		return h, fmt.Errorf("%w: "+form, append([]any{ErrCheckpoint}, args...)...)
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
	case len(shape) != 2 || shape[1] != m.cfg.Hidden:
		return bad("want classifier.weight (classes, %d), it has shape %v", m.cfg.Hidden, shape[:min(len(shape), 8)])
	}
	switch h.problem = said.Problem; {
	case h.problem == "" && shape[0] == 1:
		h.problem = regression
	case h.problem == "":
		h.problem = singleLabel
	}
	h.config.Dropout = m.cfg.HiddenDropout
	set(&h.config.Dropout, said.Dropout)
	h.names = make([]string, shape[0])
	for i := range h.names {
		number := strconv.Itoa(i)
		h.names[i] = "LABEL_" + number // as Hugging Face's library calls them
		if name, ok := said.Names[number]; ok {
			h.names[i] = name
		}
	}
	return h, nil
}

// wantSingle refuses outputs that are no classes of which one holds.
func (h head) wantSingle() error {
	if h.problem != singleLabel {
		return fmt.Errorf("%w: problem_type is %.50q with %d outputs, want %q", ErrCheckpoint, h.problem, len(h.names), singleLabel)
	}
	return nil
}
