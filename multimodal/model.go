package multimodal

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Caption says what is to be seen on a picture, or in a video.
type Caption struct {
	ID   string // of the picture
	Text string
}

// Model maps texts and pictures to one space, in which cosines say how well they
// go together; the package comment has the equations.
//
// Build one with [Train], [TrainRidge] or [Load]. Its Encode methods, and what is
// built on them, may be called from many goroutines; not while [Model.Fit] runs.
type Model struct {
	cfg       Config
	visualDim int
	params    *verso.Params
	reader    *reader
	embedding *embedding.Embedding // nil where no GRU learns vectors of words
	prepare   *preparer
	text      *side
	visual    *side

	textGraphs   *reuse.Pool[*replica[textInput]]
	visualGraphs *reuse.Pool[*replica[[]float32]]
}

// New returns a model that has not learned yet, but whose vocabularies, weights of
// words and preparation of pictures come from the training captions. Vectors are
// those of the level WordVectors, which wants them, and of the words that GRU
// reads, see [TextConfig].
//
// It looks at ctx between its steps, of which the largest are the eigenvectors of
// [PrepareConfig]: a minute for 2000 directions.
func New(ctx context.Context, train []Caption, visuals Visuals, vecs *vectors.Vectors, c Config) (*Model, error) {
	if len(train) == 0 {
		return nil, fmt.Errorf("%w: want at least one to learn from", ErrCaptions)
	}
	c = c.clone()
	wanted := slices.Contains(c.Text.Levels, WordVectors) || hasRows(c.Text.Levels) && c.Text.FrozenWords
	if wanted && vecs == nil || vecs != nil && !wanted && !hasRows(c.Text.Levels) {
		return nil, fmt.Errorf("%w: levels %q, frozen words %v, vectors given: %v", ErrVectors, c.Text.Levels, c.Text.FrozenWords, vecs != nil)
	}
	if vecs != nil {
		c.Text.Dim = vecs.Dim()
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	if err := checkVisuals(visuals, 0); err != nil {
		return nil, err
	}
	texts := make([]string, len(train))
	for i, e := range train {
		texts[i] = e.Text
	}
	t, err := countTables(texts, vecs, c.Text)
	if err != nil {
		return nil, err
	}
	m, err := assemble(verso.NewParams(c.Seed), c, t, visuals.Dim(), vecs)
	if err != nil {
		return nil, err
	}
	m.reader.learn(texts, vecs)
	if m.embedding != nil {
		clear(m.embedding.Weight.Float32s()[:c.Text.Dim]) // unknown: until it learns, it says nothing
	}
	return m, m.learnPictures(ctx, train, visuals)
}

// assemble puts a model together over ps.
func assemble(ps *verso.Params, c Config, t tables, visualDim int, vecs *vectors.Vectors) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if visualDim < 1 {
		return nil, fmt.Errorf("%w: visual vectors want at least 1 number, got %d", ErrShape, visualDim)
	}
	m := &Model{cfg: c, visualDim: visualDim, params: ps}
	text, visual := m.params.Scope("text"), m.params.Scope("visual")
	m.reader = newReader(text, t, c.Text)
	m.embedding = m.reader.table(text.Scope("embedding"), vecs)
	m.prepare = newPreparer(visual, c.Visual.Prepare, visualDim)
	out := m.prepare.out()
	m.text = newSide(text, c.Text.Levels, c.Text.Sequence, c.Text.Head, c.Text.Dim, out, m.reader.width)
	m.visual = newSide(visual, c.Visual.Levels, c.Visual.Sequence, c.Visual.Head, out, out, func(Level) int { return out })
	if err := m.params.Err(); err != nil {
		return nil, err
	}
	if t, v := m.Dim(), m.visual.head.width(m.visualFeatures()); t != v {
		return nil, fmt.Errorf("%w: the text side ends with %d numbers, the visual side with %d", verso.ErrConfig, t, v)
	}
	m.textGraphs, m.visualGraphs = reuse.New(m.textGraph), reuse.New(m.visualGraph)
	return m, nil
}

// visualFeatures is the width of the levels of the visual side together.
func (m *Model) visualFeatures() int {
	n, s := 0, m.cfg.Visual.Sequence
	for _, l := range m.cfg.Visual.Levels {
		switch l {
		case GRU:
			n += m.visual.rnn.Features()
		case Convolution:
			n += s.Maps * len(s.Widths)
		default:
			n += m.prepare.out()
		}
	}
	return n
}

// learnPictures takes the preparation from the pictures of the captions, each
// picture once.
func (m *Model) learnPictures(ctx context.Context, train []Caption, visuals Visuals) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	if m.prepare.axes == nil {
		return nil
	}
	var rows []float32
	seen := map[string]bool{}
	for _, e := range train {
		if seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		frames, err := frames(visuals, e.ID)
		if err != nil {
			return err
		}
		rows = append(rows, frames...)
	}
	return m.prepare.learn(ctx, rows)
}

// checkVisuals refuses pictures that are missing or, with a wanted width above 0,
// of another one.
func checkVisuals(visuals Visuals, want int) error {
	switch {
	case visuals == nil:
		return fmt.Errorf("%w: want pictures, got nil", ErrShape)
	case want > 0 && visuals.Dim() != want:
		return fmt.Errorf("%w: the model wants visual vectors of %d numbers, got %d", ErrShape, want, visuals.Dim())
	}
	return nil
}

// frames reads and checks the rows of an id.
func frames(visuals Visuals, id string) ([]float32, error) {
	rows, err := visuals.Frames(id)
	if err != nil {
		return nil, fmt.Errorf("picture %q: %w", id, err)
	}
	if d := visuals.Dim(); len(rows) == 0 || len(rows)%d != 0 {
		return nil, fmt.Errorf("%w: picture %q wants rows of %d numbers, got %d", ErrShape, id, d, len(rows))
	}
	for _, v := range rows {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%w: %v in the rows of %q", ErrNotFinite, v, id)
		}
	}
	return rows, nil
}

// Config returns a copy of the settings, with the width of word vectors as it came
// out.
func (m *Model) Config() Config { return m.cfg.clone() }

// Params returns the weights: "text.fc.weight", "visual.rnn.weight_ih_l0" and so on.
func (m *Model) Params() *verso.Params { return m.params }

// Dim returns the width of the common space.
func (m *Model) Dim() int { return m.text.head.fcs[len(m.text.head.fcs)-1].Weight.Shape()[0] }

// VisualDim returns the width of the visual vectors that the model reads.
func (m *Model) VisualDim() int { return m.visualDim }

// Knows reports whether a word has a row of its own somewhere: in the bag, among
// the vectors that a GRU learns, or among the given ones.
func (m *Model) Knows(word string) bool {
	for _, v := range m.reader.vocabularies() {
		if _, ok := (*v).ID(word); ok && v != &m.reader.grams {
			return true
		}
	}
	return false
}
