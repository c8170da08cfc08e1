package conv1d

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// FilterBank is a set of convolutions over time of several widths, each with
// bias, activation and maximum over time: the features of Kim's classifier, and
// the third level of Dual Encoding. It computes, for every width k and map m,
//
//	c_t = f( Σ_j W_k[m, :, j] · x_{t+j} + b_k[m] ),  t = −pad … length+pad−k
//	ĉ   = max over t of c_t
//
// as one operation whose backward pass touches the winning windows alone. The
// pad zero rows at both ends are neither stored nor multiplied. Of a sequence
// shorter than a filter even with its padding the feature is 0.
//
// Cost: up to 2·total·features·maps·Σk operations forward, 0.63 of that with the widths
// 3, 4, 5, which share sums; backward 4·batch·maps·features·Σk.
//
// Source: Collobert et al. 2011, Natural language processing (almost) from
// scratch, section 3.3; Kim 2014, section 2.
type FilterBank struct {
	Weights []*verso.Param // "0.weight", "1.weight", …: (maps, features, width)
	Biases  []*verso.Param // "0.bias", …: (maps)
	cfg     BankConfig
}

// BankConfig holds the sizes of a [FilterBank].
type BankConfig struct {
	Widths     []int            // rows that a filter sees, such as 3, 4, 5
	Maps       int              // filters of each width
	Pad        int              // zero rows before and after every sequence
	Activation verso.Activation // Identity, ReLU or Tanh
	Init       verso.Init       // of the filters; nil: U(−1/√n, 1/√n), n = features·width, as PyTorch's Conv1d
}

// NewFilterBank adds the parameters of the filters over rows of the given
// number of features. The biases start at 0. Sizes below 1, a negative padding and
// other activations are a [verso.ErrConfig] of ps.
func NewFilterBank(ps *verso.Params, features int, c BankConfig) *FilterBank {
	c.Widths = slices.Clone(c.Widths)
	b := &FilterBank{cfg: c}
	if err := op.CheckPooled(op.Activation(c.Activation)); err != nil {
		ps.Fail(fmt.Errorf("%w: %w", verso.ErrConfig, err))
	}
	if len(c.Widths) == 0 || c.Maps < 1 || c.Pad < 0 {
		ps.Fail(fmt.Errorf("%w: a filter bank wants widths, at least 1 map and no negative padding, got widths %v, %d maps, padding %d", verso.ErrConfig, c.Widths, c.Maps, c.Pad))
	}
	for i, k := range c.Widths {
		init := c.Init
		if init == nil {
			init = verso.KaimingUniform(sqrt5)
		}
		s := ps.Scope(fmt.Sprint(i))
		b.Weights = append(b.Weights, s.New("weight", init, c.Maps, features, k))
		b.Biases = append(b.Biases, s.New("bias", verso.Zeros(), c.Maps))
	}
	return b
}

// sqrt5 is the slope with which Kaiming's uniform bound is 1/√fan_in.
const sqrt5 = 2.2360679774997896964

// Features returns the width of the result: maps times widths.
func (b *FilterBank) Features() int { return b.cfg.Maps * len(b.cfg.Widths) }

// Forward maps a batch of sequences to (batch, widths·maps): the features of
// the first width, then of the second, and so on.
func (b *FilterBank) Forward(g *verso.Graph, s verso.Sequence) *gorgonia.Node {
	y, _ := b.forward(g, s)
	return y
}

// forward also returns which windows won, to be read after a run.
func (b *FilterBank) forward(g *verso.Graph, s verso.Sequence) (*gorgonia.Node, op.Winners) {
	in := []*gorgonia.Node{s.Rows, s.Lengths}
	for i, w := range b.Weights {
		in = append(in, g.Param(w), g.Param(b.Biases[i]))
	}
	spec, winners := op.ConvMaxPool(op.ConvMaxPoolConfig{
		Widths: b.cfg.Widths, Pad: b.cfg.Pad, Activation: op.Activation(b.cfg.Activation), Mode: g.Mode(),
	})
	return g.Apply("filter bank", spec, in...), winners
}
