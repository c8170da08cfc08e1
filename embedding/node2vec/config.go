package node2vec

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	Walk WalkConfig // its Seed is not looked at

	Dim       int     // D, numbers a vector
	Window    int     // how near two nodes of a walk must be
	Shrink    bool    // draw 1 … Window for each node, so that nearer ones count more
	Negatives int     // k, noise nodes a pair
	Power     float64 // noise is drawn ∝ count^Power
	Epochs    int     // passes over the walks
	Rate      float64 // learning rate at the start
	MinRate   float64 // at the end; it falls in a line
	Seed      uint64  // of walks, first vectors and noise
	// Blocks cuts what is learned into parts that can be worked on side by side; the result depends on it. 0 and 1: it is
	// learned in order, as published, by one goroutine. Every block wants two nodes at least.
	Blocks int
	// Workers is how many goroutines may walk and learn; 0 means runtime.GOMAXPROCS(0). The result does not depend on it.
	Workers int

	// Progress, where it is set, is called some times a second. An error stops the training, which returns it.
	Progress func(Progress) error
	// Checkpoint, where it is set, is the path of a file from which training can go on. It is written after each epoch
	// and when training is stopped by ctx or Progress.
	Checkpoint string
	// Resume goes on from the file Checkpoint if there is one.
	Resume bool
}

// DefaultConfig returns the paper's settings with those of word2vec for what it leaves open: walks of
// [DefaultWalkConfig], 128 numbers a vector, a window of 10, drawn anew for each node, 5 negatives, one pass, the rate
// falling from 0.025 to 0.0001.
func DefaultConfig() Config {
	return Config{
		Walk: DefaultWalkConfig(), Dim: 128, Window: 10, Shrink: true, Negatives: 5, Power: 0.75, Epochs: 1,
		Rate: 0.025, MinRate: 1e-4, Seed: 1,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Seen, Of      int64 // nodes of walks learned from, and how many there will be in all epochs
	Rate          float64
}

// Done is the part that is done, 0 … 1.
func (p Progress) Done() float64 { return float64(p.Seen) / float64(max(1, p.Of)) }

func (c *Config) validate() error {
	if err := c.Walk.validate(); err != nil {
		return err
	}
	for _, bound := range []struct {
		name            string
		value, min, max int
	}{
		{"Dim", c.Dim, 1, 1 << 20}, {"Window", c.Window, 1, math.MaxInt32}, {"Negatives", c.Negatives, 1, 1 << 16},
		{"Epochs", c.Epochs, 1, 1 << 20}, {"Workers", c.Workers, 0, math.MaxInt32}, {"Blocks", c.Blocks, 0, loglinear.MaxBlocks},
	} {
		if bound.value < bound.min || bound.value > bound.max {
			return fmt.Errorf("%w: %s wants %d … %d, got %d", ErrConfig, bound.name, bound.min, bound.max, bound.value)
		}
	}
	switch {
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
