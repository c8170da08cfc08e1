package attention

import (
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// RecurrentDecoder is a gated recurrent unit that asks the source at every step:
//
//	c_t = attention of h_{t−1} to the values,  h_t = GRU([x_t; c_t], h_{t−1})
//
// The whole sequence is one operation in a graph, with the words given that the
// decoder should have written (teacher forcing). Cost: that of the unit, and
// lt·ls·attn tanh.
//
// Source: Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly
// learning to align and translate, section 3.
type RecurrentDecoder struct {
	Attention *Additive    // "att.Wq.weight", "att.Wk.weight", "att.Wk.bias", "att.v.weight"
	IH        *verso.Param // "dec.weight_ih" (3·hidden, in + values)
	HH        *verso.Param // "dec.weight_hh" (3·hidden, hidden)
	BiasIH    *verso.Param // "dec.bias_ih" (3·hidden)
	BiasHH    *verso.Param // "dec.bias_hh" (3·hidden)

	in, values, hidden int
}

// NewRecurrentDecoder adds the parameters of a decoder that reads rows of in
// features and asks rows of the given width, with states of hidden features and
// an attention of attn units. Those of the unit are drawn from
// U(−1/√hidden, 1/√hidden), as PyTorch's GRUCell.
func NewRecurrentDecoder(ps *verso.Params, in, values, hidden, attn int) *RecurrentDecoder {
	b := 1 / math.Sqrt(float64(max(hidden, 1)))
	first, cell := verso.Uniform(-b, b), ps.Scope("dec")
	return &RecurrentDecoder{
		Attention: NewAdditive(ps.Scope("att"), hidden, values, attn),
		IH:        cell.New("weight_ih", first, 3*hidden, in+values),
		HH:        cell.New("weight_hh", first, 3*hidden, hidden),
		BiasIH:    cell.New("bias_ih", first, 3*hidden),
		BiasHH:    cell.New("bias_hh", first, 3*hidden),
		in:        in, values: values, hidden: hidden,
	}
}

// Features is the width of a state.
func (d *RecurrentDecoder) Features() int { return d.hidden }

// Decoded is what a [RecurrentDecoder] returns: for each row of its input the
// state after it and the context that went into that.
type Decoded struct {
	States  verso.Sequence // (Σ lt, hidden)
	Context verso.Sequence // (Σ lt, values)
	Weights Weights
}

// Forward decodes x (Σ lt, in) beginning with the states h0 (batch, hidden), and
// asks values (Σ ls, values), of which projected is what
// [Additive.Project] makes.
func (d *RecurrentDecoder) Forward(g *verso.Graph, x, projected, values verso.Sequence, h0 *gorgonia.Node) Decoded {
	out := g.ApplyResults("recurrent decoder", op.AttendGRU(g.Mode()),
		x.Rows, x.Lengths, projected.Rows, values.Rows, values.Lengths, h0,
		g.Param(d.Attention.Query.Weight), g.Param(d.Attention.Score.Weight),
		g.Param(d.IH), g.Param(d.HH), g.Param(d.BiasIH), g.Param(d.BiasHH))
	if out == nil {
		return Decoded{}
	}
	return Decoded{
		States:  verso.Sequence{Rows: out[0], Lengths: x.Lengths},
		Context: verso.Sequence{Rows: out[1], Lengths: x.Lengths},
		Weights: Weights{Values: out[2], Queries: x.Lengths, Keys: values.Lengths, Heads: 1},
	}
}
