package multimodal

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/seed6481993f/verso"
)

// kind names this model in a file's metadata.
const kind = "verso multimodal model 1"

// Save writes the model as one safetensors file: the weights, the word vectors
// and the preparation of pictures under their names; settings and vocabularies
// in the metadata.
func (m *Model) Save(w io.Writer) error {
	meta, err := m.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParams(w, m.params, meta)
}

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error {
	meta, err := m.metadata()
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, m.params, meta)
}

func (m *Model) metadata() (map[string]string, error) {
	cfg, err := json.Marshal(m.cfg)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	meta := map[string]string{"model": kind, "config": string(cfg), "visual_dim": strconv.Itoa(m.visualDim)}
	return meta, m.tables.marshal(meta)
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
	if f.Metadata["model"] != kind {
		return nil, fmt.Errorf("%w: it holds %.40q, want %q", verso.ErrFile, f.Metadata["model"], kind)
	}
	var cfg Config
	if err := json.Unmarshal([]byte(f.Metadata["config"]), &cfg); err != nil {
		return nil, fmt.Errorf("%w: settings: %w", verso.ErrFile, err)
	}
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	visualDim, err := strconv.Atoi(f.Metadata["visual_dim"])
	if err != nil || visualDim < 1 || visualDim > maxDim {
		return nil, fmt.Errorf("%w: width of visual vectors %.20q", verso.ErrFile, f.Metadata["visual_dim"])
	}
	var t tables
	if err := t.unmarshal(f.Metadata); err != nil {
		return nil, err
	}
	if err := fits(f, cfg, t, visualDim); err != nil {
		return nil, err
	}
	m, err := assemble(cfg, t, visualDim, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return m, f.LoadInto(m.params)
}

// fits checks that the weights in the file have the sizes that its settings
// claim, before memory is taken for them.
func fits(f *verso.ModelFile, c Config, t tables, visualDim int) error {
	want := map[string][]int{}
	sizes := func(side string, levels []Level, s SequenceConfig, h HeadConfig, in, out int, given map[Level]int) {
		rows, width := s.Hidden, 0
		if s.Bidirectional {
			rows *= 2
		}
		if c.hasRows(levels) {
			want[side+".rnn.weight_ih_l0"], want[side+".rnn.weight_hh_l0"] = []int{3 * s.Hidden, in}, []int{3 * s.Hidden, s.Hidden}
		}
		for _, l := range levels {
			switch l {
			case GRU:
				width += rows
			case Convolution:
				for i, k := range s.Widths {
					want[fmt.Sprintf("%s.convs.%d.weight", side, i)] = []int{s.Maps, rows, k}
				}
				width += s.Maps * len(s.Widths)
			default:
				width += given[l]
			}
		}
		for i, n := range h.Sizes {
			if n == 0 {
				n = out
			}
			name := side + ".fc.weight"
			if len(h.Sizes) > 1 {
				name = fmt.Sprintf("%s.fc.%d.weight", side, i)
			}
			want[name], width = []int{n, width}, n
		}
	}
	out := visualDim
	if n := c.Visual.Prepare.Components; n > 0 {
		out = min(n, visualDim)
		want["visual.axes"] = []int{out, visualDim}
	}
	sizes("text", c.Text.Levels, c.Text.Sequence, c.Text.Head, c.Text.Dim, out, map[Level]int{Bag: t.bag.Len(), NGrams: t.grams.Len(), WordVectors: c.Text.Dim})
	sizes("visual", c.Visual.Levels, c.Visual.Sequence, c.Visual.Head, out, out, map[Level]int{Frames: out})
	if slices.Contains(c.Text.Levels, WordVectors) {
		want["text.vectors"] = []int{t.words.Len(), c.Text.Dim}
	}
	if c.hasRows(c.Text.Levels) {
		want["text.embedding.weight"] = []int{t.words.Len(), c.Text.Dim}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		shape := want[name]
		if got, ok := f.Shape(name); !ok || !slices.Equal(got, shape) {
			return fmt.Errorf("%w: the settings want %s of shape %v, the file has %v", verso.ErrFile, name, shape, got)
		}
	}
	return nil
}
