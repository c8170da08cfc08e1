package bert

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Word is a word piece that may stand at a place.
type Word struct {
	Text        string // "##" before one that goes on with the word before
	ID          int
	Probability float64
}

// FillMask returns the k most probable word pieces for each [MASK] of a text,
// the best first, equal ones by number. Every place is judged by itself: two
// masks are not filled together. A text without a mask is [ErrMask], one that is
// longer than the model's positions an error too: its masks might be cut off.
func (m *Model) FillMask(ctx context.Context, text string, k int) ([][]Word, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("filling masks: %w", err)
	}
	if k < 1 {
		return nil, fmt.Errorf("%w: want at least 1 word, got %d", verso.ErrConfig, k)
	}
	e, err := m.pieces.Encode(text, 0)
	if err != nil {
		return nil, err
	}
	if len(e.IDs) > m.cfg.Positions {
		return nil, fmt.Errorf("%w: the text has %d pieces, the model has %d positions", verso.ErrInput, len(e.IDs), m.cfg.Positions)
	}
	var places []int
	for i, id := range e.IDs {
		if id == m.pieces.Mask() {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%w: put %s where the word is missing in %.60q", ErrMask, m.pieces.Config().Mask, text)
	}
	r, err := m.filling.Get()
	if err != nil {
		return nil, err
	}
	defer m.filling.Put(r)
	if err := feedRows(r.m, r.at, [][]int{e.IDs}, [][]int{places}); err != nil {
		return nil, err
	}
	if err := r.run([][]int{e.IDs}, [][]int{e.Types}); err != nil {
		return nil, err
	}
	p := r.m.Float32s(r.y)
	out := make([][]Word, len(places))
	for i := range places {
		out[i] = m.likely(p[i*m.cfg.VocabSize:(i+1)*m.cfg.VocabSize], k)
	}
	return out, nil
}

// likely returns the k most probable pieces of a row of probabilities. Rows of
// the table beyond the vocabulary stand for nothing.
func (m *Model) likely(p []float32, k int) []Word {
	p = p[:m.pieces.Len()]
	best := kernel.TopK(min(k, len(p)), []float32{1}, p, nil) // each times 1
	out := make([]Word, len(best))
	for i, b := range best {
		text, _ := m.pieces.Text(b.Row)
		out[i] = Word{text, b.Row, float64(p[b.Row])}
	}
	return out
}

// newFilling compiles a graph from pieces to the probabilities of words at some of them.
func (m *Model) newFilling() (*replica, error) {
	if m.masked == nil {
		return nil, fmt.Errorf("%w: one for masked words is wanted", ErrHead)
	}
	g := verso.NewGraph(m.seed)
	r := &replica{in: NewInput(g, "text"), at: rowsInput(g, "masks")}
	last := m.encoder.ForwardAt(g, r.in, r.at).Last
	r.y = verso.Softmax(g, m.masked.Forward(g, last.Rows), -1) // (m, V)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}

// NextSentence returns the probability that b follows a, by the head that was
// trained for it. Texts that are too long together are cut.
func (m *Model) NextSentence(ctx context.Context, a, b string) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("next sentence: %w", err)
	}
	e, err := m.pieces.EncodePair(a, b, m.cfg.Positions)
	if err != nil {
		return 0, err
	}
	r, err := m.pairing.Get()
	if err != nil {
		return 0, err
	}
	defer m.pairing.Put(r)
	if err := r.run([][]int{e.IDs}, [][]int{e.Types}); err != nil {
		return 0, err
	}
	return float64(r.m.Float32s(r.y)[0]), nil
}

// newPairing compiles a graph from pairs of texts to the probabilities of the second following.
func (m *Model) newPairing() (*replica, error) {
	if m.next == nil || m.pooler == nil {
		return nil, fmt.Errorf("%w: one for next sentences is wanted", ErrHead)
	}
	g := verso.NewGraph(m.seed)
	r := &replica{in: NewInput(g, "text")}
	pooled := m.pooler.Forward(g, m.encoder.ForwardFirst(g, r.in).Last)
	r.y = verso.Softmax(g, m.next.Forward(g, pooled), -1) // (batch, 2)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}
