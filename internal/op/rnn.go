package op

import "github.com/seed6481993f/verso/internal/kernel"

// RNN is a layer of the plain recurrent net in one direction; see recurrent for
// its inputs and results. With x_t the row and h the state before it,
//
//	h_t = f(W x_t + b + U h + b'),  f = tanh or, with relu, max(·, 0)
//
// Source: Elman 1990, Finding structure in time.
func RNN(relu bool, c RecurrentConfig, m *Mode) ResultsSpec {
	return recurrentSpec("rnn", c, m,
		func() (cell[float32], *lstm[float32]) { return rnn[float32]{relu}, nil },
		func() (cell[float64], *lstm[float64]) { return rnn[float64]{relu}, nil })
}

type rnn[T Float] struct{ relu bool }

func (rnn[T]) gates() int     { return 1 }
func (rnn[T]) separate() bool { return false }

func (c rnn[T]) forward(r *recurrent[T], t, n int, h, next []T) {
	from, to := r.step(t)
	copy(next, r.share[from*r.hidden:to*r.hidden])
	o := kernel.Options[T]{Workers: r.mode.Workers, Activation: kernel.ActivationTanh}
	if c.relu {
		o.Activation = kernel.ActivationReLU
	}
	kernel.GemmPacked(o, false, n, 1, h, r.hidden, &r.weight, 1, next, r.hidden)
}

func (c rnn[T]) backward(r *recurrent[T], t, n int, _, next []T) T {
	from, to := r.step(t)
	d := r.share[from*r.hidden : to*r.hidden]
	if c.relu {
		kernel.ReLUGrad(d, next, r.dh[:n*r.hidden])
	} else {
		kernel.TanhGrad(d, next, r.dh[:n*r.hidden])
	}
	return 0
}
