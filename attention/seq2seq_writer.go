package attention

import "github.com/seed6481993f/verso/internal/kernel"

// writer writes the words of translations, outside a graph: the [Step] of a
// [Seq2Seq]. It keeps where it looked.
type writer struct {
	net    *Seq2Seq
	steps  decoderSteps
	h      []float32     // (rows, hidden): states after the last step
	source []int         // what each row translates
	looked [][][]float32 // at each step, each row, the weights over its source

	x, c, next, rows, logp []float32
}

// newWriter begins with the states h, one for each source.
func newWriter(net *Seq2Seq, s sources, h []float32) *writer {
	w := &writer{net: net, steps: decoderSteps{d: net.Decoder, sources: s}, h: h}
	for i := range len(s.first) - 1 {
		w.source = append(w.source, i)
	}
	return w
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

// mapOf says where it looked for each word of what a search has found.
func (w *writer) mapOf(h Hypothesis, keys int) Map {
	m := Map{Queries: len(h.Words), Keys: keys}
	for i := range h.Words {
		m.Weights = append(m.Weights, w.looked[i][h.Rows[i]]...)
	}
	return m
}
