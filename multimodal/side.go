package multimodal

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
	"github.com/seed6481993f/verso/recurrent"
)

// side is one half of the network, from the rows of a sequence and the features
// that need no network to the common space. Parameters: "rnn.…", "convs.I.weight",
// "convs.I.bias", and those of the head.
type side struct {
	levels  []Level
	rnn     *recurrent.GRU // nil without rows
	last    bool
	filters *filters // nil without the level
	input   verso.Dropout
	dropout verso.Dropout
	head    *head
}

// newSide adds the layers to ps. in is the width of the rows of a sequence,
// given that of the features of each level that needs no network, out the width
// that a size of 0 stands for.
func newSide(ps *verso.Params, levels []Level, s SequenceConfig, h HeadConfig, in, out int, given func(Level) int) *side {
	d := &side{levels: levels, last: s.Last, input: verso.Dropout{P: s.InputDropout}, dropout: verso.Dropout{P: s.Dropout}}
	rows := 0
	if hasRows(levels) {
		c := recurrent.DefaultConfig()
		c.Bidirectional = s.Bidirectional
		d.rnn = recurrent.NewGRU(ps.Scope("rnn"), in, s.Hidden, c)
		rows = d.rnn.Features()
	}
	if slices.Contains(levels, Convolution) {
		d.filters = newFilters(ps.Scope("convs"), rows, s)
	}
	width := 0
	for _, l := range levels {
		switch l {
		case GRU:
			width += rows
		case Convolution:
			width += s.Maps * len(s.Widths)
		default:
			width += given(l)
		}
	}
	d.head = newHead(ps, width, out, h)
	return d
}

// forward maps a batch to the common space, (batch, width). Given are the
// features of the levels that need no network.
func (d *side) forward(g *verso.Graph, x verso.Sequence, given map[Level]*gorgonia.Node) *gorgonia.Node {
	var y verso.Sequence
	var final recurrent.State
	if d.rnn != nil {
		x.Rows = d.input.Forward(g, x.Rows)
		y, final = d.rnn.Forward(g, x, recurrent.State{}) // (total, rows)
	}
	var parts []*gorgonia.Node
	for _, l := range d.levels {
		switch l {
		case GRU:
			parts = append(parts, d.dropout.Forward(g, d.pooled(g, y, final)))
		case Convolution:
			parts = append(parts, d.dropout.Forward(g, d.filters.forward(g, y)))
		default:
			parts = append(parts, given[l])
		}
	}
	features := parts[0]
	if len(parts) > 1 {
		features = verso.Concat(g, 1, parts...) // (batch, Σ levels)
	}
	return d.head.forward(g, features)
}

func (d *side) pooled(g *verso.Graph, y verso.Sequence, final recurrent.State) *gorgonia.Node {
	if d.last {
		return recurrent.Final(g, d.rnn, final)
	}
	return verso.MeanOverTime(g, y)
}

// filters is a convolution of several widths over the rows of a sequence, each
// with k − 1 rows of zeros at both ends, ReLU and maximum over time.
type filters struct {
	widths          []int
	weights, biases []*verso.Param
}

func newFilters(ps *verso.Params, in int, s SequenceConfig) *filters {
	f := &filters{widths: s.Widths}
	for i, k := range s.Widths {
		p := ps.Scope(fmt.Sprint(i))
		b := 1 / math.Sqrt(float64(max(1, in*k)))
		f.weights = append(f.weights, p.New("weight", verso.Uniform(-b, b), s.Maps, in, k))
		f.biases = append(f.biases, p.New("bias", verso.Uniform(-b, b), s.Maps))
	}
	return f
}

// forward maps (total, in) to (batch, maps·widths).
func (f *filters) forward(g *verso.Graph, x verso.Sequence) *gorgonia.Node {
	var parts []*gorgonia.Node
	for i, k := range f.widths {
		spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{k}, Pad: k - 1, Activation: op.ReLU, Mode: g.Mode()})
		parts = append(parts, g.Apply("filters", spec, x.Rows, x.Lengths, g.Param(f.weights[i]), g.Param(f.biases[i])))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return verso.Concat(g, 1, parts...)
}

// head maps features to the common space: "fc.weight", "fc.bias" for one layer,
// "fc.I.weight" and "fc.I.bias" for several, "bn.…" with batch norm.
type head struct {
	cfg HeadConfig
	fcs []*verso.Linear
	bn  *verso.BatchNorm
}

func newHead(ps *verso.Params, in, out int, c HeadConfig) *head {
	h := &head{cfg: c}
	for i, n := range c.Sizes {
		if n == 0 {
			n = out
		}
		scope, init := ps.Scope("fc"), verso.XavierUniform(1)
		if len(c.Sizes) > 1 {
			scope = scope.Scope(fmt.Sprint(i))
		}
		if c.Zero && i == len(c.Sizes)-1 {
			init = verso.Zeros()
		}
		h.fcs = append(h.fcs, &verso.Linear{Weight: scope.New("weight", init, n, in), Bias: scope.New("bias", verso.Zeros(), n)})
		in = n
	}
	if c.BatchNorm && len(c.Sizes) > 0 {
		h.bn = verso.NewBatchNorm(ps.Scope("bn"), in, verso.DefaultBatchNormConfig())
	}
	return h
}

// forward maps (batch, features) to (batch, last size).
func (h *head) forward(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
	dropout := verso.Dropout{P: h.cfg.Dropout}
	for i, fc := range h.fcs {
		x = fc.Forward(g, x)
		if i < len(h.fcs)-1 {
			x = dropout.Forward(g, h.cfg.Activation.Forward(g, x))
			continue
		}
		if h.bn != nil {
			x = h.bn.Forward(g, x)
		}
		x = h.cfg.Output.Forward(g, x)
		if h.cfg.DropOutput {
			x = dropout.Forward(g, x)
		}
	}
	return x
}

// width is that of the common space, given that of the features.
func (h *head) width(features int) int {
	if len(h.fcs) == 0 {
		return features
	}
	return h.fcs[len(h.fcs)-1].Weight.Shape()[0]
}
