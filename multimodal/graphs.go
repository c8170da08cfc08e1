package multimodal

import (
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/op"
)

// replica is a compiled graph of one side; all replicas read the same weights.
type replica[E any] struct {
	machine *verso.Machine
	out     *gorgonia.Node
	feed    func(*verso.Machine, []E) error
}

// run returns the results of a batch.
func (r *replica[E]) run(batch []E) ([]float32, error) {
	if err := r.feed(r.machine, batch); err != nil {
		return nil, err
	}
	if err := r.machine.Run(); err != nil {
		return nil, err
	}
	return slices.Clone(r.machine.Float32s(r.out)), nil
}

// feedRows binds a matrix of float32 rows.
func feedRows(machine *verso.Machine, n *gorgonia.Node, rows []float32, width int) error {
	return machine.Feed(n, tensor.New(tensor.WithShape(len(rows)/width, width), tensor.WithBacking(rows)))
}

// meanRow is the mean of rows.
func meanRow(rows []float32, width int) []float32 {
	if len(rows) == width {
		return rows
	}
	mean := make([]float32, width)
	for i := 0; i < len(rows); i += width {
		kernel.Axpy(float32(width)/float32(len(rows)), rows[i:i+width], mean)
	}
	return mean
}

// putText puts the text side into a graph and returns its result with the function
// that feeds it.
func (m *Model) putText(g *verso.Graph) (out *gorgonia.Node, feed func(*verso.Machine, []textInput) error) {
	given := map[Level]*gorgonia.Node{}
	for _, l := range m.cfg.Text.Levels {
		if w := m.reader.width(l); w > 0 {
			given[l] = g.Input("text."+string(l), m.params.Dtype(), 1, w)
		}
	}
	var tokens verso.Tokens
	var words verso.Sequence
	if hasRows(m.cfg.Text.Levels) {
		tokens = g.Tokens("text")
		words = m.wordRows(g, tokens) // (total, dim)
	}
	out = m.text.forward(g, words, given) // (batch, common)
	return out, func(machine *verso.Machine, batch []textInput) error {
		for i, l := range m.cfg.Text.Levels {
			if given[l] == nil {
				continue
			}
			w := m.reader.width(l)
			rows := make([]float32, len(batch)*w)
			for b, in := range batch {
				in.levels[i].expand(rows[b*w : (b+1)*w])
			}
			if err := feedRows(machine, given[l], rows, w); err != nil {
				return err
			}
		}
		if words.Rows == nil {
			return nil
		}
		ids := make([][]int, len(batch))
		for b, in := range batch {
			ids[b] = in.ids
		}
		return machine.FeedTokens(tokens, ids)
	}
}

// wordRows looks words up, in the table that learns or in the given vectors.
func (m *Model) wordRows(g *verso.Graph, t verso.Tokens) verso.Sequence {
	if m.embedding != nil {
		return m.embedding.Forward(g, t)
	}
	rows := g.Apply("words", op.Lookup(op.LookupConfig{PadRow: -1}), t.IDs, g.Param(m.reader.vectors))
	return verso.Sequence{Rows: rows, Lengths: t.Lengths}
}

// putVisual puts the visual side into a graph; it is fed with prepared frames.
func (m *Model) putVisual(g *verso.Graph) (out *gorgonia.Node, feed func(*verso.Machine, [][]float32) error) {
	d := m.prepare.out()
	given := map[Level]*gorgonia.Node{}
	if slices.Contains(m.cfg.Visual.Levels, Frames) {
		given[Frames] = g.Input("visual", m.params.Dtype(), 1, d)
	}
	var rows verso.Sequence
	if m.visual.rnn != nil {
		rows = g.Sequence("frames", m.params.Dtype(), d)
	}
	out = m.visual.forward(g, rows, given) // (batch, common)
	return out, func(machine *verso.Machine, batch [][]float32) error {
		means, all, lengths := make([]float32, 0, len(batch)*d), []float32{}, make([]int, len(batch))
		for b, frames := range batch {
			means = append(means, meanRow(frames, d)...)
			lengths[b] = len(frames) / d
			if most := m.cfg.Visual.MaxFrames; most > 0 {
				lengths[b] = min(lengths[b], most)
			}
			if m.visual.rnn != nil {
				all = append(all, frames[:lengths[b]*d]...)
			}
		}
		if given[Frames] != nil {
			if err := feedRows(machine, given[Frames], means, d); err != nil {
				return err
			}
		}
		if m.visual.rnn == nil {
			return nil
		}
		return machine.FeedSequence(rows, all, lengths)
	}
}

// textGraph and visualGraph are what a pool is filled with.
func (m *Model) textGraph() (*replica[textInput], error) {
	g := verso.NewGraph(m.cfg.Seed)
	out, feed := m.putText(g)
	machine, err := g.Compile(nil)
	return &replica[textInput]{machine, out, feed}, err
}

func (m *Model) visualGraph() (*replica[[]float32], error) {
	g := verso.NewGraph(m.cfg.Seed)
	out, feed := m.putVisual(g)
	machine, err := g.Compile(nil)
	return &replica[[]float32]{machine, out, feed}, err
}
