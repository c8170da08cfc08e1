package op

import "github.com/seed6481993f/verso/internal/kernel"

// GRU is a layer of gated recurrent units in one direction; see recurrent for
// its inputs and results. With x_t the row and h the state before it,
//
//	r = σ(W_r x_t + b_r + U_r h + b'_r),  z = σ(W_z x_t + b_z + U_z h + b'_z)
//	n = tanh(W_n x_t + b_n + r∘(U_n h + b'_n)),  h_t = (1 − z)∘n + z∘h
//
// The rows of W_ih and W_hh, and the biases, are those of r, z, n. The reset
// gate comes after the product, as in PyTorch and cuDNN; in the paper it comes
// before.
//
// Source: Cho et al. 2014, Learning phrase representations using RNN
// encoder–decoder for statistical machine translation.
func GRU(c RecurrentConfig, m *Mode) ResultsSpec {
	return recurrentSpec("gru", c, m,
		func() (cell[float32], *lstm[float32]) { return gru[float32]{}, nil },
		func() (cell[float64], *lstm[float64]) { return gru[float64]{}, nil })
}

type gru[T Float] struct{}

func (gru[T]) gates() int     { return 3 }
func (gru[T]) separate() bool { return true }

func (gru[T]) forward(r *recurrent[T], t, n int, h, next []T) {
	from, to := r.step(t)
	x, own := r.share[from*3*r.hidden:to*3*r.hidden], r.own[from*3*r.hidden:to*3*r.hidden]
	o := kernel.Options[T]{Workers: r.mode.Workers}
	if r.Bias {
		o.Bias = r.bias
	}
	kernel.GemmPacked(o, false, n, 1, h, r.hidden, &r.weight, 0, own, 3*r.hidden)
	kernel.GRUStep(n, r.hidden, x, own, h, next)
}

func (gru[T]) backward(r *recurrent[T], t, n int, h, _ []T) T {
	from, to := r.step(t)
	kernel.GRUStepGrad(n, r.hidden, r.share[from*3*r.hidden:to*3*r.hidden], r.own[from*3*r.hidden:to*3*r.hidden], h, r.dh[:n*r.hidden])
	return 1
}
