package multimodal

import (
	"context"
	"fmt"
	"slices"
)

// Ensemble is several models of the same pictures: the cosine in its space is the
// mean of theirs. Models that differ in nothing but their seeds are better
// together than each alone.
type Ensemble []Encoder

// Dim is the sum of the models' widths.
func (e Ensemble) Dim() (n int) {
	for _, m := range e {
		if m != nil {
			n += m.Dim()
		}
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
	if len(e) == 0 || slices.Contains(e, nil) {
		return nil, fmt.Errorf("%w: an ensemble wants at least one model, and none that is nil", ErrShape)
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
