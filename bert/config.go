package bert

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/seed6481993f/verso"
)

// Config holds the sizes and options of a BERT under the names that they have in
// Hugging Face's config.json. It is taken literally: start from [DefaultConfig]
// or one of the smaller sizes.
type Config struct {
	VocabSize    int    `json:"vocab_size"`              // V, word pieces; default 30,522
	Hidden       int    `json:"hidden_size"`             // H, features of a row; default 768
	Layers       int    `json:"num_hidden_layers"`       // L; default 12
	Heads        int    `json:"num_attention_heads"`     // A, divides H; default 12
	Intermediate int    `json:"intermediate_size"`       // F, features inside a layer; default 3,072
	Positions    int    `json:"max_position_embeddings"` // longest sequence; default 512
	Types        int    `json:"type_vocab_size"`         // kinds of text in a sequence; default 2
	Activation   string `json:"hidden_act"`              // "gelu" (default), "gelu_new", "relu"

	HiddenDropout    float64 `json:"hidden_dropout_prob"`          // default 0.1
	AttentionDropout float64 `json:"attention_probs_dropout_prob"` // default 0.1
	InitializerRange float64 `json:"initializer_range"`            // standard deviation of first weights; default 0.02
	LayerNormEps     float64 `json:"layer_norm_eps"`               // default 1e-12
}

// DefaultConfig returns BERT-base of Devlin et al. 2019: 110 million weights.
func DefaultConfig() Config {
	return Config{
		VocabSize: 30_522, Hidden: 768, Layers: 12, Heads: 12, Intermediate: 3_072, Positions: 512, Types: 2,
		Activation: "gelu", HiddenDropout: 0.1, AttentionDropout: 0.1, InitializerRange: 0.02, LayerNormEps: 1e-12,
	}
}

// LargeConfig returns BERT-large of Devlin et al. 2019: 340 million weights.
func LargeConfig() Config { return sized(24, 1024) }

// The smaller sizes of Turc et al. 2019, Well-read students learn better: heads
// of 64 features, and an intermediate size of four times the hidden one.
func sized(layers, hidden int) Config {
	c := DefaultConfig()
	c.Layers, c.Hidden, c.Heads, c.Intermediate = layers, hidden, hidden/64, 4*hidden
	return c
}

// TinyConfig returns 2 layers of 128 features (Turc et al. 2019): 4.4 million weights.
func TinyConfig() Config { return sized(2, 128) }

// MiniConfig returns 4 layers of 256 features (Turc et al. 2019): 11 million weights.
func MiniConfig() Config { return sized(4, 256) }

// SmallConfig returns 4 layers of 512 features (Turc et al. 2019): 29 million weights.
func SmallConfig() Config { return sized(4, 512) }

// MediumConfig returns 8 layers of 512 features (Turc et al. 2019): 41 million weights.
func MediumConfig() Config { return sized(8, 512) }

// activations by the names of Hugging Face.
var activations = map[string]verso.Activation{"gelu": verso.GELU, "gelu_new": verso.GELUTanh, "relu": verso.ReLU}

func (c Config) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	for _, size := range []struct {
		name string
		n    int
	}{
		{"vocab_size", c.VocabSize}, {"hidden_size", c.Hidden}, {"num_hidden_layers", c.Layers}, {"num_attention_heads", c.Heads},
		{"intermediate_size", c.Intermediate}, {"max_position_embeddings", c.Positions}, {"type_vocab_size", c.Types},
	} {
		if size.n < 1 || size.n > math.MaxInt32 {
			return bad(size.name+" wants a number from 1 to 2147483647", size.n)
		}
	}
	if c.Hidden%c.Heads != 0 {
		return bad(fmt.Sprintf("hidden_size wants a multiple of the %d heads", c.Heads), c.Hidden)
	}
	if _, ok := activations[c.Activation]; !ok {
		return bad(`hidden_act wants "gelu", "gelu_new" or "relu"`, c.Activation)
	}
	for _, p := range []struct {
		name string
		v    float64
	}{{"hidden_dropout_prob", c.HiddenDropout}, {"attention_probs_dropout_prob", c.AttentionDropout}} {
		if !(p.v >= 0 && p.v < 1) {
			return bad(p.name+" wants a number from 0 to below 1", p.v)
		}
	}
	if !(c.InitializerRange >= 0) || math.IsInf(c.InitializerRange, 0) {
		return bad("initializer_range wants a finite number of 0 or more", c.InitializerRange)
	}
	if !(c.LayerNormEps >= 0) || math.IsInf(c.LayerNormEps, 0) {
		return bad("layer_norm_eps wants a finite number of 0 or more", c.LayerNormEps)
	}
	return nil
}

// parseConfig reads a config.json; what it does not say is BERT-base's. Files of
// other models, and options that would change the arithmetic, are refused.
func parseConfig(data []byte) (Config, error) {
	c := DefaultConfig()
	other := struct {
		Model     string `json:"model_type"`
		Positions string `json:"position_embedding_type"`
		Decoder   bool   `json:"is_decoder"`
		Cross     bool   `json:"add_cross_attention"`
		Tied      bool   `json:"tie_word_embeddings"`
	}{Model: "bert", Positions: "absolute", Tied: true}
	for _, into := range []any{&c, &other} {
		if err := json.Unmarshal(data, into); err != nil {
			return c, fmt.Errorf("%w: config.json: %w", ErrCheckpoint, err)
		}
	}
	switch {
	case other.Model != "bert":
		return c, fmt.Errorf("%w: model_type is %.50q, want \"bert\"", ErrCheckpoint, other.Model)
	case other.Positions != "absolute":
		return c, fmt.Errorf("%w: position_embedding_type is %.50q, want \"absolute\"", ErrCheckpoint, other.Positions)
	case other.Decoder || other.Cross:
		return c, fmt.Errorf("%w: it is a decoder, want an encoder", ErrCheckpoint)
	case !other.Tied:
		return c, fmt.Errorf("%w: tie_word_embeddings is false: the masked words have a table of their own, want the encoder's", ErrCheckpoint)
	}
	if err := c.validate(); err != nil {
		return c, fmt.Errorf("%w: config.json: %w", ErrCheckpoint, err)
	}
	return c, nil
}
