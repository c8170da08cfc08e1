package recurrent

import (
	"fmt"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
)

// Pooling says how the rows of a text become one.
type Pooling string

// The poolings. An empty text gives 0 with each.
const (
	PoolLast Pooling = "last" // the last state, in both directions the backward one at the first word too
	PoolMean Pooling = "mean" // the mean of the rows
	PoolMax  Pooling = "max"  // the largest value of each feature
)

// ClassifierConfig holds what a [Classifier] is made of. It is taken literally:
// start from [DefaultClassifierConfig] and change what differs. It is saved with
// the model.
type ClassifierConfig struct {
	Cell          CellKind `json:"cell"`          // default CellGRU
	Dim           int      `json:"dim"`           // width of word vectors; default 100; with pretrained vectors it is theirs
	Frozen        bool     `json:"frozen"`        // leave pretrained vectors as they are; default false
	ConvWidths    []int    `json:"conv_widths"`   // of filters before the recurrent net, in words; default none
	ConvMaps      int      `json:"conv_maps"`     // filters of each width; default 100
	Hidden        int      `json:"hidden"`        // width of a state, in each direction; default 100
	Layers        int      `json:"layers"`        // one above the other; default 1
	Bidirectional bool     `json:"bidirectional"` // default true
	Pooling       Pooling  `json:"pooling"`       // default PoolMax
	Dropout       float64  `json:"dropout"`       // of word vectors, between layers and of the pooled row; default 0.5
	Tokenizer     string   `json:"tokenizer"`     // one of conv1d.Tokenizers(); default "unicode"
	MinCount      int      `json:"min_count"`     // words seen less often in training are unknown; default 1
	MaxWords      int      `json:"max_words"`     // most frequent words that are kept; default 0: all
	// LabelSmoothing is ε of [verso.CrossEntropy], from 0 to 1; default 0.
	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
	// Balanced weighs each class by n/(C·n_c), for n training examples, C classes and
	// n_c examples of the class, so that a rare one counts as much as a common one;
	// default false.
	Balanced bool   `json:"balanced,omitempty"`
	Seed     uint64 `json:"seed"` // of first values; order and dropout follow verso.FitConfig.Seed; default 1
}

// DefaultClassifierConfig returns a GRU in both directions with maximum over time.
func DefaultClassifierConfig() ClassifierConfig {
	return ClassifierConfig{
		Cell: CellGRU, Dim: 100, ConvMaps: 100, Hidden: 100, Layers: 1, Bidirectional: true, Pooling: PoolMax,
		Dropout: 0.5, Tokenizer: "unicode", MinCount: 1, Seed: 1,
	}
}

// DefaultClassifierFit returns 10 epochs of mini-batches of 32 with Adam at 1e-3,
// gradients clipped to a norm of 1, and the weights of the epoch that does best on
// the held-out part.
func DefaultClassifierFit() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Epochs, f.Batch, f.ClipNorm, f.RestoreBest, f.Schedule = 10, 32, 1, true, verso.ConstantRate(1e-3)
	return f
}

func (c ClassifierConfig) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	if err := c.Cell.check(); err != nil {
		return err
	}
	switch {
	case c.Dim < 1 || c.Hidden < 1 || c.Layers < 1:
		return bad("dim, hidden and layers want at least 1", []int{c.Dim, c.Hidden, c.Layers})
	case len(c.ConvWidths) > 0 && slices.Min(c.ConvWidths) < 1:
		return bad("convolutions want widths of at least 1", c.ConvWidths)
	case len(c.ConvWidths) > 0 && c.ConvMaps < 1:
		return bad("convolutions want at least 1 map", c.ConvMaps)
	case !slices.Contains([]Pooling{PoolLast, PoolMean, PoolMax}, c.Pooling):
		return bad(fmt.Sprintf("pooling wants %q, %q or %q", PoolLast, PoolMean, PoolMax), c.Pooling)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return bad("dropout wants a number from 0 to below 1", c.Dropout)
	case !(c.LabelSmoothing >= 0 && c.LabelSmoothing <= 1):
		return bad("label smoothing wants a number from 0 to 1", c.LabelSmoothing)
	}
	if _, err := conv1d.ParseTokenizer(c.Tokenizer); err != nil {
		return fmt.Errorf("%w: %w", verso.ErrConfig, err)
	}
	return nil
}
