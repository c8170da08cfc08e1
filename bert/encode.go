package bert

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/kernel"
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
// of a search or of a classifier of another kind. Texts that are too long are
// cut. It stops between batches when ctx is done.
//
// A model that was only pre-trained gives vectors of little use for similarity;
// fine-tuned ones (Reimers & Gurevych 2019, Sentence-BERT) give good ones.
func (m *Model) Encode(ctx context.Context, texts []string, c EncodeConfig) ([][]float32, error) {
	limit, err := m.limit(c.MaxPieces)
	if err != nil {
		return nil, err
	}
	if c.Batch < 1 {
		return nil, fmt.Errorf("%w: Batch wants at least 1, got %d", verso.ErrConfig, c.Batch)
	}
	if c.Pooling == "" {
		c.Pooling = Mean
	}
	graphs := m.encoding.of(c.Pooling)
	r, err := graphs.Get()
	if err != nil {
		return nil, err
	}
	defer graphs.Put(r)
	out := make([][]float32, 0, len(texts))
	for from := 0; from < len(texts); from += c.Batch {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("encoding: %w", err)
		}
		ids, types, err := encodeAll(m.pieces, texts[from:min(from+c.Batch, len(texts))], limit)
		if err != nil {
			return nil, err
		}
		if err := r.run(ids, types); err != nil {
			return nil, err
		}
		y := r.m.Float32s(r.y)
		for i := range ids {
			v := append([]float32(nil), y[i*m.cfg.Hidden:(i+1)*m.cfg.Hidden]...)
			if norm := math.Sqrt(kernel.SumSquares(v)); c.Normalise && norm > 0 {
				kernel.Scale(float32(1/norm), v)
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// limit returns the longest sequence that is wanted.
func (m *Model) limit(wanted int) (int, error) { return limitOf(m.cfg, wanted) }

func limitOf(c Config, wanted int) (int, error) {
	switch {
	case wanted == 0:
		return c.Positions, nil
	case wanted < 2 || wanted > c.Positions:
		return 0, fmt.Errorf("%w: MaxPieces wants a number from 2 to the model's %d positions, got %d", verso.ErrConfig, c.Positions, wanted)
	}
	return wanted, nil
}

// encodeAll cuts texts into pieces.
func encodeAll(t *wordpiece.Tokenizer, texts []string, limit int) (ids, types [][]int, err error) {
	for _, text := range texts {
		e, err := t.Encode(text, limit)
		if err != nil {
			return nil, nil, err
		}
		ids, types = append(ids, e.IDs), append(types, e.Types)
	}
	return ids, types, nil
}

func (r *replica) run(ids, types [][]int) error {
	if err := r.in.Feed(r.m, ids, types); err != nil {
		return err
	}
	return r.m.Run()
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
		y = TakeRows(g, last.Rows, starts(g, last.Lengths))
	case Pooled:
		if m.pooler == nil {
			return nil, fmt.Errorf("%w: a pooler is wanted", ErrHead)
		}
		y = m.pooler.Forward(g, m.encoder.ForwardFirst(g, r.in).Last)
	default:
		return nil, fmt.Errorf("%w: pooling wants %q, %q or %q, got %.50q", verso.ErrConfig, Mean, CLS, Pooled, p)
	}
	r.y = y
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}
