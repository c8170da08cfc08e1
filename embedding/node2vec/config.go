package node2vec

import "github.com/seed6481993f/verso/embedding/internal/course"

// Config holds the options of [Train]; begin with [DefaultConfig].
type Config struct {
	Walk WalkConfig // its Seed is not looked at

	Dim         int     // D, numbers a vector
	Window      int     // how near two nodes of a walk must be
	FixedWindow bool    // take all of the window; else 1 … Window to each side, drawn anew for each node, so that nearer ones count more
	Sample      float64 // nodes on a larger share of the walks are left out at random; 0: none. The authors' program has 1e-3 (gensim's default)
	Negatives   int     // k, noise nodes a pair
	NoisePower  float64 // noise is drawn ∝ count^NoisePower
	Epochs      int     // passes over the walks
	Rate        float64 // learning rate at the start
	MinRate     float64 // at the end; it falls in a line
	Seed        uint64  // of walks, first vectors and noise
	// Blocks cuts what is learned into parts that can be worked on side by side; the result depends on it. 0 and 1: it is
	// learned in order, as published, by one goroutine. Every block wants two nodes at least.
	Blocks int
	// Workers is how many goroutines may walk and learn; 0 means runtime.GOMAXPROCS(0). The result does not depend on it.
	Workers int

	// Progress, where it is set, is called every 10,000 nodes or so, in blocks every 10,000·Blocks. An error stops the training, which returns it.
	Progress func(Progress) error
	// Checkpoint, where it is set, is the path of a file to which the model is written after each epoch and when training is stopped by ctx
	// or Progress. [LoadFile] reads it too.
	Checkpoint string
	// Resume goes on from the file Checkpoint if there is one.
	Resume bool
}

// DefaultConfig returns the paper's settings with those of word2vec for what it leaves open: walks of
// [DefaultWalkConfig], 128 numbers a vector, a window of 10, drawn anew for each node, 5 negatives, one pass, the rate
// falling from 0.025 to 0.0001.
func DefaultConfig() Config {
	return Config{
		Walk: DefaultWalkConfig(), Dim: 128, Window: 10, Negatives: 5, NoisePower: 0.75, Epochs: 1,
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

func (c *Config) plan() course.Plan {
	return course.Plan{
		Dim: c.Dim, Negatives: c.Negatives, NoisePower: c.NoisePower, Sample: c.Sample, Epochs: c.Epochs, Rate: c.Rate, MinRate: c.MinRate,
		Blocks: c.Blocks, Seed: c.Seed, Workers: c.Workers, Checkpoint: c.Checkpoint, Resume: c.Resume,
	}
}

func (c *Config) validate() error {
	if err := c.Walk.validate(); err != nil {
		return err
	}
	p := c.plan()
	return kind.Check(&p, course.AtLeast("Window", c.Window, 1), course.AtLeast("Negatives", c.Negatives, 1))
}
