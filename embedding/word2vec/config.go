package word2vec

import (
	"fmt"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Architecture is which words tell which.
type Architecture int

// The two architectures of Mikolov et al. (2013).
const (
	SkipGram Architecture = iota // a word tells each word around it
	CBOW                         // the words around tell the word: continuous bag of words
)

// String returns "skip-gram" or "CBOW".
func (a Architecture) String() string {
	switch a {
	case SkipGram:
		return "skip-gram"
	case CBOW:
		return "CBOW"
	}
	return fmt.Sprintf("Architecture(%d)", int(a))
}

// Combine is how CBOW makes one vector of the words around, and what of its error each of n words gets.
type Combine int

// The ways to combine words.
const (
	Mean         = Combine(loglinear.Mean)         // their mean, and the whole error to each, as the C program and gensim do
	MeanGradient = Combine(loglinear.MeanGradient) // their mean, and 1/n of the error: the gradient
	Sum          = Combine(loglinear.Sum)          // their sum, and the whole error: the gradient; gensim's cbow_mean=0 gives 1/n of it
)

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	MinCount int64 // words that occur less often are left out before windows are taken
	MaxWords int   // of the rest the most frequent stay; 0: all

	Architecture Architecture
	Combine      Combine // of CBOW
	Dim          int     // D, numbers a vector
	Window       int     // words to each side
	FixedWindow  bool    // take all of the window; else 1 … Window words to each side, drawn anew for each word

	Negatives           int     // k, words drawn for each pair; 0: none
	NoisePower          float64 // they are drawn with probability ∝ count^NoisePower
	HierarchicalSoftmax bool    // a Huffman tree, instead of negatives or with them
	Sample              float64 // t, above which share of the text a word begins to be dropped; 0: none is

	Epochs  int     // passes over the corpus
	Rate    float64 // η at the start
	MinRate float64 // at the end; in between it falls in a line with the words seen

	// Blocks is B: words are dealt into B blocks, so that B goroutines can learn pairs that share no word. 0 and 1: the algorithm as published.
	// More needs SkipGram and negatives without a tree; a pair's negatives are then drawn from its target's block. The result depends on B.
	Blocks int
	// Workers is how many goroutines may compute; 0 means runtime.GOMAXPROCS(0). No more than Blocks have work. The result does not depend on it.
	Workers int
	Seed    uint64 // of the first vectors and of everything drawn

	// Pretrained, where it is set, gives its vectors to the words that it has, to be learned on; other words begin at random. It has Dim numbers a
	// word. The targets begin at 0. A smaller Rate keeps more of it.
	Pretrained *vectors.Vectors

	// Progress, where it is set, is called every 10,000 words or so, in blocks every 10,000·Blocks. An error stops the training, which returns it.
	Progress func(Progress) error

	// Checkpoint, where it is set, is the path of a file to which the model is written after each epoch and when training is stopped by
	// ctx or Progress.
	Checkpoint string
	// Resume goes on from the file Checkpoint, if there is one.
	Resume bool
}

// DefaultConfig returns skip-gram with 100 numbers a vector, windows of 5, 5 negatives of power 0.75, words from 5 occurrences on, sample 1e-3,
// 5 epochs, the rate falling from 0.025 to 0.0001, and one block: gensim's settings, but that it takes CBOW. For CBOW the C program has rate 0.05.
func DefaultConfig() Config {
	return Config{
		MinCount: 5, Dim: 100, Window: 5, Negatives: 5, NoisePower: 0.75, Sample: 1e-3,
		Epochs: 5, Rate: 0.025, MinRate: 1e-4, Blocks: 1, Seed: 1,
	}
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Words, Of     int64 // words of the vocabulary seen in all epochs, and how many there will be
	Rate          float64
}

// Done is the part that is done, 0 … 1.
func (p Progress) Done() float64 { return float64(p.Words) / float64(max(1, p.Of)) }

func (c *Config) plan() course.Plan {
	return course.Plan{
		Dim: c.Dim, Negatives: c.Negatives, NoisePower: c.NoisePower, Tree: c.HierarchicalSoftmax, Sample: c.Sample, Epochs: c.Epochs,
		Rate: c.Rate, MinRate: c.MinRate, Blocks: c.Blocks, Seed: c.Seed, Workers: c.Workers, Checkpoint: c.Checkpoint, Resume: c.Resume,
	}
}

func (c *Config) validate() error {
	if c.Blocks > 1 && c.Architecture != SkipGram {
		return fmt.Errorf("%w: %d Blocks want skip-gram", ErrConfig, c.Blocks)
	}
	if c.Pretrained != nil && c.Pretrained.Dim() != c.Dim {
		return fmt.Errorf("%w: Dim %d, but Pretrained has %d numbers a word", ErrConfig, c.Dim, c.Pretrained.Dim())
	}
	p := c.plan()
	return kind.Check(&p, course.AtLeast("MinCount", int(c.MinCount), 0), course.AtLeast("MaxWords", c.MaxWords, 0),
		course.AtLeast("Window", c.Window, 1), course.Bound{Name: "Architecture", Value: int(c.Architecture), Max: int(CBOW)},
		course.Bound{Name: "Combine", Value: int(c.Combine), Max: int(Sum)})
}
