package attention

import (
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// looks are where a writer looked: at each step, for each row, the weights over its
// source.
type looks [][][]float32

// mapOf says where it looked for each word of what a search has found.
func (l looks) mapOf(h Hypothesis, keys int) Map {
	m := Map{Queries: len(h.Words), Keys: keys}
	for i := range h.Words {
		m.Weights = append(m.Weights, l[i][h.Rows[i]]...)
	}
	return m
}

func (s *Seq2Seq) last(g *verso.Graph, source, target verso.Tokens) (*gorgonia.Node, *verso.Linear) {
	rows, _ := s.decode(g, source, target)
	return rows, s.Out
}

// read makes a writer over the encoder's rows.
func (s *Seq2Seq) read(g *verso.Graph, source verso.Tokens) func(m *verso.Machine, lengths []int) (Step, *looks, error) {
	e := s.Encode(g, source)
	return func(m *verso.Machine, lengths []int) (Step, *looks, error) {
		w := &writer{net: s, h: slices.Clone(m.Float32s(e.State))}
		w.steps.d = s.Decoder
		w.steps.sources = sources{keys: slices.Clone(m.Float32s(e.Projected.Rows)), values: slices.Clone(m.Float32s(e.Rows.Rows)), first: []int{0}}
		for i, n := range lengths {
			w.source, w.steps.first = append(w.source, i), append(w.steps.first, w.steps.first[i]+n)
		}
		return w.step, &w.looked, nil
	}
}

// writer writes the words of translations, outside a graph: the [Step] of a
// [Seq2Seq].
type writer struct {
	net    *Seq2Seq
	steps  decoderSteps
	h      []float32 // (rows, hidden): states after the last step
	source []int     // what each row translates
	looked looks

	x, c, next, rows, logp []float32
}

// step is a [Step].
func (w *writer) step(last, parents []int) ([]float32, error) {
	d := w.steps.d
	n, words := len(last), w.net.Out.Weight.Shape()[0]
	w.next = resize(w.next, n*d.hidden)
	kernel.Gather(w.next, d.hidden, w.h, parents)
	w.h, w.next = w.next, w.h
	source, weights := make([]int, n), make([][]float32, n)
	for i, p := range parents {
		source[i] = w.source[p]
		weights[i] = make([]float32, w.steps.first[source[i]+1]-w.steps.first[source[i]])
	}
	w.source, w.looked = source, append(w.looked, weights)
	w.x, w.c = resize(w.x, n*d.in), resize(w.c, n*d.values)
	kernel.Gather(w.x, d.in, w.net.Target.Weight.Float32s(), last)
	w.steps.step(w.x, w.h, w.c, source, weights)
	w.rows = w.rows[:0]
	for i := range n {
		w.rows = append(w.rows, w.h[i*d.hidden:(i+1)*d.hidden]...)
		w.rows = append(w.rows, w.c[i*d.values:(i+1)*d.values]...)
		w.rows = append(w.rows, w.x[i*d.in:(i+1)*d.in]...)
	}
	w.logp = rowsOf(w.net.Out, n, w.rows, w.logp) // (n, words)
	kernel.LogSoftmaxRows(n, words, w.logp, w.logp)
	return w.logp, nil
}
