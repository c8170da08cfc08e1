package conv1d

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Padding is the number of rows that stand before and after every sequence, or
// one of the names below.
type Padding int

const (
	// Valid pads nothing: windows lie inside the sequence.
	Valid Padding = 0
	// Same keeps every length: dilation·(width−1) rows in all, half before and
	// half after, the odd one after. It wants a stride of 1.
	Same Padding = -1
	// Causal pads before the sequence alone, dilation·(width−1) rows, so that a
	// window ends at its own row and sees none after it.
	Causal Padding = -2
)

// PaddingMode says what stands in the padded rows.
type PaddingMode = op.PadMode

// The padding modes of PyTorch. The sequence a b c with two rows of padding
// becomes
const (
	Zeros     PaddingMode = op.PadZeros     // 0 0 | a b c | 0 0
	Reflect   PaddingMode = op.PadReflect   // c b | a b c | b a
	Replicate PaddingMode = op.PadReplicate // a a | a b c | c c
	Circular  PaddingMode = op.PadCircular  // b c | a b c | a b
)

// ConvConfig holds the options of [Conv1D]. It is taken literally: start from
// [DefaultConvConfig].
type ConvConfig struct {
	Stride      int         // rows from one window to the next; default 1
	Padding     Padding     // default Valid
	PaddingMode PaddingMode // default Zeros
	Dilation    int         // rows from one tap of a filter to the next; default 1
	Groups      int         // parts into which features and maps are cut; default 1
	Bias        bool        // default true
	Init        verso.Init  // of weight; nil, the default: U(−1/√n, 1/√n), n = in/groups·width
}

// DefaultConvConfig returns PyTorch's defaults: stride 1, no padding, dilation
// 1, one group, a bias.
func DefaultConvConfig() ConvConfig {
	return ConvConfig{Stride: 1, Dilation: 1, Groups: 1, Bias: true}
}

// Conv1D is a convolution over time, a bank of filters that slide along every
// sequence of a batch:
//
//	y_t[m] = b[m] + Σ_j Σ_q W[m, q, j] · x_{t·stride + j·dilation − left}[q]
//
// with the rows x_t (in), the maps m < out, the taps j < width, and q over the
// features of the map's group: all of them with one group, else in/groups of
// them beginning at ⌊m·groups/out⌋·in/groups. It is a cross-correlation, as
// PyTorch's Conv1d: filters are not turned round. A sequence of n rows becomes
// one of
//
//	n' = ⌊(n + left + right − dilation·(width−1) − 1) / stride⌋ + 1
//
// rows, where left and right are the padded rows.
//
// It differs from PyTorch's in three points. Sequences of any lengths lie one
// after another, none padded to another's length, and no window reaches from
// one into the next. A sequence in which no window fits has length 0 in the
// result, where PyTorch has an error. Reflect and Circular go on where PyTorch
// wants fewer padded rows than rows; an empty sequence, which has nothing to
// repeat, stays empty.
//
// Cost: 2·Σn'·out·in/groups·width operations forward, twice that backward.
//
// Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code
// recognition; Waibel et al. 1989, Phoneme recognition using time-delay neural
// networks; over words, Collobert et al. 2011, Natural language processing
// (almost) from scratch, section 3.3.2.
type Conv1D struct {
	Weight *verso.Param // "weight" (out, in/groups, width)
	Bias   *verso.Param // "bias" (out), nil without one

	cfg   op.Conv1DConfig
	width int
}

// NewConv1D adds the parameters "weight" and, where wanted, "bias" of out
// filters over width rows of in features, both from U(−1/√n, 1/√n) with
// n = in/groups·width as in PyTorch. A wrong option is kept by ps as
// [verso.ErrConfig].
func NewConv1D(ps *verso.Params, in, out, width int, cfg ConvConfig) *Conv1D {
	if err := cfg.validate(in, out, width); err != nil {
		ps.Fail(err)
		in, out, width, cfg = 1, 1, 1, DefaultConvConfig()
	}
	left, right := cfg.pads(width)
	c := &Conv1D{width: width, cfg: op.Conv1DConfig{
		Stride: cfg.Stride, Dilation: cfg.Dilation, Groups: cfg.Groups, Left: left, Right: right, PadMode: cfg.PaddingMode,
	}}
	init := cfg.Init
	if init == nil {
		init = verso.KaimingUniform(math.Sqrt(5))
	}
	c.Weight = ps.New("weight", init, out, in/cfg.Groups, width)
	if cfg.Bias {
		b := 1 / math.Sqrt(float64(in/cfg.Groups*width))
		c.Bias = ps.New("bias", verso.Uniform(-b, b), out)
	}
	return c
}

func (c ConvConfig) validate(in, out, width int) error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: a convolution wants %s, got %v", verso.ErrConfig, what, got)
	}
	switch {
	case in < 1 || out < 1 || width < 1:
		return bad("features, maps and width of at least 1", []int{in, out, width})
	case c.Stride < 1:
		return bad("a stride of at least 1", c.Stride)
	case c.Dilation < 1:
		return bad("a dilation of at least 1", c.Dilation)
	case c.Groups < 1 || in%c.Groups != 0 || out%c.Groups != 0:
		return bad(fmt.Sprintf("a number of groups that divides %d features and %d maps", in, out), c.Groups)
	case c.Padding < Causal:
		return bad("a padding of at least 0, Same or Causal", int(c.Padding))
	case c.Padding == Same && c.Stride != 1:
		return bad("a stride of 1 with the padding Same", c.Stride)
	case c.PaddingMode < Zeros || c.PaddingMode > Circular:
		return bad("the padding mode Zeros, Reflect, Replicate or Circular", int(c.PaddingMode))
	}
	return nil
}

// pads returns the numbers of padded rows before and after a sequence.
func (c ConvConfig) pads(width int) (left, right int) {
	reach := c.Dilation * (width - 1)
	switch c.Padding {
	case Same:
		return reach / 2, reach - reach/2
	case Causal:
		return reach, 0
	}
	return int(c.Padding), int(c.Padding)
}

// OutLength returns the length that a sequence of n rows has after the
// convolution.
func (c *Conv1D) OutLength(n int) int { return c.cfg.OutLength(n, c.width) }

// Forward maps a batch of sequences of (total, in) rows to one of (total', out)
// rows with their lengths.
func (c *Conv1D) Forward(g *verso.Graph, s verso.Sequence) verso.Sequence {
	cfg := c.cfg
	cfg.Mode = g.Mode()
	spec := op.Conv1D(cfg)
	var y verso.Sequence
	if c.Bias == nil {
		y.Rows = g.Apply("conv1d", spec, s.Rows, s.Lengths, g.Param(c.Weight)) // (total', out)
	} else {
		y.Rows = g.Apply("conv1d", spec, s.Rows, s.Lengths, g.Param(c.Weight), g.Param(c.Bias)) // (total', out)
	}
	y.Lengths = s.Lengths
	if !c.keepsLengths() {
		y.Lengths = g.ApplyInt("conv1d", op.Conv1DLengths(cfg, c.width), s.Lengths) // (batch)
	}
	return y
}

// keepsLengths reports whether every sequence comes out as long as it went in.
func (c *Conv1D) keepsLengths() bool {
	return c.cfg.Stride == 1 && c.cfg.Left+c.cfg.Right == c.cfg.Dilation*(c.width-1)
}
