package conv1d

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/internal/op"
)

// network is Kim's model from word numbers to logits:
//
//	x   = table[ids]                      (total, dim)      + static[ids] with two channels
//	ĉ   = max over time of ReLU(conv(x))  (batch, widths·maps)
//	y   = W (ĉ ∘ r) + b                   (batch, classes)  r: dropout
//
// Parameters: "emb.weight", "emb_static.weight" with two channels,
// "convs.I.weight" and "convs.I.bias" for each width, "fc.weight", "fc.bias".
type network struct {
	table   *embedding.Embedding
	static  *embedding.Embedding // nil but for two channels
	bank    *FilterBank
	dropout verso.Dropout
	fc      *verso.Linear
}

// newNetwork adds the layers to ps. The tables, the second nil but for two
// channels, come from the caller, who knows what vectors they start with.
func newNetwork(ps *verso.Params, c Config, tables [2]*embedding.Embedding, classes int) *network {
	n := &network{table: tables[0], static: tables[1], dropout: verso.Dropout{P: c.Dropout}}
	n.bank = NewFilterBank(ps.Scope("convs"), n.table.Dim(), BankConfig{
		Widths: c.Widths, Maps: c.Maps, Pad: c.pad(), Activation: c.Activation, Init: verso.Uniform(-filterBound, filterBound),
	})
	n.fc = verso.NewLinear(ps.Scope("fc"), n.bank.Features(), classes)
	n.fc.Weight.MaxRowNorm = c.MaxNorm
	return n
}

// filterBound bounds the first values of the filters, as in Kim's program.
const filterBound = 0.01

// outputs are the nodes of one forward pass.
type outputs struct {
	features *gorgonia.Node // (batch, widths·maps), after dropout
	logits   *gorgonia.Node // (batch, classes)
	winners  op.Winners
}

// forward puts the model into a graph. A mask, where there is one, takes the
// place of dropout.
func (n *network) forward(g *verso.Graph, t verso.Tokens, mask *gorgonia.Node) outputs {
	x := n.table.Forward(g, t) // (total, dim)
	if n.static != nil {
		x.Rows = verso.Add(g, x.Rows, n.static.Forward(g, t).Rows)
	}
	var o outputs
	o.features, o.winners = n.bank.forward(g, x) // (batch, widths·maps)
	if mask != nil {
		o.features = verso.Mul(g, o.features, mask)
	} else {
		o.features = n.dropout.Forward(g, o.features)
	}
	o.logits = n.fc.Forward(g, o.features) // (batch, classes)
	return o
}
