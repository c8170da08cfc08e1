package multimodal

import (
	"context"
	"fmt"
	"slices"

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
	return encode(ctx, m.textGraphs, len(texts), m.Dim(), func(i int) (textInput, error) { return m.input(texts[i]), nil })
}

// EncodeVisual maps pictures, or videos, to the common space, row by row.
func (m *Model) EncodeVisual(ctx context.Context, visuals Visuals, ids []string) ([]float32, error) {
	if visuals.Dim() != m.visualDim {
		return nil, fmt.Errorf("%w: the model wants visual vectors of %d numbers, got %d", ErrShape, m.visualDim, visuals.Dim())
	}
	return encode(ctx, m.visualGraphs, len(ids), m.Dim(), func(i int) ([]float32, error) {
		rows, err := frames(visuals, ids[i])
		if err != nil {
			return nil, err
		}
		return m.prepare.apply(rows), nil
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

// Evaluate ranks the pictures of the captions for each caption, and the captions
// for each picture. Right for a caption are its own picture and those of captions
// of the same text; right for a picture are the captions for which it is right.
func Evaluate(ctx context.Context, e Encoder, captions []Caption, visuals Visuals) (toPictures, toTexts *Ranking, err error) {
	if len(captions) == 0 {
		return nil, nil, fmt.Errorf("%w: want at least one to be judged by", ErrCaptions)
	}
	var ids []string
	var number numbers
	texts := make([]string, len(captions))
	shown := map[string][]int{} // pictures of each text
	for i, c := range captions {
		n := number.of(c.ID)
		if n == len(ids) {
			ids = append(ids, c.ID)
		}
		texts[i] = c.Text
		if !slices.Contains(shown[c.Text], n) {
			shown[c.Text] = append(shown[c.Text], n)
		}
	}
	x, err := IndexPictures(ctx, e, visuals, ids)
	if err != nil {
		return nil, nil, err
	}
	rows, err := e.EncodeText(ctx, texts)
	if err != nil {
		return nil, nil, err
	}
	scores, err := x.Scores(rows) // (captions, pictures)
	if err != nil {
		return nil, nil, err
	}
	right, back := make([][]int, len(captions)), make([][]int, len(ids))
	turned := make([]float32, len(scores)) // (pictures, captions)
	for i, text := range texts {
		right[i] = shown[text]
		for _, p := range shown[text] {
			back[p] = append(back[p], i)
		}
		for p := range ids {
			turned[p*len(captions)+i] = scores[i*len(ids)+p]
		}
	}
	if toPictures, err = Rank(scores, len(ids), right); err != nil {
		return nil, nil, err
	}
	toTexts, err = Rank(turned, len(captions), back)
	return toPictures, toTexts, err
}

// Ensemble is several models of the same pictures: the cosine in its space is the
// mean of theirs. Models that differ in nothing but their seeds are better
// together than each alone.
type Ensemble []Encoder

// Dim is the sum of the models' widths.
func (e Ensemble) Dim() (n int) {
	for _, m := range e {
		n += m.Dim()
	}
	return n
}

// EncodeText returns the models' rows, each of length 1, side by side.
func (e Ensemble) EncodeText(ctx context.Context, texts []string) ([]float32, error) {
	return e.join(len(texts), func(m Encoder) ([]float32, error) { return m.EncodeText(ctx, texts) })
}

// EncodeVisual returns the models' rows, each of length 1, side by side.
func (e Ensemble) EncodeVisual(ctx context.Context, visuals Visuals, ids []string) ([]float32, error) {
	return e.join(len(ids), func(m Encoder) ([]float32, error) { return m.EncodeVisual(ctx, visuals, ids) })
}

func (e Ensemble) join(n int, encode func(Encoder) ([]float32, error)) ([]float32, error) {
	if len(e) == 0 {
		return nil, fmt.Errorf("%w: an ensemble wants at least one model", ErrShape)
	}
	out, at := make([]float32, n*e.Dim()), 0
	for _, m := range e {
		rows, err := encode(m)
		if err != nil {
			return nil, err
		}
		for i := range n {
			row := out[i*e.Dim()+at:][:m.Dim()]
			copy(row, rows[i*m.Dim():])
			unit(row)
		}
		at += m.Dim()
	}
	return out, nil
}
