package bert

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Pooling says what becomes the vector of a text.
type Pooling string

// The poolings. The empty one is the mean.
const (
	Mean   Pooling = "mean"   // the mean of all rows, those of [CLS] and [SEP] among them
	CLS    Pooling = "cls"    // the row of [CLS]
	Pooled Pooling = "pooled" // the pooler's; wants a model with one
)

// EncodeConfig holds the options of [Model.Encode].
type EncodeConfig struct {
	Pooling   Pooling // default Mean, as Sentence-BERT's
	Normalise bool    // to length 1, so that a dot product is a cosine; default false
	MaxPieces int     // longer texts are cut, [CLS] and [SEP] counted; default 0: the model's positions
	Batch     int     // texts that go through a graph at once; default 32
}

// DefaultEncodeConfig returns the mean of all rows.
func DefaultEncodeConfig() EncodeConfig { return EncodeConfig{Pooling: Mean, Batch: 32} }

// Encode returns a vector of H numbers for each text, in their order: the input
// of a search or of a classifier of another kind, on all cores. Texts that are too
// long are cut. It stops between texts when ctx is done.
//
// A model that was only pre-trained gives vectors of little use for similarity;
// fine-tuned ones (Reimers & Gurevych 2019, Sentence-BERT) give good ones.
func (m *Model) Encode(ctx context.Context, texts []string, c EncodeConfig) ([][]float32, error) {
	limit, err := limitOf(m.cfg, c.MaxPieces)
	if err != nil {
		return nil, err
	}
	if c.Batch < 1 {
		return nil, fmt.Errorf("%w: Batch wants at least 1, got %d", verso.ErrConfig, c.Batch)
	}
	if c.Pooling == "" {
		c.Pooling = Mean
	}
	graphs, ok := m.encoding[c.Pooling]
	if !ok {
		return nil, fmt.Errorf("%w: Pooling wants %q, %q or %q, got %.50q", verso.ErrConfig, Mean, CLS, Pooled, c.Pooling)
	}
	cut := func(s string) (wordpiece.Encoding, error) { return m.pieces.Encode(s, limit) }
	return reuse.Batches(ctx, 0, graphs, c.Batch, texts, func(r *replica, batch []string) ([][]float32, error) {
		if err := runAll(ctx, r, batch, cut); err != nil {
			return nil, err
		}
		rows := slices.Clone(r.m.Float32s(r.y))
		out := make([][]float32, len(batch))
		for i := range out {
			out[i] = rows[i*m.cfg.Hidden : (i+1)*m.cfg.Hidden : (i+1)*m.cfg.Hidden]
			if norm := math.Sqrt(kernel.SumSquares(out[i])); c.Normalise && norm > 0 {
				kernel.Scale(float32(1/norm), out[i])
			}
		}
		return out, nil
	})
}

// limitOf returns the longest sequence where so many pieces are wanted, 0 for as
// many as the model has positions.
func limitOf(c Config, wanted int) (int, error) {
	switch {
	case wanted == 0:
		return c.Positions, nil
	case wanted < 2 || wanted > c.Positions:
		return 0, fmt.Errorf("%w: MaxPieces wants a number from 2 to the model's %d positions, got %d", verso.ErrConfig, c.Positions, wanted)
	}
	return wanted, nil
}

// encodeAll cuts texts into pieces. It stops between texts when ctx is done.
func encodeAll[T any](ctx context.Context, texts []T, encode func(T) (wordpiece.Encoding, error)) (ids, types [][]int, err error) {
	ids, types = make([][]int, 0, len(texts)), make([][]int, 0, len(texts))
	for _, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, nil, fmt.Errorf("cutting texts: %w", err)
		}
		e, err := encode(text)
		if err != nil {
			return nil, nil, err
		}
		ids, types = append(ids, e.IDs), append(types, e.Types)
	}
	return ids, types, nil
}

// runAll runs a graph over texts.
func runAll[T any](ctx context.Context, r *replica, texts []T, encode func(T) (wordpiece.Encoding, error)) error {
	ids, types, err := encodeAll(ctx, texts, encode)
	if err != nil {
		return err
	}
	return r.run(ids, types)
}

// newEncoding compiles a graph from pieces to vectors.
func (m *Model) newEncoding(p Pooling) (*replica, error) {
	g := verso.NewGraph(m.seed)
	r := &replica{in: NewInput(g, "text")}
	var y *gorgonia.Node // (batch, H)
	switch p {
	case Mean:
		y = verso.MeanOverTime(g, m.encoder.Forward(g, r.in).Last)
	case CLS:
		last := m.encoder.ForwardFirst(g, r.in).Last
		y = verso.TakeRows(g, last.Rows, starts(g, last.Lengths))
	case Pooled:
		if m.pooler == nil {
			return nil, fmt.Errorf("%w: a pooler is wanted", ErrHead)
		}
		y = m.pooler.Forward(g, m.encoder.ForwardFirst(g, r.in).Last)
	}
	r.y = y
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}
