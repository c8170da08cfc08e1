package bert

import (
	"fmt"
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// Save writes the scorer as one safetensors file: the weights under Hugging Face's
// names; settings, names and vocabulary in the metadata.
func (s *Scorer) Save(w io.Writer) error {
	f, err := s.saved()
	if err != nil {
		return err
	}
	return f.Write(w)
}

// SaveFile writes the scorer to the file at path, whole or not at all.
func (s *Scorer) SaveFile(path string) error {
	f, err := s.saved()
	if err != nil {
		return err
	}
	return f.WriteFile(path)
}

func (s *Scorer) saved() (modelfile.Saved, error) {
	f, err := s.model.saved(scorerKind, s.Params())
	if err != nil {
		return f, err
	}
	f.Parts["names"], f.Parts["scorer"] = s.names, s.cfg
	return f, nil
}

// LoadScorer reads a scorer that [Scorer.Save] wrote.
func LoadScorer(r io.Reader) (*Scorer, error) { return modelfile.Read(r, scorerFromFile) }

// LoadScorerFile reads a scorer from the file at path.
func LoadScorerFile(path string) (*Scorer, error) { return modelfile.Open(path, scorerFromFile) }

func scorerFromFile(f *verso.ModelFile) (*Scorer, error) {
	var names []string
	var c ScorerConfig
	return described(f, scorerKind, modelfile.Parts{"names": &names, "scorer": &c}, func(m *Model) (*Scorer, error) {
		return assembleScorer(m, names, c)
	})
}

// SaveFolder writes the scorer as Hugging Face's
// BertForSequenceClassification.from_pretrained reads it.
func (s *Scorer) SaveFolder(dir string) error {
	settings := headSettings(s.names, s.cfg.ClassifierConfig)
	settings["problem_type"] = regression
	if s.cfg.Sigmoid {
		settings["problem_type"] = multiLabel
	}
	return s.model.saveFolder(dir, sequenceClassifier, settings)
}

// ScorerFromFolder reads a fine-tuned scorer from a folder of Hugging Face's: a
// cross-encoder, a regression, or a classifier of labels of which several may hold
// (problem_type "multi_label_classification"), whose outputs are sigmoids then. The
// single output of a cross-encoder is returned as it is; the library
// sentence-transformers puts it through a sigmoid. A folder of another task, one of
// several classes among them, is [ErrCheckpoint].
func ScorerFromFolder(dir string) (*Scorer, error) {
	var s *Scorer
	_, err := openFolder(dir, func(m *Model, w *checkpoint, settings []byte) error {
		if m.pooler == nil {
			return fmt.Errorf("%w: a scorer wants a pooler", ErrCheckpoint)
		}
		h, err := readHead(m, w, settings, sequenceClassifier)
		if err != nil {
			return err
		}
		if h.problem == singleLabel {
			return fmt.Errorf("%w: problem_type is %q, want %q or %q", ErrCheckpoint, h.problem, regression, multiLabel)
		}
		s, err = assembleScorer(m, h.names, ScorerConfig{ClassifierConfig: h.config, Sigmoid: h.problem == multiLabel})
		return err
	})
	return s, err
}
