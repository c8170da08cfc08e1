package multimodal

import (
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
// reads; here none is padded. It also drops out the GRU's states from step to step
// (0.2), which is not done here; of its two dropouts of the words' vectors, one
// after the other, the inputs' has the rate of both.
func Word2VisualVec() Config {
	return Config{
		Text: TextConfig{
			Tokenizer: "alphanumeric", Levels: []Level{GRU, Bag, WordVectors}, StopWords: "en", MinCount: 5, NGram: [2]int{3, 5}, Dim: 500, MaxWords: 32,
			Sequence: SequenceConfig{Hidden: 1024, Last: true, InputDropout: 0.36},
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
//
// The published program takes the mean word vector over the different words of a
// caption, where here each counts as often as it stands there, and draws the first
// vectors of words without a given one from U(−1, 1).
func W2VVPlusPlus() Config {
	head := func() HeadConfig {
		return HeadConfig{Sizes: []int{2048}, Output: verso.Tanh, Dropout: 0.2, DropOutput: true}
	}
	return Config{
		Text: TextConfig{
			Tokenizer: "alphanumeric", Levels: []Level{GRU, WordVectors, Bag}, StopWords: "en", MinCount: 5, NGram: [2]int{3, 5}, Dim: 500, Marks: true,
			Sequence: SequenceConfig{Hidden: 1024}, Head: head(),
		},
		Visual: VisualConfig{Levels: []Level{Frames}, Head: head()},
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
// summed. The GRU and the filters read the first 64 frames of a video, the mean
// takes all. Wrong pairs are masked by id, which the published program does not do.
//
// The published program pads sequences to the longest of a batch, so that a
// filter also sees windows of nothing but padding, and its GRU over frames reads
// the padding too; here neither does.
func DualEncoding() Config {
	head := func() HeadConfig {
		return HeadConfig{Sizes: []int{2048}, BatchNorm: true, Dropout: 0.2, DropOutput: true}
	}
	return Config{
		Text: TextConfig{
			Tokenizer: "alphanumeric", Levels: []Level{GRU, Convolution, Bag}, MinCount: 5, NGram: [2]int{3, 5}, Dim: 500, Marks: true,
			Sequence: SequenceConfig{Hidden: 512, Bidirectional: true, Widths: []int{2, 3, 4}, Maps: 512, Dropout: 0.2}, Head: head(),
		},
		Visual: VisualConfig{
			Levels: []Level{GRU, Convolution, Frames}, MaxFrames: 64,
			Sequence: SequenceConfig{Hidden: 1024, Bidirectional: true, Widths: []int{2, 3, 4, 5}, Maps: 512, Dropout: 0.2}, Head: head(),
		},
		Loss: LossConfig{Kind: Triplet, Margin: 0.2, Hardest: true, Direction: verso.BothWays, Reduction: verso.ReduceSum, MaskIDs: true},
		Seed: 1,
	}
}
