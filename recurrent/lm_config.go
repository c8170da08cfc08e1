package recurrent

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// Level is what a token of a [LanguageModel] is.
type Level string

// The levels. A line's end is a token at both: [LineEnd], or "\n".
const (
	LevelWord Level = "word"
	LevelChar Level = "char" // a Unicode code point
)

// LMConfig holds the options of a [LanguageModel]. It is taken literally: start
// from [DefaultLMConfig].
type LMConfig struct {
	Cell  CellKind `json:"cell"`  // default CellLSTM
	Level Level    `json:"level"` // default LevelWord
	// Tokenizer cuts a line into words at LevelWord: "whitespace", the default, for
	// texts that are tokenized already, or "unicode", words and punctuation by
	// Unicode Standard Annex #29.
	Tokenizer string `json:"tokenizer"`
	Lower     bool   `json:"lower"`      // lower-case the text; default false
	MinCount  int    `json:"min_count"`  // smallest count of a token with a number of its own; default 1
	MaxTokens int    `json:"max_tokens"` // most tokens with one, besides [Unknown]; default 0: any number

	Dim    int `json:"dim"`    // width of a token's vector; default 200
	Hidden int `json:"hidden"` // width of a state; default 200
	Layers int `json:"layers"` // one above the other; default 2
	// Dropout is the probability with which an element falls, in training, on its
	// way from the vectors to the first layer, from layer to layer, and from the
	// last to the logits, never from step to step; default 0.
	Dropout float64 `json:"dropout"`
	// Tied makes the vectors of the tokens the weights of the logits too, which
	// wants Dim equal to Hidden (Press & Wolf 2017, Using the output embedding to
	// improve language models); default false.
	Tied bool `json:"tied"`
	// Window, where it is above 0, makes a model of fixed windows: Window tokens,
	// read from a state of 0, say the next one. Default 0: continuous text.
	Window int `json:"window"`
	// Steps is through how many tokens gradients go back at most in continuous text;
	// default 20. A stream is cut into as few segments as that allows, all equally
	// long, but for a token.
	Steps int `json:"steps"`
	// Init is the a of U(−a, a), from which all weights are drawn; 0 draws them as
	// PyTorch does; default 0.1.
	Init float64 `json:"init"`
	Seed uint64  `json:"seed"` // of the weights; default 1
}

// DefaultLMConfig returns the small model of Zaremba, Sutskever & Vinyals 2014
// (Recurrent neural network regularization, section 4.1): two LSTM layers of 200
// over words, no dropout, 20 steps back, weights from U(−0.1, 0.1).
// [DefaultLMFit] has its training.
func DefaultLMConfig() LMConfig {
	return LMConfig{
		Cell: CellLSTM, Level: LevelWord, Tokenizer: "whitespace", MinCount: 1,
		Dim: 200, Hidden: 200, Layers: 2, Steps: 20, Init: 0.1, Seed: 1,
	}
}

// DefaultLMFit returns the training of the same paper for continuous text: 20
// streams side by side (Batch), 13 epochs of plain gradient descent, the norm of
// the gradient clipped to 5, and the rate of [ZarembaRate], which stands for the
// nil in Schedule.
//
// Zaremba sums the loss over the steps of a segment, where [LanguageModel.Fit]
// takes the mean: with Steps n, ClipNorm 5/n and rate n are his 5 and 1, where
// segments have n tokens. With a Window there is one step, and with it 5 and 1.
func DefaultLMFit(c LMConfig) verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Epochs, f.Batch, f.KeepOrder = 13, 20, c.Window == 0
	f.Optimizer, f.Schedule = verso.SGD(verso.DefaultSGDConfig()), nil
	f.ClipNorm = 5 / float64(c.span())
	return f
}

// ZarembaRate is rate for the first epochs of so many updates each, and half of
// that of the epoch before in each later one.
func ZarembaRate(rate float64, epochs, updates int) verso.Schedule {
	return verso.ScheduleFunc(func(step int) float64 {
		return math.Ldexp(rate, -max(0, step/max(1, updates)+1-epochs))
	})
}

// span is the number of steps of a segment that have a loss.
func (c LMConfig) span() int {
	if c.Window > 0 {
		return 1
	}
	return max(1, c.Steps)
}

// lmTokenizers by the names that an [LMConfig] may carry.
var lmTokenizers = map[string]vocab.Tokenizer{
	"whitespace": vocab.Whitespace{},
	"unicode":    vocab.Unicode{Punctuation: true},
}

func (c LMConfig) validate() error {
	if err := c.Cell.check(); err != nil {
		return err
	}
	switch {
	case c.Level != LevelWord && c.Level != LevelChar:
		return fmt.Errorf("%w: Level wants %q or %q, got %q", verso.ErrConfig, LevelWord, LevelChar, c.Level)
	case c.Level == LevelWord && lmTokenizers[c.Tokenizer] == nil:
		return fmt.Errorf(`%w: Tokenizer wants "unicode" or "whitespace", got %q`, verso.ErrConfig, c.Tokenizer)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("%w: Dropout wants a probability of at least 0 and below 1, got %v", verso.ErrConfig, c.Dropout)
	case !(c.Init >= 0 && c.Init <= 1e3):
		return fmt.Errorf("%w: Init wants a number from 0 to 1000, got %v", verso.ErrConfig, c.Init)
	case c.Tied && c.Dim != c.Hidden:
		return fmt.Errorf("%w: Tied wants Dim equal to Hidden, got %d and %d", verso.ErrConfig, c.Dim, c.Hidden)
	}
	for _, x := range []struct {
		name       string
		value, min int
	}{
		{"Dim", c.Dim, 1}, {"Hidden", c.Hidden, 1}, {"Layers", c.Layers, 1}, {"Window", c.Window, 0},
		{"Steps", c.Steps, 1}, {"MinCount", c.MinCount, 0}, {"MaxTokens", c.MaxTokens, 0},
	} {
		if x.value < x.min {
			return fmt.Errorf("%w: %s wants at least %d, got %d", verso.ErrConfig, x.name, x.min, x.value)
		}
	}
	return nil
}
