package recurrent

import "github.com/seed6481993f/verso"

// LSTM is long short-term memory. Of x_t and the state h, c before it
//
//	i = σ(W_i x_t + b_i + U_i h + b'_i)       what enters the memory
//	f = σ(W_f x_t + b_f + U_f h + b'_f)       what stays in it
//	g = tanh(W_g x_t + b_g + U_g h + b'_g)    what could enter
//	o = σ(W_o x_t + b_o + U_o h + b'_o)       what is shown of it
//	c_t = f∘c + i∘g,  h_t = o∘tanh c_t
//
// W = weight_ih and U = weight_hh hold the rows of i, f, g, o in this order.
//
// Cost: 8·hidden·(in + hidden) operations a row, layer and direction forward,
// twice that backward.
//
// Source: Hochreiter & Schmidhuber 1997, Long short-term memory; forget gate:
// Gers, Schmidhuber & Cummins 2000, Learning to forget.
type LSTM struct{ network }

// NewLSTM adds the parameters "weight_ih_l0" (4·hidden, in), "weight_hh_l0"
// (4·hidden, hidden), "bias_ih_l0" and "bias_hh_l0" (4·hidden) to ps, and their
// like for further layers (_l1 …) and the backward direction (_l0_reverse …).
func NewLSTM(ps *verso.Params, in, hidden int, c Config) *LSTM {
	return &LSTM{newNetwork(ps, CellLSTM, in, hidden, c)}
}
