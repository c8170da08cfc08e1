package attention

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// kind names this model in a file's metadata.
const kind = "verso attention classifier 1"

// Save writes the model as one safetensors file: the weights, and settings,
// classes and vocabulary in the metadata.
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
	config, err := json.Marshal(c.cfg)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	classes, err := json.Marshal(c.classes)
	if err != nil {
		return nil, fmt.Errorf("classes: %w", err)
	}
	words, err := c.words.MarshalText()
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return map[string]string{"model": kind, "config": string(config), "classes": string(classes), "vocabulary": string(words)}, nil
}

// Load reads a model that [Classifier.Save] wrote. A file of another kind, or one
// that does not hold what it says, is a [verso.ErrFile].
func Load(r io.Reader) (*Classifier, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return fromFile(f)
}

// LoadFile reads a model from the file at path.
func LoadFile(path string) (*Classifier, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := fromFile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func fromFile(f *verso.ModelFile) (*Classifier, error) {
	if got := f.Metadata["model"]; got != kind {
		return nil, fmt.Errorf("%w: it holds %q, want %q", verso.ErrFile, got, kind)
	}
	var cfg Config
	var classes []string
	words := new(vocab.Vocabulary)
	if err := json.Unmarshal([]byte(f.Metadata["config"]), &cfg); err != nil {
		return nil, fmt.Errorf("%w: config: %w", verso.ErrFile, err)
	}
	if err := json.Unmarshal([]byte(f.Metadata["classes"]), &classes); err != nil {
		return nil, fmt.Errorf("%w: classes: %w", verso.ErrFile, err)
	}
	if err := words.UnmarshalText([]byte(f.Metadata["vocabulary"])); err != nil {
		return nil, fmt.Errorf("%w: vocabulary: %w", verso.ErrFile, err)
	}
	if err := fits(f, cfg, words.Len(), len(classes)); err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	c, err := New(classes, words, cfg)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return c, f.LoadInto(c.params)
}

// fits checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them.
func fits(f *verso.ModelFile, c Config, words, classes int) error {
	if err := c.validate(); err != nil {
		return err
	}
	features, last := c.Dim, fmt.Sprintf("encoder.layers.%d.linear1.weight", c.Layers-1)
	size := []int{c.FeedForward, c.Dim}
	if c.Reader == Recurrent {
		features, last, size = 2*c.Hidden, fmt.Sprintf("rnn.weight_hh_l%d_reverse", c.Layers-1), []int{3 * c.Hidden, c.Hidden}
	}
	for _, want := range []struct {
		name  string
		shape []int
	}{{"emb.weight", []int{words, c.Dim}}, {last, size}, {"pool.hidden.weight", []int{c.Pooling, features}}, {"fc.weight", []int{classes, features}}} {
		if got, ok := f.Shape(want.name); !ok || !slices.Equal(got, want.shape) {
			return fmt.Errorf("%w: the settings want %s of shape %v, the file has %v", verso.ErrShape, want.name, want.shape, got)
		}
	}
	return nil
}
