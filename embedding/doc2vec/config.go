package doc2vec

import (
	"fmt"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Mode is how a document takes part in telling its words.
type Mode string

// The modes.
const (
	DM    Mode = "dm"     // distributed memory: the mean of the words around and the tags
	DMSum Mode = "dm-sum" // the same with the sum, and the whole error to each vector: the gradient. gensim's dm_mean=0 divides the error by their number
	DBOW  Mode = "dbow"   // distributed bag of words: each tag alone
)

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	Mode       Mode
	TrainWords bool // with DBOW: learn the words too, by skip-gram

	MinCount            int64   // words of less are left out
	MaxWords            int     // the most frequent words stay; 0: all
	Dim                 int     // D, numbers a vector
	Window              int     // words to each side
	FixedWindow         bool    // take all of the window; else 1 … Window words to each side, drawn anew for each word, so that nearer ones count more
	Sample              float64 // frequent words are left out at random, those of a share above some times this; 0: none
	Negatives           int     // k, noise words a word; 0: none
	NoisePower          float64 // noise is drawn ∝ count^NoisePower
	HierarchicalSoftmax bool    // a Huffman tree, instead of negatives or with them, as in the paper
	Epochs              int     // passes over the documents
	Rate                float64 // learning rate at the start
	MinRate             float64 // at the end; it falls in a line
	Seed                uint64  // of first vectors, windows, sampling and noise
	// Blocks cuts what PV-DBOW learns into parts that can be worked on side by side; the result depends on it. 0 and 1: it
	// is learned in order, as published, by one goroutine, as PV-DM always is. Every block wants two words at least.
	Blocks int
	// Workers is how many goroutines may learn; 0 means runtime.GOMAXPROCS(0). The result does not depend on it.
	Workers int

	// Progress, where it is set, is called every 10,000 words or so, in blocks every 10,000·Blocks. An error stops the training, which returns it.
	Progress func(Progress) error
	// Checkpoint, where it is set, is the path of a file to which the model is written after each epoch and when training is stopped by ctx
	// or Progress. [LoadFile] reads it too.
	Checkpoint string
	// Resume goes on from the file Checkpoint if there is one.
	Resume bool
}

// DefaultConfig returns gensim's settings: PV-DM with the mean, 100 numbers a vector, 5 words to each side, 5 negatives,
// words that occur at least 5 times, a sample of 0.001, 10 epochs, the rate falling from 0.025 to 0.0001.
func DefaultConfig() Config {
	return Config{
		Mode: DM, MinCount: 5, Dim: 100, Window: 5, Sample: 1e-3, Negatives: 5, NoisePower: 0.75,
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

const maxEpochs = 1 << 20

func (c *Config) plan() course.Plan {
	return course.Plan{
		Dim: c.Dim, Negatives: c.Negatives, NoisePower: c.NoisePower, Tree: c.HierarchicalSoftmax, Sample: c.Sample, Epochs: c.Epochs,
		Rate: c.Rate, MinRate: c.MinRate, Blocks: c.Blocks, Seed: c.Seed, Workers: c.Workers, Checkpoint: c.Checkpoint, Resume: c.Resume,
	}
}

func (c *Config) validate() error {
	if err := c.Mode.validate(); err != nil {
		return err
	}
	switch {
	case c.TrainWords && c.Mode != DBOW:
		return fmt.Errorf("%w: TrainWords wants the mode %q, got %q, which learns words anyway", ErrConfig, DBOW, c.Mode)
	case c.Blocks > 1 && c.Mode != DBOW:
		return fmt.Errorf("%w: Blocks %d wants the mode %q, got %q", ErrConfig, c.Blocks, DBOW, c.Mode)
	}
	p := c.plan()
	return kind.Check(&p, course.AtLeast("MinCount", int(c.MinCount), 0), course.AtLeast("MaxWords", c.MaxWords, 0),
		course.AtLeast("Window", c.Window, 1))
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
