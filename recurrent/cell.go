package recurrent

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Cell makes single steps of a recurrent net outside a graph, for whoever needs
// the output of one step to make the input of the next: generators and decoders.
// A step's numbers are those of [Layer].Forward to the last bit.
//
// It holds a copy of the weights, laid out for products: make a new one after
// training. It may be used by many goroutines at once, each with states of its
// own.
//
// Cost of a step: 2·g·hidden·(in + hidden) operations a sequence and layer, with
// g as in [Weights]; no memory is taken.
type Cell struct {
	kind   CellKind
	in     int
	hidden int
	layers []cellLayer
}

type cellLayer struct {
	in     int
	ih, hh kernel.Packed[float32]
	bias   []float32 // with the share of the input
	biasHH []float32 // with that of the state, GRU alone
}

// networked is a layer of this package.
type networked interface{ base() *network }

func (n *network) base() *network { return n }

// NewCell copies the weights of a float32 layer of this package that reads in
// one direction; anything else is an [ErrCell].
func NewCell(l Layer) (*Cell, error) {
	own, ok := l.(networked)
	if !ok {
		return nil, fmt.Errorf("%w: it wants an RNN, LSTM or GRU of this package, got %T", ErrCell, l)
	}
	n := own.base()
	if len(n.weights) == 0 {
		return nil, fmt.Errorf("%w: the layer was not built", ErrCell)
	}
	if n.cfg.Bidirectional {
		return nil, fmt.Errorf("%w: it wants one direction, got two", ErrCell)
	}
	if dt := n.weights[0].IH.Dtype(); dt != tensor.Float32 {
		return nil, fmt.Errorf("%w: it wants float32, got %v", ErrCell, dt)
	}
	c := &Cell{kind: n.kind, in: n.in, hidden: n.hidden, layers: make([]cellLayer, len(n.weights))}
	g := n.kind.gates() * n.hidden
	for i, w := range n.weights {
		l := &c.layers[i]
		if l.in = n.hidden; i == 0 {
			l.in = n.in
		}
		l.ih.Pack(true, l.in, g, w.IH.Float32s(), l.in)
		l.hh.Pack(true, n.hidden, g, w.HH.Float32s(), n.hidden)
		if w.BiasIH == nil {
			continue
		}
		l.bias = append(l.bias, w.BiasIH.Float32s()...)
		if n.kind == CellGRU {
			l.biasHH = append(l.biasHH, w.BiasHH.Float32s()...)
		} else {
			kernel.Add(l.bias, l.bias, w.BiasHH.Float32s())
		}
	}
	return c, nil
}

// Inputs is the width of the rows that a step reads.
func (c *Cell) Inputs() int { return c.in }

// Features is the width of the rows that a step returns: the size of a state.
func (c *Cell) Features() int { return c.hidden }

// Layers is the number of layers.
func (c *Cell) Layers() int { return len(c.layers) }

// CellState is the states of all layers for a batch of sequences, in plain
// memory. It is for one goroutine at a time.
type CellState struct {
	// H and C hold (layers, batch, hidden) numbers, as the nodes of a [State] do;
	// C is nil but for an LSTM. Their numbers may be read and written between steps.
	H, C []float32

	kind          CellKind
	batch, hidden int
	gates, own, u []float32
}

// NewState returns states of 0 for a batch of sequences, at least one.
func (c *Cell) NewState(batch int) *CellState {
	s := &CellState{kind: c.kind, batch: max(batch, 1), hidden: c.hidden}
	s.H = make([]float32, len(c.layers)*s.batch*c.hidden)
	if c.kind == CellLSTM {
		s.C = make([]float32, len(s.H))
	}
	return s
}

// Batch is the number of sequences.
func (s *CellState) Batch() int { return s.batch }

// Clone returns a copy.
func (s *CellState) Clone() *CellState {
	return &CellState{H: slices.Clone(s.H), C: slices.Clone(s.C), kind: s.kind, batch: s.batch, hidden: s.hidden}
}

// Set copies H and C of (layers, batch, hidden) numbers, as read from a [State]
// after a run, into the states. A nil c leaves C as it is. Other sizes are an
// [ErrState].
func (s *CellState) Set(h, c []float32) error {
	if len(h) != len(s.H) || c != nil && len(c) != len(s.C) {
		return fmt.Errorf("%w: it wants %d numbers of H and %d of C, got %d and %d", ErrState, len(s.H), len(s.C), len(h), len(c))
	}
	copy(s.H, h)
	copy(s.C, c)
	return nil
}

// Select returns the states of some of the sequences, in the order of rows, which
// may name one more than once: the next beams of a search. A row outside the
// batch, or none at all, is an [ErrState].
func (s *CellState) Select(rows []int) (*CellState, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: at least one sequence is wanted", ErrState)
	}
	for _, r := range rows {
		if r < 0 || r >= s.batch {
			return nil, fmt.Errorf("%w: sequence %d of %d", ErrState, r, s.batch)
		}
	}
	t := &CellState{kind: s.kind, batch: len(rows), hidden: s.hidden}
	pick := func(x []float32) (y []float32) {
		for from := 0; from < len(x); from += s.batch * s.hidden {
			for _, r := range rows {
				y = append(y, x[from+r*s.hidden:from+(r+1)*s.hidden]...)
			}
		}
		return y
	}
	t.H, t.C = pick(s.H), pick(s.C)
	return t, nil
}

// Step reads one row for each sequence, x (batch, in), changes the states, and
// returns H of the last layer (batch, hidden), which is valid until the next
// step. Sizes that do not fit are a verso.ErrShape or an [ErrState].
func (c *Cell) Step(x []float32, s *CellState) ([]float32, error) {
	if err := c.fits(s); err != nil {
		return nil, err
	}
	if len(x) != s.batch*c.in {
		return nil, fmt.Errorf("%w: a step of %d sequences wants rows of %d, together %d numbers, got %d", verso.ErrShape, s.batch, c.in, s.batch*c.in, len(x))
	}
	n := s.batch * c.hidden
	if s.gates == nil {
		s.gates = make([]float32, c.kind.gates()*n)
		if c.kind == CellGRU {
			s.own = make([]float32, len(s.gates))
		}
		if c.kind == CellLSTM {
			s.u = make([]float32, n)
		}
	}
	for i := range c.layers {
		h := s.H[i*n : (i+1)*n]
		c.step(&c.layers[i], x, h, s, i)
		x = h
	}
	return x, nil
}

// fits compares a state with those of NewState.
func (c *Cell) fits(s *CellState) error {
	if s == nil || s.kind != c.kind || s.hidden != c.hidden {
		given := "none"
		if s != nil {
			given = fmt.Sprintf("one of %q of width %d", s.kind, s.hidden)
		}
		return fmt.Errorf("%w: %q of width %d wants a state of its NewState, got %s", ErrState, c.kind, c.hidden, given)
	}
	h, memory := len(c.layers)*s.batch*c.hidden, 0
	if c.kind == CellLSTM {
		memory = h
	}
	if len(s.H) != h || len(s.C) != memory {
		return fmt.Errorf("%w: %d layers over %d sequences want %d numbers of H and %d of C, got %d and %d", ErrState, len(c.layers), s.batch, h, memory, len(s.H), len(s.C))
	}
	return nil
}

// step makes the step of layer i, from h to h.
func (c *Cell) step(l *cellLayer, x, h []float32, s *CellState, i int) {
	batch, hidden := s.batch, c.hidden
	g := c.kind.gates() * hidden
	kernel.GemmPacked(kernel.Options[float32]{Bias: l.bias}, false, batch, 1, x, l.in, &l.ih, 0, s.gates, g)
	switch c.kind {
	case CellLSTM:
		memory := s.C[i*len(h) : (i+1)*len(h)]
		kernel.GemmPacked(kernel.Options[float32]{}, false, batch, 1, h, hidden, &l.hh, 1, s.gates, g)
		kernel.LSTMStep(batch, hidden, s.gates, memory, memory, s.u, h)
	case CellGRU:
		kernel.GemmPacked(kernel.Options[float32]{Bias: l.biasHH}, false, batch, 1, h, hidden, &l.hh, 0, s.own, g)
		kernel.GRUStep(batch, hidden, s.gates, s.own, h, h)
	default:
		o := kernel.Options[float32]{Activation: kernel.ActivationTanh}
		if c.kind == CellReLU {
			o.Activation = kernel.ActivationReLU
		}
		kernel.GemmPacked(o, false, batch, 1, h, hidden, &l.hh, 1, s.gates, g)
		copy(h, s.gates)
	}
}
