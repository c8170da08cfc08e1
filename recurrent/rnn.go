package recurrent

import "github.com/seed6481993f/verso"

// RNN is the plain recurrent net:
//
//	h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)
//
// with f = tanh, or max(·, 0) for one of [NewRNNReLU]. Gradients through many
// steps fade or explode (Bengio, Simard & Frasconi 1994); [LSTM] and [GRU] are
// the remedy.
//
// Cost: 2·hidden·(in + hidden) operations a row, layer and direction forward,
// twice that backward.
//
// Source: Elman 1990, Finding structure in time.
type RNN struct{ network }

// NewRNN adds the parameters "weight_ih_l0" (hidden, in), "weight_hh_l0"
// (hidden, hidden), "bias_ih_l0" and "bias_hh_l0" (hidden) to ps, and their like
// for further layers (_l1 …) and the backward direction (_l0_reverse …). f is
// tanh.
func NewRNN(ps *verso.Params, in, hidden int, c Config) *RNN {
	return &RNN{newNetwork(ps, CellRNN, in, hidden, c)}
}

// NewRNNReLU is [NewRNN] with f = max(·, 0) (Le, Jaitly & Hinton 2015, A simple
// way to initialize recurrent networks of rectified linear units).
func NewRNNReLU(ps *verso.Params, in, hidden int, c Config) *RNN {
	return &RNN{newNetwork(ps, CellReLU, in, hidden, c)}
}
