package doc2vec

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Mode is how a document takes part in telling its words.
type Mode string

// The modes.
const (
	DM    Mode = "dm"     // distributed memory: the mean of the words around and the tags
	DMSum Mode = "dm-sum" // the same with the sum
	DBOW  Mode = "dbow"   // distributed bag of words: each tag alone
)

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	Mode       Mode
	TrainWords bool // with DBOW: learn the words too, by skip-gram

	MinCount  int64   // words of less are left out
	MaxWords  int     // the most frequent words stay; 0: all
	Dim       int     // D, numbers a vector
	Window    int     // words to each side
	Shrink    bool    // draw 1 … Window for each word, so that nearer ones count more
	Sample    float64 // frequent words are left out at random, those of a share above some times this; 0: none
	Negatives int     // k, noise words a word
	Power     float64 // noise is drawn ∝ count^Power
	Epochs    int     // passes over the documents
	Rate      float64 // learning rate at the start
	MinRate   float64 // at the end; it falls in a line
	Seed      uint64  // of first vectors, windows, sampling and noise
	// Blocks cuts what PV-DBOW learns into parts that can be worked on side by side; the result depends on it. 0 and 1: it
	// is learned in order, as published, by one goroutine, as PV-DM always is. Every block wants two words at least.
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

// DefaultConfig returns gensim's settings: PV-DM with the mean, 100 numbers a vector, 5 words to each side, 5 negatives,
// words that occur at least 5 times, a sample of 0.001, 10 epochs, the rate falling from 0.025 to 0.0001.
func DefaultConfig() Config {
	return Config{
		Mode: DM, MinCount: 5, Dim: 100, Window: 5, Shrink: true, Sample: 1e-3, Negatives: 5, Power: 0.75,
		Epochs: 10, Rate: 0.025, MinRate: 1e-4, Seed: 1,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Seen, Of      int64 // words, and how many there will be in all epochs
	Rate          float64
}

// Done is the part that is done, 0 … 1.
func (p Progress) Done() float64 { return float64(p.Seen) / float64(max(1, p.Of)) }

const (
	maxNegatives = 1 << 16
	maxEpochs    = 1 << 20
)

func (c *Config) validate() error {
	if err := c.Mode.validate(); err != nil {
		return err
	}
	for _, bound := range []struct {
		name            string
		value, min, max int
	}{
		{"Dim", c.Dim, 1, 1 << 20}, {"Window", c.Window, 1, math.MaxInt32}, {"Negatives", c.Negatives, 1, maxNegatives},
		{"Epochs", c.Epochs, 1, maxEpochs}, {"Workers", c.Workers, 0, math.MaxInt32}, {"Blocks", c.Blocks, 0, loglinear.MaxBlocks},
	} {
		if bound.value < bound.min || bound.value > bound.max {
			return fmt.Errorf("%w: %s wants %d … %d, got %d", ErrConfig, bound.name, bound.min, bound.max, bound.value)
		}
	}
	switch {
	case c.TrainWords && c.Mode != DBOW:
		return fmt.Errorf("%w: TrainWords wants the mode %q, got %q, which learns words anyway", ErrConfig, DBOW, c.Mode)
	case c.Blocks > 1 && c.Mode != DBOW:
		return fmt.Errorf("%w: Blocks %d wants the mode %q, got %q", ErrConfig, c.Blocks, DBOW, c.Mode)
	case !(c.Sample >= 0) || math.IsInf(c.Sample, 0):
		return fmt.Errorf("%w: Sample wants a finite number of at least 0, got %v", ErrConfig, c.Sample)
	case math.IsNaN(c.Power) || math.IsInf(c.Power, 0):
		return fmt.Errorf("%w: Power wants a finite number, got %v", ErrConfig, c.Power)
	case c.Checkpoint == "" && c.Resume:
		return fmt.Errorf("%w: Resume wants a path in Checkpoint", ErrConfig)
	}
	return checkRates(c.Rate, c.MinRate)
}

func checkRates(rate, least float64) error {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("%w: Rate wants a finite number above 0, got %v", ErrConfig, rate)
	}
	if !(least >= 0) || least > rate {
		return fmt.Errorf("%w: MinRate wants 0 … %v, got %v", ErrConfig, rate, least)
	}
	return nil
}

func (m Mode) validate() error {
	if m != DM && m != DMSum && m != DBOW {
		return fmt.Errorf("%w: Mode wants %q, %q or %q, got %q", ErrConfig, DM, DMSum, DBOW, string(m))
	}
	return nil
}

func (m Mode) combine() loglinear.Combine {
	if m == DMSum {
		return loglinear.Sum
	}
	return loglinear.Mean
}
