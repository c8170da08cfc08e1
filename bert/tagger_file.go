package bert

import (
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// Save writes the tagger as one safetensors file: the weights under Hugging Face's
// names; settings, tags and vocabulary in the metadata.
func (t *Tagger) Save(w io.Writer) error {
	s, err := t.saved()
	if err != nil {
		return err
	}
	return s.Write(w)
}

// SaveFile writes the tagger to the file at path, whole or not at all.
func (t *Tagger) SaveFile(path string) error {
	s, err := t.saved()
	if err != nil {
		return err
	}
	return s.WriteFile(path)
}

func (t *Tagger) saved() (modelfile.Saved, error) {
	s, err := t.model.saved(taggerKind, t.Params())
	if err != nil {
		return s, err
	}
	s.Parts["tags"], s.Parts["tagger"] = t.tags, t.cfg
	return s, nil
}

// LoadTagger reads a tagger that [Tagger.Save] wrote.
func LoadTagger(r io.Reader) (*Tagger, error) { return modelfile.Read(r, taggerFromFile) }

// LoadTaggerFile reads a tagger from the file at path.
func LoadTaggerFile(path string) (*Tagger, error) { return modelfile.Open(path, taggerFromFile) }

func taggerFromFile(f *verso.ModelFile) (*Tagger, error) {
	var tags []string
	var c ClassifierConfig
	return described(f, taggerKind, modelfile.Parts{"tags": &tags, "tagger": &c}, func(m *Model) (*Tagger, error) {
		return assembleTagger(m, tags, c)
	})
}

// SaveFolder writes the tagger as Hugging Face's
// BertForTokenClassification.from_pretrained reads it.
func (t *Tagger) SaveFolder(dir string) error {
	return t.model.saveFolder(dir, tokenClassifier, headSettings(t.tags, t.cfg))
}

// TaggerFromFolder reads a fine-tuned tagger from a folder of Hugging Face's, with
// the names of its tags (id2label) and its dropout. A folder without
// "classifier.weight", or of another task, is [ErrCheckpoint].
func TaggerFromFolder(dir string) (*Tagger, error) {
	var t *Tagger
	_, err := openFolder(dir, func(m *Model, w *checkpoint, settings []byte) error {
		h, err := readHead(m, w, settings, tokenClassifier)
		if err != nil {
			return err
		}
		t, err = assembleTagger(m, h.names, h.config)
		return err
	})
	return t, err
}
