package recurrent

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// Carry hands the states at the end of one run of a graph to the beginning of
// the next, as plain numbers through which no gradient passes: a text is read in
// pieces, each run sees one of them, and the states know what came before. This
// is truncated backpropagation through time (Williams & Peng 1990, An efficient
// gradient-based algorithm for on-line training of recurrent network
// trajectories).
//
//	carry := recurrent.NewCarry(g, lstm, "state")
//	y, final := lstm.Forward(g, x, carry.State())
//	…                                   // loss, m := g.Compile(loss)
//	carry.Reset(batch)                  // at the beginning of a text: 0
//	for each piece {
//		…                               // feed it
//		err := m.Run()
//		err = carry.Keep(final)         // what the next run begins with
//	}
//
// A Carry belongs to one graph and one goroutine.
type Carry struct {
	in     State
	states int
	hidden int
	h, c   *tensor.Dense
}

// NewCarry adds the inputs of a layer's initial states to a graph, in the
// precision of the layer. Errors stay in g.
func NewCarry(g *verso.Graph, l Layer, name string) *Carry {
	own, ok := l.(networked)
	if !ok || len(own.base().weights) == 0 {
		g.Fail(name, fmt.Errorf("%w: it wants an RNN, LSTM or GRU of this package, got %T", ErrState, l))
		return &Carry{}
	}
	n := own.base()
	dt := n.weights[0].IH.Dtype()
	c := &Carry{states: n.States(), hidden: n.hidden}
	c.in.H = g.Input(name+".h", dt, n.States(), 1, n.hidden)
	if n.kind == CellLSTM {
		c.in.C = g.Input(name+".c", dt, n.States(), 1, n.hidden)
	}
	c.Reset(1)
	return c
}

// State returns the inputs, to be given to [Layer].Forward.
func (c *Carry) State() State { return c.in }

// Reset makes the states of the next run 0, for a batch of so many sequences, at
// least one.
func (c *Carry) Reset(batch int) {
	if c.in.H == nil {
		return
	}
	zero := func(old *tensor.Dense, n *gorgonia.Node) *tensor.Dense {
		if n == nil {
			return nil
		}
		x := old
		if x == nil || x.Shape()[1] != max(batch, 1) {
			x = tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(c.states, max(batch, 1), c.hidden))
			gorgonia.WithValue(x)(n)
		}
		x.Zero()
		return x
	}
	c.h, c.c = zero(c.h, c.in.H), zero(c.c, c.in.C)
}

// Keep takes the states of the last run, the result of Forward, for the next. A
// state of another size than the batch of [Carry.Reset] is an [ErrState].
func (c *Carry) Keep(final State) error {
	if err := keep(c.h, final.H, "H"); err != nil {
		return err
	}
	return keep(c.c, final.C, "C")
}

func keep(into *tensor.Dense, n *gorgonia.Node, what string) error {
	switch {
	case into == nil && n == nil:
		return nil
	case into == nil:
		return fmt.Errorf("%w: the layer has no %s, got one", ErrState, what)
	case n == nil:
		return fmt.Errorf("%w: the layer has %s, got none", ErrState, what)
	}
	from, ok := n.Value().(*tensor.Dense)
	if !ok {
		return fmt.Errorf("%w: %s has no value: the graph has not run", ErrState, what)
	}
	if from.Dtype() != into.Dtype() || !from.Shape().Eq(into.Shape()) {
		return fmt.Errorf("%w: %s wants %v of %v, got %v of %v", ErrState, what, into.Shape(), into.Dtype(), from.Shape(), from.Dtype())
	}
	put(into, from.Data())
	return nil
}

// Values returns the states that the next run begins with as float32 numbers,
// (layers·directions, batch, hidden), c nil but for an LSTM; they are nil for a
// float64 layer. They may be written to.
func (c *Carry) Values() (h, memory []float32) {
	read := func(x *tensor.Dense) []float32 {
		if x == nil {
			return nil
		}
		d, _ := x.Data().([]float32)
		return d
	}
	return read(c.h), read(c.c)
}

// vectors returns the states that the next run begins with, in the layer's precision.
func (c *Carry) vectors() []verso.StateVector {
	out := []verso.StateVector{{Name: "h", Values: c.h.Data()}}
	if c.c != nil {
		out = append(out, verso.StateVector{Name: "c", Values: c.c.Data()})
	}
	return out
}

// setter checks states that vectors returned, memory nil but for an LSTM, and
// returns what puts them back.
func (c *Carry) setter(h, memory any) (func(), error) {
	row := c.states * c.hidden
	n, err := numbers(c.h, h, "H")
	switch {
	case err != nil:
		return nil, err
	case n == 0 || n%row != 0:
		return nil, fmt.Errorf("%w: H wants a multiple of %d numbers, got %d", ErrState, row, n)
	}
	if c.c != nil {
		switch k, err := numbers(c.c, memory, "C"); {
		case err != nil:
			return nil, err
		case k != n:
			return nil, fmt.Errorf("%w: C wants %d numbers as H, got %d", ErrState, n, k)
		}
	}
	return func() {
		c.Reset(n / row)
		put(c.h, h)
		if c.c != nil {
			put(c.c, memory)
		}
	}, nil
}

// numbers returns how many numbers of a tensor's type a value holds.
func numbers(of *tensor.Dense, value any, what string) (int, error) {
	got := "none"
	switch v := value.(type) {
	case []float32:
		if of.Dtype() == tensor.Float32 {
			return len(v), nil
		}
		got = "float32"
	case []float64:
		if of.Dtype() == tensor.Float64 {
			return len(v), nil
		}
		got = "float64"
	}
	return 0, fmt.Errorf("%w: %s wants %v numbers, got %s", ErrState, what, of.Dtype(), got)
}

// put copies a vector into a tensor of its type.
func put(into *tensor.Dense, from any) {
	switch x := into.Data().(type) {
	case []float32:
		copy(x, from.([]float32))
	case []float64:
		copy(x, from.([]float64))
	}
}
