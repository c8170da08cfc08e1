package attention

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// Reader is what a model reads a text with: a [Classifier] before it pools the rows,
// a [Translator] before it writes.
type Reader string

const (
	// SelfAttention reads with a Transformer encoder over word vectors with
	// sinusoidal positions.
	SelfAttention Reader = "self-attention"
	// Recurrent reads with a GRU in both directions.
	Recurrent Reader = "recurrent"
)

// Config holds what a [Classifier] is made of. It is taken literally: start from
// [DefaultConfig] and change what differs. It is saved with the model.
type Config struct {
	Reader      Reader  `json:"reader"`       // default SelfAttention
	Dim         int     `json:"dim"`          // width of word vectors; default 64
	Heads       int     `json:"heads"`        // of self-attention; they divide Dim; default 4
	FeedForward int     `json:"feed_forward"` // hidden units after self-attention; default 128
	Layers      int     `json:"layers"`       // of the reader; default 1
	Hidden      int     `json:"hidden"`       // units of the GRU in each direction; default 64
	Pooling     int     `json:"pooling"`      // hidden units of the attention that pools; default 64
	Dropout     float64 `json:"dropout"`      // of word vectors, in the reader and of the pooled row; default 0.1
	Tokenizer   string  `json:"tokenizer"`    // "unicode" (default) or "whitespace"
	MinCount    int     `json:"min_count"`    // words seen less often in training are unknown; default 1
	MaxWords    int     `json:"max_words"`    // most frequent words that are kept; default 0: all
	Seed        uint64  `json:"seed"`         // of first values; order and dropout follow verso.FitConfig; default 1

	// LabelSmoothing is ε of [verso.CrossEntropy], from 0 to 1; default 0.
	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
	// Balanced weighs each class by n/(C·n_c), for n training examples, C classes and
	// n_c examples of the class; default false.
	Balanced bool `json:"balanced,omitempty"`
}

// DefaultConfig returns a small reader by self-attention, which a laptop trains
// on some thousands of sentences in a minute.
func DefaultConfig() Config {
	return Config{
		Reader: SelfAttention, Dim: 64, Heads: 4, FeedForward: 128, Layers: 1, Hidden: 64, Pooling: 64,
		Dropout: 0.1, Tokenizer: "unicode", MinCount: 1, Seed: 1,
	}
}

// DefaultFit returns 10 epochs of mini-batches of 32 with Adam at 1e-3, gradients
// clipped to a norm of 1, and the weights of the epoch that does best on the
// held-out part.
func DefaultFit() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.ClipNorm, f.RestoreBest = 1, true
	return f
}

func (c Config) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	switch {
	case c.Reader != SelfAttention && c.Reader != Recurrent:
		return bad(fmt.Sprintf("reader wants %q or %q", SelfAttention, Recurrent), c.Reader)
	case c.Dim < 1 || c.Layers < 1 || c.Pooling < 1:
		return bad("dim, layers and pooling want at least 1", []int{c.Dim, c.Layers, c.Pooling})
	case c.Reader == SelfAttention && (c.Heads < 1 || c.Dim%c.Heads != 0 || c.FeedForward < 1):
		return bad("self-attention wants heads that divide dim, and a feed-forward of at least 1", []int{c.Heads, c.Dim, c.FeedForward})
	case c.Reader == Recurrent && c.Hidden < 1:
		return bad("hidden wants at least 1", c.Hidden)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return bad("dropout wants a number from 0 to below 1", c.Dropout)
	case c.MinCount < 0 || c.MaxWords < 0:
		return bad("min count and max words want 0 or more", []int{c.MinCount, c.MaxWords})
	case !(c.LabelSmoothing >= 0 && c.LabelSmoothing <= 1):
		return bad("label smoothing wants a number from 0 to 1", c.LabelSmoothing)
	}
	if _, ok := tokenizers[c.Tokenizer]; !ok {
		return bad(fmt.Sprintf("tokenizer wants one of %q", slices.Sorted(maps.Keys(tokenizers))), c.Tokenizer)
	}
	return nil
}

// tokenizers by the names that a [Config] may carry.
var tokenizers = map[string]vocab.Tokenizer{
	"unicode":    vocab.Unicode{Lower: true, Punctuation: true},
	"whitespace": vocab.Whitespace{},
}

// Unknown is the word that stands for all words that a classifier has not seen.
const Unknown = "<unk>"
