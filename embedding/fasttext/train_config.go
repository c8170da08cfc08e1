package fasttext

import (
	"fmt"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Config holds the options of [Train] and [TrainSupervised]; begin with [DefaultConfig] or [DefaultSupervised].
type Config struct {
	// Args are what the file carries. Of vectors Kind is SkipGram or CBOW, Loss NegativeSampling or HierarchicalSoftmax. LRUpdateRate is not
	// looked at. Of what is not in use, Bucket, MinN and MaxN become 0.
	Args
	MinLabelCount int     // of a classifier, rarer labels are left out (-minCountLabel)
	Rate          float64 // η at the start (-lr); it falls to 0 in a line with the words seen
	NoisePower    float64 // negatives are drawn with probability ∝ count^NoisePower
	Seed          uint64  // of the first vectors and of everything drawn

	// Pretrained, where it is set, gives its rows to the words of a classifier, all of which then join the dictionary; the n-grams' rows are
	// drawn. It has Dim numbers a word (-pretrainedVectors).
	Pretrained *vectors.Vectors

	// Progress, where it is set, is called every 10,000 words or so; for a classifier every 1,000. An error stops the training, which returns it.
	Progress func(Progress) error
	// Checkpoint, where it is set, is the path of a file from which training can go on. It is written after each epoch and when training is
	// stopped by ctx or Progress. It is no model file.
	Checkpoint string
	// Resume goes on from the file Checkpoint, if there is one.
	Resume bool
}

// DefaultConfig returns the settings of fastText's program for vectors: skip-gram, 100 numbers a vector, windows of 5, 5 negatives of power 1/2,
// n-grams of 3 to 6 characters in 2,000,000 buckets, words from 5 occurrences on, t 1e-4, 5 epochs, rate 0.05.
func DefaultConfig() Config {
	return Config{
		Args: Args{
			Dim: 100, Window: 5, Epochs: 5, MinCount: 5, Negative: 5, WordNgrams: 1, Loss: NegativeSampling, Kind: SkipGram,
			Bucket: 2_000_000, MinN: 3, MaxN: 6, LRUpdateRate: 100, Threshold: 1e-4,
		},
		Rate: 0.05, NoisePower: 0.5, Seed: 1,
	}
}

// DefaultSupervised returns the settings of fastText's program for classifiers: softmax, 100 numbers a vector, all words, no n-grams of
// characters or words, 5 epochs, rate 0.1; 5 negatives of power 1/2 and 2,000,000 buckets where they are asked for.
func DefaultSupervised() Config {
	return Config{
		Args: Args{
			Dim: 100, Window: 5, Epochs: 5, MinCount: 1, Negative: 5, WordNgrams: 1, Loss: Softmax, Kind: Supervised,
			Bucket: 2_000_000, LRUpdateRate: 100, Threshold: 1e-4,
		},
		Rate: 0.1, NoisePower: 0.5, Seed: 1,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Words, Of     int64 // words learned from in all epochs, and how many there will be
	Rate          float64
}

// Done is the part that is done, 0 … 1.
func (p Progress) Done() float64 { return float64(p.Words) / float64(max(1, p.Of)) }

// check refuses what cannot be trained, and leaves out what is not in use: fastText's program divides by the number of buckets wherever there are
// n-grams, and gensim wants a row for each bucket.
func (c *Config) check(supervised bool) error {
	if err := c.Args.check(); err != nil {
		return err
	}
	p := c.plan()
	err := kind.Check(&p, course.AtLeast("MinCount", c.MinCount, 0), course.AtLeast("MinLabelCount", c.MinLabelCount, 0))
	tells := c.Loss == NegativeSampling || c.Loss == HierarchicalSoftmax
	switch {
	case err != nil:
		return err
	case supervised != (c.Kind == Supervised):
		return fmt.Errorf("%w: kind %s; Train makes cbow and skipgram, TrainSupervised supervised", ErrArgs, c.Kind)
	case !supervised && (!tells || c.Window < 1):
		return fmt.Errorf("%w: loss %s and a window of %d, want ns or hs and 1 or more", ErrArgs, c.Loss, c.Window)
	case c.Loss == NegativeSampling && c.Negative < 1:
		return fmt.Errorf("%w: %d negatives, want 1 or more", ErrArgs, c.Negative)
	case !supervised && (c.WordNgrams > 1 || c.Pretrained != nil):
		return fmt.Errorf("%w: runs of words and Pretrained are for classifiers", ErrArgs)
	case c.WordNgrams > 1 && c.Bucket == 0:
		return fmt.Errorf("%w: runs of %d words want buckets", ErrArgs, c.WordNgrams)
	case c.Pretrained != nil && c.Pretrained.Dim() != c.Dim:
		return fmt.Errorf("%w: dimension %d, but Pretrained has %d", ErrArgs, c.Dim, c.Pretrained.Dim())
	}
	if !c.subwords() {
		c.MinN, c.MaxN = 0, 0
		if !c.phrases() {
			c.Bucket = 0
		}
	}
	return nil
}

func (c *Config) plan() course.Plan {
	p := course.Plan{
		Dim: c.Dim, Epochs: c.Epochs, Rate: c.Rate, NoisePower: c.NoisePower, Redraw: true, Seed: c.Seed,
		Checkpoint: c.Checkpoint, Resume: c.Resume,
	}
	switch c.Loss {
	case NegativeSampling:
		p.Negatives = c.Negative
	case HierarchicalSoftmax:
		p.Tree = true
	default:
		p.Full = true
	}
	if c.Kind != Supervised {
		p.Sample = c.Threshold
	}
	return p
}
