package fasttext

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrCorpus signifies a corpus that no model can learn from.
	ErrCorpus = errors.New("fasttext: nothing to learn from")
	// ErrNotFinite signifies vectors that are NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("fasttext: not finite")
)

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	Args               // what the file carries; Kind is SkipGram or CBOW, Loss NegativeSampling. LRUpdateRate is not looked at.
	Rate       float64 // η at the start (-lr); it falls to 0 in a line with the words seen
	NoisePower float64 // negatives are drawn with probability ∝ count^NoisePower
	Seed       uint64  // of the first vectors and of everything drawn

	// Progress, where it is set, is called every 10,000 words or so. An error stops the training, which returns it.
	Progress func(Progress) error
}

// DefaultConfig returns the settings of fastText's program: skip-gram, 100 numbers a vector, windows of 5, 5 negatives of power 1/2, n-grams of
// 3 to 6 characters in 2,000,000 buckets, words from 5 occurrences on, t 1e-4, 5 epochs, rate 0.05.
func DefaultConfig() Config {
	return Config{
		Args: Args{
			Dim: 100, Window: 5, Epochs: 5, MinCount: 5, Negative: 5, WordNgrams: 1, Loss: NegativeSampling, Kind: SkipGram,
			Bucket: 2_000_000, MinN: 3, MaxN: 6, LRUpdateRate: 100, Threshold: 1e-4,
		},
		Rate: 0.05, NoisePower: 0.5, Seed: 1,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Words, Of     int64 // words of the dictionary seen in all epochs, and how many there will be
	Rate          float64
}

func (c *Config) check() error {
	if err := c.Args.check(); err != nil {
		return err
	}
	switch {
	case c.Kind == Supervised || c.Loss != NegativeSampling:
		return fmt.Errorf("%w: %s with loss %s, want cbow or skipgram with ns", ErrArgs, c.Kind, c.Loss)
	case c.Window < 1 || c.Epochs < 1 || c.Negative < 1:
		return fmt.Errorf("%w: window %d, %d epochs, %d negatives, want 1 or more of each", ErrArgs, c.Window, c.Epochs, c.Negative)
	case c.WordNgrams > 1:
		return fmt.Errorf("%w: runs of %d words, which word vectors do not have", ErrArgs, c.WordNgrams)
	case !(c.Rate > 0) || math.IsInf(c.Rate, 0):
		return fmt.Errorf("%w: rate %v, want a finite number above 0", ErrArgs, c.Rate)
	case !(c.Threshold >= 0) || math.IsInf(c.Threshold, 0):
		return fmt.Errorf("%w: threshold %v, want a finite number of at least 0", ErrArgs, c.Threshold)
	case math.IsNaN(c.NoisePower) || math.IsInf(c.NoisePower, 0):
		return fmt.Errorf("%w: power %v, want a finite number", ErrArgs, c.NoisePower)
	}
	return nil
}
