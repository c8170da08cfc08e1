package op

import "github.com/seed6481993f/verso/internal/kernel"

// LSTM is a layer of long short-term memory in one direction; see recurrent for
// its inputs and results. With x_t the row and h, c the state before it,
//
//	i, f, o = σ(W_i x_t + b_i + U_i h + b'_i), …    g = tanh(W_g x_t + b_g + U_g h + b'_g)
//	c_t = f∘c + i∘g,  h_t = o∘tanh c_t
//
// The rows of W_ih and W_hh, and the biases, are those of i, f, g, o.
//
// Source: Hochreiter & Schmidhuber 1997, Long short-term memory; the forget gate
// is that of Gers, Schmidhuber & Cummins 2000.
func LSTM(c RecurrentConfig, m *Mode) ResultsSpec {
	return recurrentSpec("lstm", c, m,
		func() (cell[float32], *lstm[float32]) { l := &lstm[float32]{}; return l, l },
		func() (cell[float64], *lstm[float64]) { l := &lstm[float64]{}; return l, l })
}

type lstm[T Float] struct {
	c  []T // as recurrent.h
	u  []T // tanh c_t (rows, hidden)
	dc []T // (batch, hidden)
}

func (*lstm[T]) gates() int     { return 4 }
func (*lstm[T]) separate() bool { return false }

func (l *lstm[T]) begin(r *recurrent[T], c []T) {
	l.c = grow(l.c, len(r.h))
	l.u = grow(l.u, r.rows()*r.hidden)
	r.byRank(c, l.c)
}

func (l *lstm[T]) forward(r *recurrent[T], t, n int, h, next []T) {
	from, to := r.step(t)
	gates := r.share[from*4*r.hidden : to*4*r.hidden]
	if t > 0 || r.State {
		kernel.GemmPacked(kernel.Options[T]{Workers: r.mode.Workers}, false, n, 1, h, r.hidden, &r.weight, 1, gates, 4*r.hidden)
	}
	c, cn := r.states(t, l.c)
	kernel.LSTMStep(n, r.hidden, gates, c, cn, l.u[from*r.hidden:to*r.hidden], next)
}

func (l *lstm[T]) backward(r *recurrent[T], t, n int, _, _ []T) T {
	from, to := r.step(t)
	c, _ := r.states(t, l.c)
	kernel.LSTMStepGrad(n, r.hidden, r.share[from*4*r.hidden:to*4*r.hidden], c, l.u[from*r.hidden:to*r.hidden], r.dh[:n*r.hidden], l.dc[:n*r.hidden])
	return 0
}
