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
	return encode(ctx, 0, m.textGraphs, texts, func(text string) (textInput, error) { return m.reader.read(text), nil })
}

// EncodeVisual maps pictures, or videos, to the common space, row by row.
func (m *Model) EncodeVisual(ctx context.Context, visuals Visuals, ids []string) ([]float32, error) {
	if err := checkVisuals(visuals, m.visualDim); err != nil {
		return nil, err
	}
	return encode(ctx, 1, m.visualGraphs, ids, func(id string) ([]float32, error) { return m.prepared(visuals, id) })
}

// encode runs items through graphs of the pool. Visuals are read by one goroutine.
func encode[E, I any](ctx context.Context, workers int, p *reuse.Pool[*replica[E]], items []I, input func(I) (E, error)) ([]float32, error) {
	rows, err := reuse.Batches(ctx, workers, p, encodeBatch, items, func(r *replica[E], batch []I) ([]float32, error) {
		read := make([]E, len(batch))
		for i, item := range batch {
			var err error
			if read[i], err = input(item); err != nil {
				return nil, err
			}
		}
		return r.run(read)
	})
	if err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	return rows, nil
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
