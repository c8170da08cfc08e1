package bert

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/internal/torchfile"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// source is a file of weights: safetensors, or an archive of torch.save.
type source interface {
	Shape(name string) (shape []int, ok bool)
	Float64s(name string) ([]float64, error)
	Names() []string
	Close() error
}

// tensors makes a safetensors file a source.
type tensors struct{ *safetensors.File }

func (t tensors) Names() (names []string) {
	for _, i := range t.Tensors() {
		names = append(names, i.Name)
	}
	return names
}

func (t tensors) Shape(name string) ([]int, bool) {
	i, err := t.Info(name)
	return i.Shape, err == nil
}

var (
	_ source = tensors{}
	_ source = (*torchfile.File)(nil)
)

// checkpoint is a source whose names have been brought to those of this package:
//
//   - "bert." before the encoder's names, which files of an encoder alone lack;
//   - LayerNorm.weight and .bias for LayerNorm.gamma and .beta of 2018 and 2019;
//   - without "module.", which training on several devices left behind;
//   - the decoder's bias is that of the masked-word head.
//
// Buffers (position_ids) and the decoder's weight, which is the table of words,
// are dropped.
type checkpoint struct {
	source
	names map[string]string // our name → the file's
}

func newCheckpoint(s source) (*checkpoint, error) {
	c := &checkpoint{s, map[string]string{}}
	for _, name := range s.Names() {
		ours := canonical(name)
		if ours == "" {
			continue
		}
		if before, twice := c.names[ours]; twice {
			switch {
			case strings.HasSuffix(name, decoderBias): // equal to the head's, which is there
				continue
			case !strings.HasSuffix(before, decoderBias):
				return nil, fmt.Errorf("%w: both %.100q and %.100q are %s", ErrCheckpoint, before, name, ours)
			}
		}
		c.names[ours] = name
	}
	return c, nil
}

const decoderBias = "cls.predictions.decoder.bias"

// canonical returns this package's name of a tensor, "" for one that is not needed.
func canonical(name string) string {
	name = strings.TrimPrefix(name, "module.")
	if i := strings.LastIndex(name, "LayerNorm."); i >= 0 {
		switch name[i+len("LayerNorm."):] {
		case "gamma":
			name = name[:i] + "LayerNorm.weight"
		case "beta":
			name = name[:i] + "LayerNorm.bias"
		}
	}
	switch name {
	case decoderBias:
		return "cls.predictions.bias"
	case "cls.predictions.decoder.weight":
		return ""
	}
	for _, part := range []string{"embeddings.", "encoder.", "pooler."} {
		if strings.HasPrefix(name, part) {
			name = "bert." + name
		}
	}
	if name == "bert.embeddings.position_ids" || name == "bert.embeddings.token_type_ids" {
		return ""
	}
	return name
}

// has reports whether any tensor's name begins so.
func (c *checkpoint) has(prefix string) bool {
	for name := range c.names {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// shape returns the sizes of a tensor by our name.
func (c *checkpoint) shape(name string) ([]int, bool) {
	theirs, ok := c.names[name]
	if !ok {
		return nil, false
	}
	return c.source.Shape(theirs)
}

// fits checks the tables' sizes against the settings, before memory is taken for a model.
func (c *checkpoint) fits(cfg Config) error {
	for _, w := range cfg.tables() {
		if err := c.check(w.name, w.shape); err != nil {
			return err
		}
	}
	if least := layerTensors * cfg.Layers; len(c.names) < least {
		return fmt.Errorf("%w: %d layers want at least %d tensors, the file has %d", ErrCheckpoint, cfg.Layers, least, len(c.names))
	}
	if next := fmt.Sprintf("bert.encoder.layer.%d.", cfg.Layers); c.has(next) {
		return fmt.Errorf("%w: the settings have %d layers, the file has more", ErrCheckpoint, cfg.Layers)
	}
	return nil
}

// layerTensors is how many tensors a layer has.
const layerTensors = 16

// table is a tensor by which a file's sizes are told.
type table struct {
	name  string
	shape []int
}

// tables are the tensors that between them have every size of the settings.
func (c Config) tables() []table {
	return []table{
		{"bert.embeddings.word_embeddings.weight", []int{c.VocabSize, c.Hidden}},
		{"bert.embeddings.position_embeddings.weight", []int{c.Positions, c.Hidden}},
		{"bert.embeddings.token_type_embeddings.weight", []int{c.Types, c.Hidden}},
		{fmt.Sprintf("bert.encoder.layer.%d.intermediate.dense.weight", c.Layers-1), []int{c.Intermediate, c.Hidden}},
	}
}

func (c *checkpoint) check(name string, want []int) error {
	got, ok := c.shape(name)
	switch {
	case !ok:
		return fmt.Errorf("%w: tensor %q is missing", ErrCheckpoint, name)
	case !slices.Equal(got, want):
		return fmt.Errorf("%w: tensor %q wants shape %v, the file has %v", ErrCheckpoint, name, want, got)
	}
	return nil
}

// load fills the parameters. It checks all shapes before it changes any; only a
// file that ends early leaves some changed.
func (c *checkpoint) load(params []*verso.Param) error {
	for _, p := range params {
		if err := c.check(p.Name(), p.Shape()); err != nil {
			return err
		}
	}
	for _, p := range params {
		x, err := c.Float64s(c.names[p.Name()])
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCheckpoint, err)
		}
		if err := p.Set(x); err != nil {
			return err
		}
	}
	return nil
}
