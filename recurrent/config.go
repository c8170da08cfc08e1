package recurrent

import (
	"fmt"

	"github.com/seed6481993f/verso"
)

// Config holds the options that all recurrent layers share. It is taken
// literally: start from [DefaultConfig].
type Config struct {
	// Layers one above the other, each reading the rows of the one below;
	// default 1.
	Layers int
	// Bidirectional adds to each layer a second set of weights that reads every
	// sequence from its last row to its first; default false. Rows of the output
	// are [forward | backward].
	Bidirectional bool
	// Bias adds the two biases bias_ih and bias_hh; default true. Only their sum
	// matters, but for the GRU, whose second one is under the reset gate.
	Bias bool
	// Dropout is the probability with which an element of the rows between two
	// layers falls while the graph trains; default 0. There is none after the
	// last layer and none between steps (Zaremba, Sutskever & Vinyals 2014,
	// Recurrent neural network regularization).
	Dropout float64
	// Init draws the first values of all weights and biases; default nil, U(−1/√hidden,
	// 1/√hidden) as PyTorch has it.
	Init verso.Init
}

// DefaultConfig returns PyTorch's defaults: one layer, one direction, biases, no
// dropout.
func DefaultConfig() Config { return Config{Layers: 1, Bias: true} }

func (c Config) directions() int {
	if c.Bidirectional {
		return 2
	}
	return 1
}

func (c Config) validate() error {
	if c.Layers < 1 {
		return fmt.Errorf("%w: a recurrent net wants at least 1 layer, got %d", verso.ErrConfig, c.Layers)
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return fmt.Errorf("%w: dropout wants a probability of at least 0 and below 1, got %v", verso.ErrConfig, c.Dropout)
	}
	return nil
}
