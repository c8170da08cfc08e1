package item2vec

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	MinCount  int64   // items in fewer sets are left out
	MaxItems  int     // the most frequent items stay; 0: all
	Dim       int     // D, numbers a vector
	Company   int     // most items of its set that an item is paired with, drawn anew each time; 0: all of them
	Sample    float64 // t of the sub-sampling; 0: none. Where there are few items all are frequent: take 0
	Negatives int     // k, noise items a pair
	Power     float64 // noise is drawn ∝ count^Power
	Epochs    int     // passes over the sets
	Rate      float64 // learning rate at the start
	MinRate   float64 // at the end; it falls in a line
	Seed      uint64  // of first vectors, sampling and noise
	// Blocks cuts what is learned into parts that can be worked on side by side; the result depends on it. 0 and 1: it is
	// learned in order, as published, by one goroutine. Every block wants two items at least.
	Blocks int
	// Workers is how many goroutines may learn; 0 means runtime.GOMAXPROCS(0). The result does not depend on it.
	Workers int

	// Progress, where it is set, is called some times a second. An error stops the training, which returns it.
	Progress func(Progress) error
	// Checkpoint, where it is set, is the path of a file from which training can go on. It is written after each epoch
	// and when training is stopped by ctx or Progress.
	Checkpoint string
	// Resume goes on from the file Checkpoint if there is one.
	Resume bool
}

// DefaultConfig returns the paper's settings, 100 numbers a vector, 15 negatives, a sample of 0.001, 20 epochs, with those of
// word2vec for what it leaves open: items of at least 5 sets, the rate falling from 0.025 to 0.0001.
func DefaultConfig() Config {
	return Config{
		MinCount: 5, Dim: 100, Sample: 1e-3, Negatives: 15, Power: 0.75, Epochs: 20, Rate: 0.025, MinRate: 1e-4, Seed: 1,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Seen, Of      int64 // items of sets, and how many there will be in all epochs
	Rate          float64
}

// Done is the part that is done, 0 … 1.
func (p Progress) Done() float64 { return float64(p.Seen) / float64(max(1, p.Of)) }

func (c *Config) validate() error {
	for _, bound := range []struct {
		name            string
		value, min, max int
	}{
		{"Dim", c.Dim, 1, 1 << 20}, {"Company", c.Company, 0, math.MaxInt32}, {"Negatives", c.Negatives, 1, 1 << 16},
		{"Epochs", c.Epochs, 1, 1 << 20}, {"Workers", c.Workers, 0, math.MaxInt32}, {"Blocks", c.Blocks, 0, loglinear.MaxBlocks},
	} {
		if bound.value < bound.min || bound.value > bound.max {
			return fmt.Errorf("%w: %s wants %d … %d, got %d", ErrConfig, bound.name, bound.min, bound.max, bound.value)
		}
	}
	switch {
	case !(c.Sample >= 0) || math.IsInf(c.Sample, 0):
		return fmt.Errorf("%w: Sample wants a finite number of at least 0, got %v", ErrConfig, c.Sample)
	case math.IsNaN(c.Power) || math.IsInf(c.Power, 0):
		return fmt.Errorf("%w: Power wants a finite number, got %v", ErrConfig, c.Power)
	case !(c.Rate > 0) || math.IsInf(c.Rate, 0):
		return fmt.Errorf("%w: Rate wants a finite number above 0, got %v", ErrConfig, c.Rate)
	case !(c.MinRate >= 0) || c.MinRate > c.Rate:
		return fmt.Errorf("%w: MinRate wants 0 … %v, got %v", ErrConfig, c.Rate, c.MinRate)
	case c.Checkpoint == "" && c.Resume:
		return fmt.Errorf("%w: Resume wants a path in Checkpoint", ErrConfig)
	}
	return nil
}
