package recurrent

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// classifierKind names this model in a file's metadata.
const classifierKind = "verso recurrent classifier 1"

// Save writes the model as one safetensors file: the weights under PyTorch's
// names; settings, classes and vocabulary in the metadata.
func (c *Classifier) Save(w io.Writer) error {
	meta, err := c.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParams(w, c.params, meta)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (c *Classifier) SaveFile(path string) error {
	meta, err := c.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, c.params, meta)
}

func (c *Classifier) metadata() (map[string]string, error) {
	cfg, err := json.Marshal(c.cfg)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	classes, err := json.Marshal(c.classes)
	if err != nil {
		return nil, fmt.Errorf("classes: %w", err)
	}
	words, err := c.words.MarshalText()
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return map[string]string{"model": classifierKind, "config": string(cfg), "classes": string(classes), "vocabulary": string(words)}, nil
}

// LoadClassifier reads a model that [Classifier.Save] wrote. A file of another
// kind, or one that does not hold what it says, is a [verso.ErrFile].
func LoadClassifier(r io.Reader) (*Classifier, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return classifierFromFile(f)
}

// LoadClassifierFile reads a model from the file at path.
func LoadClassifierFile(path string) (*Classifier, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := classifierFromFile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func classifierFromFile(f *verso.ModelFile) (*Classifier, error) {
	meta := f.Metadata
	if meta["model"] != classifierKind {
		return nil, fmt.Errorf("%w: it holds %q, want %q", verso.ErrFile, meta["model"], classifierKind)
	}
	var cfg ClassifierConfig
	if err := json.Unmarshal([]byte(meta["config"]), &cfg); err != nil {
		return nil, fmt.Errorf("%w: settings: %w", verso.ErrFile, err)
	}
	var classes []string
	if err := json.Unmarshal([]byte(meta["classes"]), &classes); err != nil {
		return nil, fmt.Errorf("%w: classes: %w", verso.ErrFile, err)
	}
	words := new(vocab.Vocabulary)
	if err := words.UnmarshalText([]byte(meta["vocabulary"])); err != nil {
		return nil, fmt.Errorf("%w: vocabulary: %w", verso.ErrFile, err)
	}
	if err := cfg.fits(f, words.Len(), len(classes)); err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
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
		return err
	}
	var bad error
	want := func(name string, shape ...int) bool {
		got, ok := f.Shape(name)
		if ok = ok && slices.Equal(got, shape); !ok {
			bad = fmt.Errorf("%w: the settings want %s of shape %v, the file has %v", verso.ErrShape, name, shape, got)
		}
		return ok
	}
	if !want("emb.weight", words, c.Dim) {
		return bad
	}
	for i, k := range c.ConvWidths {
		if !want(fmt.Sprintf("convs.%d.weight", i), c.ConvMaps, c.Dim, k) {
			return bad
		}
	}
	in, directions, gates := c.read(), 1, kind(c.Cell).gates()
	if c.Bidirectional {
		directions = 2
	}
	for layer := range c.Layers {
		for _, suffix := range []string{"", "_reverse"}[:directions] {
			if !want(fmt.Sprintf("rnn.weight_ih_l%d%s", layer, suffix), gates*c.Hidden, in) ||
				!want(fmt.Sprintf("rnn.weight_hh_l%d%s", layer, suffix), gates*c.Hidden, c.Hidden) {
				return bad
			}
		}
		in = directions * c.Hidden
	}
	want("fc.weight", classes, in)
	return bad
}
