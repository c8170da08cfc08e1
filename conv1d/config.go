package conv1d

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Config holds what a [Classifier] is made of. It is taken literally: start
// from [DefaultConfig] and change what differs. It is saved with the model.
type Config struct {
	Variant    Variant          `json:"variant"`     // default Rand
	Dim        int              `json:"dim"`         // width of word vectors; default 300; with pretrained vectors it is theirs
	VectorSize float64          `json:"vector_size"` // root mean square to which pretrained vectors are scaled as a whole; default 0.25; 0: as they are
	Widths     []int            `json:"widths"`      // of the filters, in words; default 3, 4, 5
	Maps       int              `json:"maps"`        // filters of each width; default 100
	Activation verso.Activation `json:"activation"`  // default ReLU
	Dropout    float64          `json:"dropout"`     // of the features; default 0.5
	MaxNorm    float64          `json:"max_norm"`    // limit on the norm of each class's weights; default 3; 0: none
	Tokenizer  string           `json:"tokenizer"`   // "kim" (default), "kim-sst", "kim-case", "unicode", "whitespace"
	MinCount   int              `json:"min_count"`   // words seen less often in training are unknown; default 1
	MaxWords   int              `json:"max_words"`   // most frequent words that are kept; default 0: all
	Seed       uint64           `json:"seed"`        // of first values; order and dropout follow verso.FitConfig.Seed; default 1

	// LabelSmoothing is ε of [verso.CrossEntropy], from 0 to 1; default 0.
	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
	// Balanced weighs each class by n/(C·n_c), for n training examples, C classes and
	// n_c examples of the class, so that rare ones count as much as common ones;
	// default false.
	Balanced bool `json:"balanced,omitempty"`
}

// DefaultConfig returns Kim's settings (2014, section 3.1) and, for pretrained
// vectors, two of our own. His had a root mean square of 0.14, by the bound 0.25
// of random vectors with their variance; GloVe's has 0.53 at a width of 100, on
// which the same filters and steps do worse: so vectors are scaled. And words
// without one start at zero, where he draws them with the variance of the others:
// among few texts that is noise. With GloVe and the NonStatic variant the two
// together were worth some four points of accuracy on development parts of the
// film reviews, by which they were chosen; VectorSize 0 turns the first off.
func DefaultConfig() Config {
	return Config{
		Variant: Rand, Dim: 300, VectorSize: 0.25, Widths: []int{3, 4, 5}, Maps: 100, Activation: verso.ReLU,
		Dropout: 0.5, MaxNorm: 3, Tokenizer: "kim", MinCount: 1, Seed: 1,
	}
}

// DefaultFit returns Kim's training: mini-batches of 50, Adadelta with
// ρ = 0.95 and ε = 10⁻⁶, up to 25 epochs, the weights of the epoch that does
// best on the held-out part.
func DefaultFit() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Epochs, f.Batch, f.RestoreBest, f.Seed = 25, 50, true, 1
	a := verso.DefaultAdadeltaConfig()
	a.Rho, a.Eps = 0.95, 1e-6
	f.Optimizer, f.Schedule = verso.Adadelta(a), verso.ConstantRate(1)
	return f
}

// pad is the number of zero rows at both ends: with the widest filter less one,
// as in Kim's program, every text has windows, the empty one too.
func (c Config) pad() int { return slices.Max(c.Widths) - 1 }

func (c Config) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	switch {
	case !slices.Contains(Variants(), c.Variant):
		return bad(fmt.Sprintf("variant wants one of %v", Variants()), c.Variant)
	case c.Dim < 1:
		return bad("dim wants at least 1", c.Dim)
	case len(c.Widths) == 0 || slices.Min(c.Widths) < 1:
		return bad("widths want at least one, each at least 1", c.Widths)
	case c.Maps < 1:
		return bad("maps want at least 1", c.Maps)
	case c.VectorSize < 0 || math.IsInf(c.VectorSize, 0) || math.IsNaN(c.VectorSize):
		return bad("vector size wants a finite number of 0 or more", c.VectorSize)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return bad("dropout wants a number from 0 to below 1", c.Dropout)
	case !(c.MaxNorm >= 0) || math.IsInf(c.MaxNorm, 0):
		return bad("max norm wants a finite number of 0 or more", c.MaxNorm)
	case c.MinCount < 0 || c.MaxWords < 0:
		return bad("min count and max words want 0 or more", []int{c.MinCount, c.MaxWords})
	case !(c.LabelSmoothing >= 0 && c.LabelSmoothing <= 1):
		return bad("label smoothing wants a number from 0 to 1", c.LabelSmoothing)
	}
	if err := op.CheckPooled(op.Activation(c.Activation)); err != nil {
		return fmt.Errorf("%w: %w", verso.ErrConfig, err)
	}
	_, err := ParseTokenizer(c.Tokenizer)
	return err
}
