package glove

import (
	"fmt"
	"math"
)

// CountConfig says what [Count] counts; begin with [DefaultCountConfig].
type CountConfig struct {
	// Window is how many words to the left (and right) are context.
	Window int
	// Symmetric counts contexts on both sides; otherwise only those to the left: X_ij counts i before j.
	Symmetric bool
	// Distance gives a context at distance d the weight 1/d instead of 1.
	Distance bool
}

// DefaultCountConfig returns 15 words on both sides with weights 1/distance, as the C program has it.
func DefaultCountConfig() CountConfig {
	return CountConfig{Window: 15, Symmetric: true, Distance: true}
}

// Config holds the options of [Train] and [TrainCounts]; begin with [DefaultConfig].
type Config struct {
	// Of the vocabulary: see [BuildVocabulary]. TrainCounts does not look at them.
	MinCount int64
	MaxWords int // 0: any number

	Count CountConfig // TrainCounts does not look at it

	Dim    int     // D, numbers a vector
	Epochs int     // passes over the counts
	XMax   float64 // counts from here on have full weight
	Alpha  float64 // α, the exponent of smaller counts' weight
	Rate   float64 // η of the vectors
	// BiasRate is η of the biases: 1 in version 1.2 of the C program, the Rate in version 1.0 and in the paper.
	BiasRate float64
	// Clip is the largest size of a gradient's element before it is multiplied by the rate; 0 means any.
	Clip float64

	Seed uint64 // of the first vectors and the order of the pairs
	// KeepOrder leaves the pairs of a tile in the order in which they are given.
	KeepOrder bool
	// Blocks is B: words and contexts are dealt into so many blocks. The result depends on it.
	Blocks int
	// Workers is how many goroutines may compute; 0 means runtime.GOMAXPROCS(0). The result does not depend on it.
	Workers int

	// Progress, where it is set, is called some times a second and after every epoch. An error stops the training,
	// which returns it.
	Progress func(Progress) error

	// Checkpoint, where it is set, is the path of a file from which training can go on. It is written after each
	// epoch and when training is stopped by ctx or Progress.
	Checkpoint string
	// Resume goes on from the file Checkpoint if there is one. Epochs may have grown since.
	Resume bool
}

// DefaultConfig returns the C program's settings: 50 numbers a vector, 25 epochs, XMax 100, α 0.75, rates 0.05 and 1,
// gradients cut at 100, windows of 15 words; words that occur at least 5 times; 8 blocks.
func DefaultConfig() Config {
	return Config{
		MinCount: 5, Count: DefaultCountConfig(),
		Dim: 50, Epochs: 25, XMax: 100, Alpha: 0.75, Rate: 0.05, BiasRate: 1, Clip: 100,
		Seed: 1, Blocks: 8,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Pairs, Of     int64 // pairs seen in this epoch, and how many there are
	// Cost is the mean of ½ f(x) e² over the pairs seen in this epoch, each at the vectors of its step.
	Cost float64
	// EpochDone tells that this is the last report of an epoch, whose Cost is that of [Model.Costs].
	EpochDone bool
}

const (
	maxDim    = 1 << 16
	maxBlocks = 1 << 10
)

func (c *CountConfig) validate() error {
	if c.Window < 1 || c.Window > math.MaxInt32 {
		return fmt.Errorf("%w: Window wants 1 … 2^31-1, got %d", ErrConfig, c.Window)
	}
	return nil
}

func (c *Config) validate() error {
	for _, bound := range []struct {
		name            string
		value, min, max int
	}{
		{"Dim", c.Dim, 1, maxDim}, {"Epochs", c.Epochs, 0, math.MaxInt32}, {"Blocks", c.Blocks, 1, maxBlocks},
		{"Workers", c.Workers, 0, math.MaxInt32},
	} {
		if bound.value < bound.min || bound.value > bound.max {
			return fmt.Errorf("%w: %s wants %d … %d, got %d", ErrConfig, bound.name, bound.min, bound.max, bound.value)
		}
	}
	for _, bound := range []struct {
		name  string
		value float64
		open  bool // 0 is out of the range
	}{
		{"XMax", c.XMax, true}, {"Alpha", c.Alpha, false}, {"Rate", c.Rate, false}, {"BiasRate", c.BiasRate, false}, {"Clip", c.Clip, false},
	} {
		if !(bound.value >= 0) || math.IsInf(bound.value, 0) || bound.open && bound.value == 0 {
			return fmt.Errorf("%w: %s wants a finite number of at least 0, got %v", ErrConfig, bound.name, bound.value)
		}
	}
	if c.Checkpoint == "" && c.Resume {
		return fmt.Errorf("%w: Resume wants a path in Checkpoint", ErrConfig)
	}
	return nil
}
