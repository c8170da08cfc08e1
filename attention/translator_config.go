package attention

import (
	"fmt"

	"github.com/seed6481993f/verso"
)

// TranslatorConfig holds what a [Translator] is made of. It is taken literally:
// start from [DefaultTranslatorConfig] and change what differs. It is saved with
// the model.
type TranslatorConfig struct {
	Reader      Reader  `json:"reader"`       // Recurrent, a Seq2Seq, is default and also meant by ""; SelfAttention is a Transformer
	Dim         int     `json:"dim"`          // width of word vectors; default 64
	Hidden      int     `json:"hidden"`       // units of a recurrent reader in each direction, and of its writer; default 128
	Attention   int     `json:"attention"`    // hidden units of the recurrent net's attention; default 64
	Heads       int     `json:"heads"`        // of the Transformer's attentions; they divide Dim; default 4
	FeedForward int     `json:"feed_forward"` // hidden units of the Transformer's layers; default 128
	Layers      int     `json:"layers"`       // of a recurrent reader, or of the Transformer's reader and writer; default 1, which is also meant by 0
	Dropout     float64 `json:"dropout"`      // of word vectors, between layers and of the rows of the output layer; default 0.1
	Lower       bool    `json:"lower"`        // lower-case the source; default true
	MinCount    int     `json:"min_count"`    // words seen less often in training are unknown; default 1
	MaxWords    int     `json:"max_words"`    // most frequent words that are kept of each language; default 0: all
	Seed        uint64  `json:"seed"`         // of first values; default 1

	// LabelSmoothing is ε of [verso.CrossEntropy] in training, from 0 to 1; default 0.
	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
}

// DefaultTranslatorConfig returns a model that a laptop trains on some ten
// thousand short sentences in minutes.
func DefaultTranslatorConfig() TranslatorConfig {
	return TranslatorConfig{
		Reader: Recurrent, Dim: 64, Hidden: 128, Attention: 64, Heads: 4, FeedForward: 128, Layers: 1,
		Dropout: 0.1, Lower: true, MinCount: 1, Seed: 1,
	}
}

func (c TranslatorConfig) validate() error {
	switch {
	case c.Reader != "" && c.Reader != Recurrent && c.Reader != SelfAttention:
		return fmt.Errorf("%w: reader wants %q or %q, got %q", verso.ErrConfig, Recurrent, SelfAttention, c.Reader)
	case c.Dim < 1:
		return fmt.Errorf("%w: dim wants at least 1, got %d", verso.ErrConfig, c.Dim)
	case c.Reader != SelfAttention && (c.Hidden < 1 || c.Attention < 1):
		return fmt.Errorf("%w: hidden and attention want at least 1, got %d and %d", verso.ErrConfig, c.Hidden, c.Attention)
	case c.Reader == SelfAttention && (c.Heads < 1 || c.Dim%c.Heads != 0 || c.FeedForward < 1):
		return fmt.Errorf("%w: a Transformer wants heads that divide dim, and a feed-forward of at least 1, got %d, %d and %d", verso.ErrConfig, c.Heads, c.Dim, c.FeedForward)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, c.Dropout)
	case c.Layers < 0:
		return fmt.Errorf("%w: layers want 0 or more, got %d", verso.ErrConfig, c.Layers)
	case !(c.LabelSmoothing >= 0 && c.LabelSmoothing <= 1):
		return fmt.Errorf("%w: label smoothing wants a number from 0 to 1, got %v", verso.ErrConfig, c.LabelSmoothing)
	case c.MinCount < 0 || c.MaxWords < 0:
		return fmt.Errorf("%w: min count and max words want 0 or more, got %d and %d", verso.ErrConfig, c.MinCount, c.MaxWords)
	}
	return nil
}

// build makes the net that the settings speak of.
func (c TranslatorConfig) build(ps *verso.Params, source, target int) translatorNet {
	if c.Reader != SelfAttention {
		return NewSeq2Seq(ps, Seq2SeqConfig{
			SourceWords: source, TargetWords: target,
			Dim: c.Dim, Hidden: c.Hidden, Attention: c.Attention, Layers: c.Layers, Dropout: c.Dropout,
		})
	}
	t := DefaultTransformerConfig()
	t.Heads, t.FeedForward, t.Layers, t.Dropout, t.Activation = c.Heads, c.FeedForward, max(1, c.Layers), c.Dropout, verso.GELU
	return NewTransformer(ps, source, target, c.Dim, t)
}

// DefaultTranslatorFit returns 10 epochs of mini-batches of 64 with Adam at 1e-3
// and gradients clipped to a norm of 1.
func DefaultTranslatorFit() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Batch, f.ClipNorm = 64, 1
	return f
}
