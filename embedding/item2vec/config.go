package item2vec

import "github.com/seed6481993f/verso/embedding/internal/course"

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	MinCount   int64   // items in fewer sets are left out
	MaxItems   int     // the most frequent items stay; 0: all
	Dim        int     // D, numbers a vector
	Company    int     // most items of its set that an item is paired with, drawn anew each time; 0: all, which takes m·(m−1) pairs for m items
	Sample     float64 // t of the sub-sampling; 0: none. Where there are few items all are frequent: take 0
	Negatives  int     // k, noise items a pair
	NoisePower float64 // noise is drawn ∝ count^NoisePower
	Epochs     int     // passes over the sets
	Rate       float64 // learning rate at the start
	MinRate    float64 // at the end; it falls in a line
	Seed       uint64  // of first vectors, sampling and noise
	// Blocks cuts what is learned into parts that can be worked on side by side; the result depends on it. 0 and 1: it is
	// learned in order, as published, by one goroutine. Every block wants two items at least.
	Blocks int
	// Workers is how many goroutines may learn; 0 means runtime.GOMAXPROCS(0). The result does not depend on it.
	Workers int

	// Progress, where it is set, is called every 10,000 items or so, in blocks every 10,000·Blocks. An error stops the training, which returns it.
	Progress func(Progress) error
	// Checkpoint, where it is set, is the path of a file to which the model is written after each epoch and when training is stopped by ctx
	// or Progress. [LoadFile] reads it too.
	Checkpoint string
	// Resume goes on from the file Checkpoint if there is one.
	Resume bool
}

// DefaultConfig returns 100 numbers a vector, 15 negatives of power 0.75, a sample of 0.001, 20 epochs, items of at least 5 sets, the rate
// falling from 0.025 to 0.0001, and at most 100 others of its set for an item.
func DefaultConfig() Config {
	return Config{
		MinCount: 5, Dim: 100, Company: 100, Sample: 1e-3, Negatives: 15, NoisePower: 0.75, Epochs: 20, Rate: 0.025, MinRate: 1e-4, Seed: 1,
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

func (c *Config) plan() course.Plan {
	return course.Plan{
		Dim: c.Dim, Negatives: c.Negatives, NoisePower: c.NoisePower, Sample: c.Sample, Epochs: c.Epochs, Rate: c.Rate, MinRate: c.MinRate,
		Blocks: c.Blocks, Seed: c.Seed, Workers: c.Workers, Checkpoint: c.Checkpoint, Resume: c.Resume,
	}
}

func (c *Config) validate() error {
	p := c.plan()
	return kind.Check(&p, course.AtLeast("MinCount", int(c.MinCount), 0), course.AtLeast("MaxItems", c.MaxItems, 0),
		course.AtLeast("Company", c.Company, 0), course.AtLeast("Negatives", c.Negatives, 1))
}
