package attention

import (
	"fmt"

	"github.com/seed6481993f/verso"
)

// TranslatorConfig holds what a [Translator] is made of. It is taken literally:
// start from [DefaultTranslatorConfig] and change what differs. It is saved with
// the model.
type TranslatorConfig struct {
	Dim       int     `json:"dim"`       // width of word vectors; default 64
	Hidden    int     `json:"hidden"`    // units of the reader in each direction, and of the writer; default 128
	Attention int     `json:"attention"` // hidden units of the attention; default 64
	Layers    int     `json:"layers"`    // of the reader; default 1, which is also meant by 0
	Dropout   float64 `json:"dropout"`   // of word vectors, between layers and of the rows of the output layer; default 0.1
	Smoothing float64 `json:"smoothing"` // ε of label smoothing in training (Szegedy et al. 2016); default 0
	Lower     bool    `json:"lower"`     // lower-case the source; default true
	MinCount  int     `json:"min_count"` // words seen less often in training are unknown; default 1
	MaxWords  int     `json:"max_words"` // most frequent words that are kept of each language; default 0: all
	Seed      uint64  `json:"seed"`      // of first values; default 1
}

// DefaultTranslatorConfig returns a model that a laptop trains on some ten
// thousand short sentences in minutes.
func DefaultTranslatorConfig() TranslatorConfig {
	return TranslatorConfig{Dim: 64, Hidden: 128, Attention: 64, Layers: 1, Dropout: 0.1, Lower: true, MinCount: 1, Seed: 1}
}

func (c TranslatorConfig) validate() error {
	switch {
	case c.Dim < 1 || c.Hidden < 1 || c.Attention < 1:
		return fmt.Errorf("%w: dim, hidden and attention want at least 1, got %d, %d and %d", verso.ErrConfig, c.Dim, c.Hidden, c.Attention)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, c.Dropout)
	case c.Layers < 0:
		return fmt.Errorf("%w: layers want 0 or more, got %d", verso.ErrConfig, c.Layers)
	case !(c.Smoothing >= 0 && c.Smoothing <= 1):
		return fmt.Errorf("%w: smoothing wants a number from 0 to 1, got %v", verso.ErrConfig, c.Smoothing)
	case c.MinCount < 0 || c.MaxWords < 0:
		return fmt.Errorf("%w: min count and max words want 0 or more, got %d and %d", verso.ErrConfig, c.MinCount, c.MaxWords)
	}
	return nil
}

// DefaultTranslatorFit returns 10 epochs of mini-batches of 64 with Adam at 1e-3
// and gradients clipped to a norm of 1.
func DefaultTranslatorFit() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Batch, f.ClipNorm = 64, 1
	return f
}
