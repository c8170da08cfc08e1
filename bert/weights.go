package bert

import (
	"fmt"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/internal/torchfile"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// source is a file of weights: safetensors, or an archive of torch.save.
type source interface {
	verso.WeightSource
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

// Shape implements [verso.WeightSource] by our names.
func (c *checkpoint) Shape(name string) ([]int, bool) {
	theirs, ok := c.names[name]
	if !ok {
		return nil, false
	}
	return c.source.Shape(theirs)
}

// Float32s implements [verso.WeightSource] by our names.
func (c *checkpoint) Float32s(name string) ([]float32, error) {
	return c.source.Float32s(c.names[name])
}

// Float64s implements [verso.WeightSource] by our names.
func (c *checkpoint) Float64s(name string) ([]float64, error) {
	return c.source.Float64s(c.names[name])
}

// params returns a set of parameters that take their values from the checkpoint.
func (c *checkpoint) params() *verso.Params { return verso.ParamsFrom(c) }
