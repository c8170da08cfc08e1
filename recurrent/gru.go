package recurrent

import "github.com/seed6481993f/verso"

// GRU is the gated recurrent unit. Of x_t and the state h before it
//
//	r = σ(W_r x_t + b_r + U_r h + b'_r)           what of h makes the candidate
//	z = σ(W_z x_t + b_z + U_z h + b'_z)           what of h stays
//	n = tanh(W_n x_t + b_n + r∘(U_n h + b'_n))    the candidate
//	h_t = (1 − z)∘n + z∘h
//
// W = weight_ih and U = weight_hh hold the rows of r, z, n in this order. The
// reset gate comes after the product with U_n, as in PyTorch and cuDNN; in the
// paper it comes before.
//
// Cost: 6·hidden·(in + hidden) operations a row, layer and direction forward,
// twice that backward.
//
// Source: Cho et al. 2014, Learning phrase representations using RNN
// encoder–decoder for statistical machine translation.
type GRU struct{ network }

// NewGRU adds the parameters "weight_ih_l0" (3·hidden, in), "weight_hh_l0"
// (3·hidden, hidden), "bias_ih_l0" and "bias_hh_l0" (3·hidden) to ps, and their
// like for further layers (_l1 …) and the backward direction (_l0_reverse …).
func NewGRU(ps *verso.Params, in, hidden int, c Config) *GRU {
	return &GRU{newNetwork(ps, CellGRU, in, hidden, c)}
}
