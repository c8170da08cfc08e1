package multimodal

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

// kind names this model in a file's metadata.
const kind = "verso multimodal model 1"

// vocabularyPart begins the names of the vocabularies there.
const vocabularyPart = "vocabulary."

// Save writes the model as one safetensors file: the weights, the word vectors
// and the preparation of pictures under their names; settings and vocabularies
// in the metadata.
func (m *Model) Save(w io.Writer) error { return m.saved().Write(w) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return m.saved().WriteFile(path) }

func (m *Model) saved() modelfile.Saved {
	parts := modelfile.Parts{"config": m.cfg, "visual_dim": m.visualDim}
	for name, v := range m.tables.vocabularies() {
		parts[vocabularyPart+name] = *v
	}
	return modelfile.Saved{Kind: kind, Params: m.params, Parts: parts}
}

// Load reads a model that [Model.Save] wrote.
func Load(r io.Reader) (*Model, error) { return modelfile.Read(r, fromFile) }

// LoadFile reads a model from the file at path.
func LoadFile(path string) (*Model, error) { return modelfile.Open(path, fromFile) }

func fromFile(f *verso.ModelFile) (*Model, error) {
	var cfg Config
	var visualDim int
	var t tables
	parts := modelfile.Parts{"config": &cfg, "visual_dim": &visualDim}
	for name, v := range t.vocabularies() {
		*v = new(vocab.Vocabulary)
		parts[vocabularyPart+name] = *v
	}
	if err := modelfile.Parse(f, kind, parts); err != nil {
		return nil, err
	}
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	if visualDim < 1 || visualDim > maxDim {
		return nil, fmt.Errorf("%w: width of visual vectors %d", verso.ErrFile, visualDim)
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
		if err := modelfile.Want(f, modelfile.Weight{Name: name, Shape: want[name]}); err != nil {
			return err
		}
	}
	return nil
}
