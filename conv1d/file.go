package conv1d

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// kind names this model in a file's metadata.
const kind = "verso conv1d classifier 1"

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
	return map[string]string{"model": kind, "config": string(cfg), "classes": string(classes), "vocabulary": string(words)}, nil
}

// Load reads a model that [Classifier.Save] wrote.
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
	meta := f.Metadata
	if meta["model"] != kind {
		return nil, fmt.Errorf("%w: it holds %q, want %q", verso.ErrFile, meta["model"], kind)
	}
	var cfg Config
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
	if err := fits(f, cfg); err != nil {
		return nil, err
	}
	c, err := assemble(classes, words, cfg, emptyTables)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	if err := f.LoadInto(c.params); err != nil {
		return nil, err
	}
	return c, nil
}

// fits checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them.
func fits(f *verso.ModelFile, c Config) error {
	if err := c.validate(); err != nil {
		return fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	for i, k := range c.Widths {
		want, name := []int{c.Maps, c.Dim, k}, fmt.Sprintf("convs.%d.weight", i)
		if got, ok := f.Shape(name); !ok || !slices.Equal(got, want) {
			return fmt.Errorf("%w: the settings want %s of shape %v, the file has %v", verso.ErrFile, name, want, got)
		}
	}
	return nil
}

// emptyTables makes tables of zeros, for weights that a file brings.
func emptyTables(c *Classifier) (out [2]*embedding.Embedding) {
	cfg := embedding.DefaultConfig()
	cfg.Init = verso.Zeros()
	cfg.Frozen = c.cfg.Variant == Static
	out[0] = embedding.New(c.params.Scope("emb"), c.words.Len(), c.cfg.Dim, cfg)
	if c.cfg.Variant == Multichannel {
		cfg.Frozen = true
		out[1] = embedding.New(c.params.Scope("emb_static"), c.words.Len(), c.cfg.Dim, cfg)
	}
	return out
}
