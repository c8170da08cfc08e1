package attention

import "github.com/seed6481993f/verso/internal/kernel"

// sources are what a decoder asks, outside a graph.
type sources struct {
	keys   []float32 // (Σ ls, attn), projected
	values []float32 // (Σ ls, width)
	first  []int     // row of each source, and one more
}

// decoderSteps makes single steps of a float32 decoder outside a graph, of any
// number of states, each of which has a source. It reads the parameters
// themselves; nothing of it may be used by two goroutines.
type decoderSteps struct {
	d *RecurrentDecoder
	sources
	input, query, tanh, share, own []float32
}

// step reads x (n, in) and the source of each row, changes h (n, hidden), and
// writes the contexts c (n, values) and the weights of each row.
func (s *decoderSteps) step(x, h, c []float32, source []int, weights [][]float32) {
	d, n := s.d, len(source)
	attn, g, joined := d.Attention.Query.Weight.Shape()[0], 3*d.hidden, d.in+d.values
	s.query, s.input = resize(s.query, n*attn), resize(s.input, n*joined)
	s.share, s.own = resize(s.share, n*g), resize(s.own, n*g)
	kernel.Gemm(false, true, n, attn, d.hidden, 1, h, d.hidden, d.Attention.Query.Weight.Float32s(), d.hidden, 0, s.query, attn)
	v := d.Attention.Score.Weight.Float32s()
	for i, from := range source {
		c := c[i*d.values : (i+1)*d.values]
		clear(c)
		w, q := weights[i], s.query[i*attn:(i+1)*attn]
		for j := range w {
			row := s.first[from] + j
			s.tanh = resize(s.tanh, attn)
			kernel.Add(s.tanh, s.keys[row*attn:(row+1)*attn], q)
			kernel.Tanh(s.tanh, s.tanh)
			w[j] = kernel.Dot(s.tanh, v)
		}
		if len(w) > 0 {
			kernel.SoftmaxRows(1, len(w), w, w)
		}
		for j, a := range w {
			row := s.first[from] + j
			kernel.Axpy(a, s.values[row*d.values:(row+1)*d.values], c)
		}
		copy(s.input[i*joined:], x[i*d.in:(i+1)*d.in])
		copy(s.input[i*joined+d.in:], c)
	}
	kernel.GemmWith(kernel.Options[float32]{Bias: d.BiasIH.Float32s()}, false, true, n, g, joined, 1, s.input, joined, d.IH.Float32s(), joined, 0, s.share, g)
	kernel.GemmWith(kernel.Options[float32]{Bias: d.BiasHH.Float32s()}, false, true, n, g, d.hidden, 1, h, d.hidden, d.HH.Float32s(), d.hidden, 0, s.own, g)
	kernel.GRUStep(n, d.hidden, s.share, s.own, h, h)
}

// resize returns a slice of n elements, the old one where it is large enough.
func resize(s []float32, n int) []float32 {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]float32, n, n+n/4)
}
