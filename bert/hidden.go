package bert

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/reuse"
)

// HiddenConfig holds the options of [Model.HiddenStates].
type HiddenConfig struct {
	// Layer counts from 0, the embeddings, to the model's layers; negative ones
	// count from the last, −1. Default −1.
	Layer     int
	MaxPieces int // longer texts are cut, [CLS] and [SEP] counted; default 0: the model's positions
	Batch     int // texts that go through a graph at once; default 32
}

// DefaultHiddenConfig returns the last layer.
func DefaultHiddenConfig() HiddenConfig { return HiddenConfig{Layer: -1, Batch: 32} }

// HiddenStates is what a layer made of a text: a row of H numbers for each piece,
// [CLS] and [SEP] among them.
type HiddenStates struct {
	Pieces []wordpiece.Token // with the bytes of the text that they came from
	Rows   [][]float32
}

// HiddenStates returns the rows of each text's pieces, in the order of the texts:
// the input of taggers and of poolings of another kind ([Model.Encode] has the
// usual ones). It stops between texts when ctx is done.
func (m *Model) HiddenStates(ctx context.Context, texts []string, c HiddenConfig) ([]HiddenStates, error) {
	limit, err := limitOf(m.cfg, c.MaxPieces)
	if err != nil {
		return nil, err
	}
	if c.Batch < 1 {
		return nil, fmt.Errorf("%w: Batch wants at least 1, got %d", verso.ErrConfig, c.Batch)
	}
	layer := c.Layer
	if layer < 0 {
		layer += m.cfg.Layers + 1
	}
	if layer < 0 || layer > m.cfg.Layers {
		return nil, fmt.Errorf("%w: Layer wants a number from %d to %d, got %d", verso.ErrConfig, -m.cfg.Layers-1, m.cfg.Layers, c.Layer)
	}
	return reuse.Batches(ctx, 0, m.hidden, c.Batch, texts, func(r *hiddenReplica, batch []string) ([]HiddenStates, error) {
		out := make([]HiddenStates, 0, len(batch))
		ids, types, err := encodeAll(ctx, batch, func(s string) (wordpiece.Encoding, error) {
			e, err := m.pieces.Encode(s, limit)
			out = append(out, HiddenStates{Pieces: e.Tokens})
			return e, err
		})
		if err != nil {
			return nil, err
		}
		if err := r.run(ids, types); err != nil {
			return nil, err
		}
		rows := slices.Clone(r.m.Float32s(r.layers[layer]))
		for i := range out {
			h := &out[i]
			for range h.Pieces {
				h.Rows, rows = append(h.Rows, rows[:m.cfg.Hidden:m.cfg.Hidden]), rows[m.cfg.Hidden:]
			}
		}
		return out, nil
	})
}

// newHidden compiles a graph from pieces to the rows of all layers.
func (m *Model) newHidden() (*hiddenReplica, error) {
	g := verso.NewGraph(m.seed)
	r := &hiddenReplica{replica: replica{in: NewInput(g, "text")}}
	r.layers = m.encoder.Forward(g, r.in).Hidden
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}

// hiddenReplica is a compiled graph with an answer a layer.
type hiddenReplica struct {
	replica
	layers []*gorgonia.Node // (total, H) each
}
