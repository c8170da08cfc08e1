package recurrent

import (
	"fmt"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// CellKind names the recurrent net of a model.
type CellKind string

// The recurrent nets.
const (
	CellLSTM CellKind = "lstm"
	CellGRU  CellKind = "gru"
	CellRNN  CellKind = "rnn"      // with tanh
	CellReLU CellKind = "rnn-relu" // with max(·, 0)
)

// check refuses names of no net.
func (k CellKind) check() error {
	kinds := []CellKind{CellLSTM, CellGRU, CellRNN, CellReLU}
	if !slices.Contains(kinds, k) {
		return fmt.Errorf("%w: Cell wants one of %q, got %q", verso.ErrConfig, kinds, k)
	}
	return nil
}

// gates is how many products of each sort a cell is made of.
func (k CellKind) gates() int {
	switch k {
	case CellLSTM:
		return 4
	case CellGRU:
		return 3
	}
	return 1
}

// layer adds the net of that kind.
func (k CellKind) layer(ps *verso.Params, in, hidden int, c Config) Layer {
	n := newNetwork(ps, k, in, hidden, c)
	switch k {
	case CellLSTM:
		return &LSTM{n}
	case CellGRU:
		return &GRU{n}
	}
	return &RNN{n}
}

func (k CellKind) spec(c op.RecurrentConfig, m *op.Mode) op.ResultsSpec {
	switch k {
	case CellLSTM:
		return op.LSTM(c, m)
	case CellGRU:
		return op.GRU(c, m)
	}
	return op.RNN(k == CellReLU, c, m)
}
