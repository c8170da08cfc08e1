package multimodal

import (
	"math"

	"github.com/seed6481993f/verso"
)

// MLP returns the settings of a plain perceptron from the mean of a text's word
// vectors to the visual vector: the last of the course notes' models. One hidden
// layer of 1000 units, ReLU, squared error.
func MLP() Config {
	c := Word2VisualVec()
	c.Text.Levels, c.Text.Head.Sizes, c.Text.Head.Output = []Level{WordVectors}, []int{1000, 0}, verso.Identity
	return c
}

// Word2VisualVec returns the settings of Dong, Li & Snoek 2018, Predicting visual
// features from text for image and video caption retrieval: last state of a GRU
// (1024), bag of words and mean word vector, the latter two without stop words,
// through a hidden layer of 2048 to the visual vector, ReLU after both, squared
// error; no more than 32 words are read.
//
// The published program pads short captions in front with a word that its GRU
// reads; here none is padded. It drops out the GRU's inputs and states too.
func Word2VisualVec() Config {
	return Config{
		Text: TextConfig{
			Tokenizer: "alphanumeric", Levels: []Level{GRU, Bag, WordVectors}, MinCount: 5, NGram: [2]int{3, 5}, Dim: 500, MaxWords: 32,
			Sequence: SequenceConfig{Hidden: 1024, Last: true},
			Head:     HeadConfig{Sizes: []int{2048, 0}, Activation: verso.ReLU, Output: verso.ReLU, Dropout: 0.2},
		},
		Visual: VisualConfig{Levels: []Level{Frames}},
		Loss:   LossConfig{Kind: SquaredError},
		Seed:   1,
	}
}

// W2VVPlusPlus returns the settings of Li, Xu, Yang, Chen & Dong 2019, W2VV++:
// fully deep learning for ad-hoc video search: mean of a GRU's rows (1024) over
// the words between two marks, mean word vector and bag of words through one
// layer of 2048, tanh, and the visual vector through another; the hardest wrong
// picture of each caption on cosines, margin 0.2, summed. Wrong pairs are masked
// by id, which the published program does not do.
func W2VVPlusPlus() Config {
	head := HeadConfig{Sizes: []int{2048}, Output: verso.Tanh, Dropout: 0.2, DropOutput: true}
	return Config{
		Text: TextConfig{
			Tokenizer: "alphanumeric", Levels: []Level{GRU, WordVectors, Bag}, MinCount: 5, NGram: [2]int{3, 5}, Dim: 500, Marks: true,
			Sequence: SequenceConfig{Hidden: 1024}, Head: head,
		},
		Visual: VisualConfig{Levels: []Level{Frames}, Head: head},
		Loss:   LossConfig{Kind: Triplet, Margin: 0.2, Hardest: true, Direction: verso.ColumnsToRows, Reduction: verso.ReduceSum, MaskIDs: true},
		Seed:   1,
	}
}

// DualEncoding returns the settings of Dong, Li, Xu, Ji, He, Yang & Wang 2019,
// Dual encoding for zero-example video retrieval: on both sides a GRU in both
// directions (512 units each over words, 1024 over frames), filters over its
// rows (512 of each width: 2, 3, 4 over words, 2, 3, 4, 5 over frames) and a
// global level (bag of words with stop words, mean of the frames), through one
// layer of 2048 and batch norm; hardest wrong answers both ways, margin 0.2,
// summed. Wrong pairs are masked by id, which the published program does not do.
//
// The published program pads sequences to the longest of a batch, so that a
// filter also sees windows of nothing but padding; here it sees none.
func DualEncoding() Config {
	head := HeadConfig{Sizes: []int{2048}, BatchNorm: true, Dropout: 0.2, DropOutput: true}
	return Config{
		Text: TextConfig{
			Tokenizer: "alphanumeric", Levels: []Level{GRU, Convolution, Bag}, StopWords: true, MinCount: 5, NGram: [2]int{3, 5}, Dim: 500, Marks: true,
			Sequence: SequenceConfig{Hidden: 512, Bidirectional: true, Widths: []int{2, 3, 4}, Maps: 512, Dropout: 0.2}, Head: head,
		},
		Visual: VisualConfig{
			Levels:   []Level{GRU, Convolution, Frames},
			Sequence: SequenceConfig{Hidden: 1024, Bidirectional: true, Widths: []int{2, 3, 4, 5}, Maps: 512, Dropout: 0.2}, Head: head,
		},
		Loss: LossConfig{Kind: Triplet, Margin: 0.2, Hardest: true, Direction: verso.BothWays, Reduction: verso.ReduceSum, MaskIDs: true},
		Seed: 1,
	}
}

// DefaultFit returns the published training of the model that c resembles, for a
// number of training captions and of captions that choose the epoch. Without the
// latter the rate only falls with the epochs.
//
//	squared error    RMSprop, rate 1e-4, ρ 0.9, ε 1e-6, clip norm 5, batches of 100, 100 epochs;
//	                 the rate is halved after 3 epochs without a better score
//	batch norm       Adam, rate 1e-4, clip norm 2, batches of 128, 50 epochs; the rate falls by
//	                 1 % an epoch and is halved after 3 epochs without a better score
//	otherwise        RMSprop, rate 1e-4, ρ 0.99, ε 1e-8, clip norm 2, batches of 128, 80 epochs;
//	                 as above
//
// Training stops after 11 epochs without a better score and keeps the best epoch.
func (c Config) DefaultFit(train, dev int) verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Seed, f.Batch, f.ClipNorm = c.Seed, 128, 2
	fall, rms := 0.99, verso.DefaultRMSPropConfig()
	switch {
	case c.Loss.Kind == SquaredError:
		f.Epochs, f.Batch, f.ClipNorm, fall = 100, 100, 5, 1
		rms.Alpha, rms.Eps = 0.9, 1e-6
		f.Optimizer = verso.RMSProp(rms)
	case c.Text.Head.BatchNorm:
		f.Epochs = 50
		f.Optimizer = verso.Adam(verso.DefaultAdamConfig())
	default:
		f.Epochs = 80
		rms.Alpha, rms.Eps = 0.99, 1e-8
		f.Optimizer = verso.RMSProp(rms)
	}
	perEpoch := max(1, verso.StepsPerEpoch(train, f.Batch))
	epochs := func(step int) float64 { return math.Pow(fall, float64(step/perEpoch)) }
	if dev == 0 {
		f.Schedule = verso.ScheduleFunc(func(step int) float64 { return publishedRate * epochs(step) })
		return f
	}
	p := verso.DefaultPlateauConfig()
	p.Factor, p.Patience, p.Threshold = 0.5, 2, 0
	f.Schedule = fading{verso.Plateau(publishedRate, p), epochs}
	f.Patience, f.RestoreBest = 11, true
	return f
}

// publishedRate is the first learning rate of all three models.
const publishedRate = 1e-4

// fading is a schedule that follows scores, times a factor of the step.
type fading struct {
	verso.AdaptiveSchedule
	factor func(step int) float64
}

func (f fading) Rate(step int) float64 { return f.AdaptiveSchedule.Rate(step) * f.factor(step) }
