package multimodal

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso/internal/reuse"
)

// encodeBatch is how many texts or pictures go through a graph at once.
const encodeBatch = 64

// Encoder maps texts and pictures to one space: a [Model], or an [Ensemble].
type Encoder interface {
	// Dim is the width of the space.
	Dim() int
	// EncodeText returns a row of Dim numbers for each text.
	EncodeText(ctx context.Context, texts []string) ([]float32, error)
	// EncodeVisual returns a row of Dim numbers for each picture.
	EncodeVisual(ctx context.Context, visuals Visuals, ids []string) ([]float32, error)
}

// EncodeText maps texts to the common space, row by row: (len(texts)·[Model.Dim]).
// Rows have no particular length. A text of unknown words alone has a row too. It
// stops between batches when ctx is done.
func (m *Model) EncodeText(ctx context.Context, texts []string) ([]float32, error) {
	return encode(ctx, m.textGraphs, len(texts), m.Dim(), func(i int) (textInput, error) { return m.reader.read(texts[i]), nil })
}

// EncodeVisual maps pictures, or videos, to the common space, row by row.
func (m *Model) EncodeVisual(ctx context.Context, visuals Visuals, ids []string) ([]float32, error) {
	if err := checkVisuals(visuals, m.visualDim); err != nil {
		return nil, err
	}
	return encode(ctx, m.visualGraphs, len(ids), m.Dim(), func(i int) ([]float32, error) {
		return m.prepared(visuals, ids[i])
	})
}

// encode runs n inputs through a graph of the pool.
func encode[E any](ctx context.Context, p *reuse.Pool[*replica[E]], n, dim int, input func(i int) (E, error)) ([]float32, error) {
	r, err := p.Get()
	if err != nil {
		return nil, err
	}
	defer p.Put(r)
	out := make([]float32, 0, n*dim)
	for from := 0; from < n; from += encodeBatch {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("encoding: %w", err)
		}
		var batch []E
		for i := from; i < min(from+encodeBatch, n); i++ {
			in, err := input(i)
			if err != nil {
				return nil, err
			}
			batch = append(batch, in)
		}
		if out, err = r.run(batch, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// IndexPictures encodes pictures, which need no captions, for [Search].
func IndexPictures(ctx context.Context, e Encoder, visuals Visuals, ids []string) (*Index, error) {
	rows, err := e.EncodeVisual(ctx, visuals, ids)
	if err != nil {
		return nil, err
	}
	return NewIndex(ids, rows, e.Dim())
}

// Search returns the k pictures of an index that a text describes best, by
// cosine, best first.
func Search(ctx context.Context, e Encoder, x *Index, text string, k int) ([]Hit, error) {
	row, err := e.EncodeText(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	return x.Search(row, k)
}

// Search is [Search] with this model.
func (m *Model) Search(ctx context.Context, x *Index, text string, k int) ([]Hit, error) {
	return Search(ctx, m, x, text, k)
}
