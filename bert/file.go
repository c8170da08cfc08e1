package bert

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
)

// What the metadata of a file of this package says it is.
const (
	modelKind      = "verso bert model 1"
	classifierKind = "verso bert classifier 1"
)

// Save writes the model as one safetensors file: the weights under Hugging Face's
// names; settings and vocabulary in the metadata. [Model.SaveFolder] writes what
// Hugging Face's library reads.
func (m *Model) Save(w io.Writer) error {
	meta, err := m.metadata(modelKind)
	if err != nil {
		return err
	}
	return verso.SaveParams(w, m.params, meta)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error {
	meta, err := m.metadata(modelKind)
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, m.params, meta)
}

func (m *Model) metadata(kind string) (map[string]string, error) {
	cfg, err := json.Marshal(m.cfg)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	tok, err := json.Marshal(m.pieces.Config())
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	var vocabulary strings.Builder
	if err := m.pieces.Write(&vocabulary); err != nil {
		return nil, err
	}
	return map[string]string{
		"model": kind, "config": string(cfg), "tokenizer": string(tok), "vocabulary": vocabulary.String(),
		"seed": strconv.FormatUint(m.seed, 10),
	}, nil
}

// Load reads a model that [Model.Save] wrote.
func Load(r io.Reader) (*Model, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return fromFile(f)
}

// LoadFile reads a model from the file at path.
func LoadFile(path string) (*Model, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := fromFile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func fromFile(f *verso.ModelFile) (*Model, error) {
	m, err := described(f, modelKind)
	if err != nil {
		return nil, err
	}
	return m, f.LoadInto(m.params)
}

// described makes the model that a file's metadata describe, without its weights.
func described(f *verso.ModelFile, kind string) (*Model, error) {
	meta := f.Metadata
	if meta["model"] != kind {
		return nil, fmt.Errorf("%w: it holds %.50q, want %q", verso.ErrFile, meta["model"], kind)
	}
	var cfg Config
	if err := json.Unmarshal([]byte(meta["config"]), &cfg); err != nil {
		return nil, fmt.Errorf("%w: settings: %w", verso.ErrFile, err)
	}
	var tok wordpiece.Config
	if err := json.Unmarshal([]byte(meta["tokenizer"]), &tok); err != nil {
		return nil, fmt.Errorf("%w: tokenizer: %w", verso.ErrFile, err)
	}
	seed, err := strconv.ParseUint(meta["seed"], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: seed: %w", verso.ErrFile, err)
	}
	pieces, err := wordpiece.Read(strings.NewReader(meta["vocabulary"]), tok)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	h, err := inFile(f, cfg)
	if err != nil {
		return nil, err
	}
	m, err := newModel(pieces, cfg, h, verso.NewParams(seed), seed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return m, nil
}

// inFile checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them, and says which heads there are.
func inFile(f *verso.ModelFile, c Config) (heads, error) {
	if err := c.validate(); err != nil {
		return heads{}, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	for _, w := range c.tables() {
		if got, ok := f.Shape(w.name); !ok || !slices.Equal(got, w.shape) {
			return heads{}, fmt.Errorf("%w: the settings want %s of shape %v, the file has %v", verso.ErrFile, w.name, w.shape, got)
		}
	}
	if n := len(f.Names()); n < layerTensors*c.Layers {
		return heads{}, fmt.Errorf("%w: %d layers want at least %d tensors, the file has %d", verso.ErrFile, c.Layers, layerTensors*c.Layers, n)
	}
	var h heads
	_, h.pooler = f.Shape("bert.pooler.dense.weight")
	_, h.masked = f.Shape("cls.predictions.bias")
	_, h.next = f.Shape("cls.seq_relationship.weight")
	return h, nil
}
