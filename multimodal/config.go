package multimodal

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
)

// Level is one way of looking at a text or at a video. The features of the
// levels of a side stand one after another in the order in which they are named.
type Level string

// The levels.
const (
	Bag         Level = "bag"     // counts of the words (|V|); texts alone
	NGrams      Level = "ngrams"  // counts of the words' runs of characters (|G|); texts alone
	WordVectors Level = "vectors" // mean of the words' given vectors (D); texts alone
	Frames      Level = "frames"  // mean of the frames' vectors (D); pictures and videos alone
	GRU         Level = "gru"     // rows of a recurrent net over words or frames, their mean or the last
	Convolution Level = "conv"    // filters over those rows, their maximum over time
)

// Config holds what a [Model] is made of. It is taken literally: start from one
// of [MLP], [Word2VisualVec], [W2VVPlusPlus] and [DualEncoding], and change what
// differs. It is saved with the model.
type Config struct {
	Text   TextConfig   `json:"text"`
	Visual VisualConfig `json:"visual"`
	Loss   LossConfig   `json:"loss"`
	Seed   uint64       `json:"seed"` // of first values
}

// TextConfig holds the text side.
type TextConfig struct {
	Tokenizer string  `json:"tokenizer"`  // see [Tokenizers]
	Levels    []Level `json:"levels"`     // at least one
	StopWords bool    `json:"stop_words"` // English function words count in Bag, NGrams and WordVectors
	MinCount  int     `json:"min_count"`  // words, and runs of characters, seen less often in training are not in Bag and NGrams
	NGram     [2]int  `json:"ngram"`      // shortest and longest run of NGrams
	// IDF weighs words in Bag and WordVectors, and runs in NGrams, by
	// log((1 + N)/(1 + N_w)), where N_w of the N training captions hold w.
	IDF bool `json:"idf"`
	// Norms gives the features of each level this Euclidean norm; 0, or none for
	// a level: as they are. For Bag, NGrams and WordVectors alone.
	Norms []float64 `json:"norms,omitempty"`

	Dim      int            `json:"dim"`       // width of the word vectors of GRU; with given vectors it is theirs
	Marks    bool           `json:"marks"`     // "<start>" and "<end>" stand around the words that GRU reads
	MaxWords int            `json:"max_words"` // that GRU reads, from the first on; 0: all
	Sequence SequenceConfig `json:"sequence"`  // of the levels GRU and Convolution
	Head     HeadConfig     `json:"head"`
}

// VisualConfig holds the visual side.
type VisualConfig struct {
	Levels   []Level        `json:"levels"`   // Frames, GRU, Convolution
	Sequence SequenceConfig `json:"sequence"` // of the levels GRU and Convolution
	Head     HeadConfig     `json:"head"`     // without sizes: the features of the levels as they are
	Prepare  PrepareConfig  `json:"prepare"`  // of the vectors before anything else
}

// SequenceConfig holds the recurrent net and the filters over its rows.
type SequenceConfig struct {
	Hidden        int     `json:"hidden"`        // units of the GRU in each direction
	Bidirectional bool    `json:"bidirectional"` // both directions
	Last          bool    `json:"last"`          // the level GRU is the last state, not the mean over time
	Widths        []int   `json:"widths"`        // of the filters, in rows
	Maps          int     `json:"maps"`          // filters of each width
	Dropout       float64 `json:"dropout"`       // of the levels' features
}

// HeadConfig holds the layers from features to the common space: affine maps to
// the widths Sizes, with Activation and Dropout after each but the last, and
// after that batch norm, Output and, with DropOutput, Dropout.
type HeadConfig struct {
	Sizes      []int            `json:"sizes"` // 0 as the last: the width of the prepared visual vectors
	Activation verso.Activation `json:"activation"`
	Output     verso.Activation `json:"output"`
	BatchNorm  bool             `json:"batch_norm"`
	Dropout    float64          `json:"dropout"`
	DropOutput bool             `json:"drop_output"`
	Zero       bool             `json:"zero"` // the last map starts at 0 instead of Glorot's uniform values
}

// PrepareConfig says what becomes of visual vectors before the model sees them.
// The zero value changes nothing, as in the published models.
//
//	x ← √x element by element (SquareRoot; negative numbers keep their sign)
//	x ← x / ‖x‖               (Unit)
//	x ← P (x − μ)             (Components above 0)
//
// μ is the mean of the training pictures, and the rows of P are their first
// principal directions, each divided by the standard deviation along it to the
// power of Whiten: 0 turns the axes, 1 makes all equally wide. Without the mean,
// which all pictures share, cosines tell pictures apart; without the widest
// directions' weight, near ones do.
type PrepareConfig struct {
	SquareRoot bool    `json:"square_root"`
	Unit       bool    `json:"unit"`
	Components int     `json:"components"` // at most; 0: none of this
	Whiten     float64 `json:"whiten"`     // from 0 to 1
}

// LossKind names a loss.
type LossKind string

// The losses.
const (
	SquaredError LossKind = "mse"     // of the text's vector against the visual vector; see verso.MSE
	Triplet      LossKind = "triplet" // on cosines; see verso.TripletRanking
	Contrastive  LossKind = "infonce" // on cosines; see verso.InfoNCE
)

// LossConfig holds the loss of training.
type LossConfig struct {
	Kind        LossKind        `json:"kind"`
	Margin      float64         `json:"margin"`      // of Triplet
	Hardest     bool            `json:"hardest"`     // of Triplet
	Direction   verso.Direction `json:"direction"`   // of Triplet and Contrastive; verso.ColumnsToRows: texts look for pictures
	Reduction   verso.Reduction `json:"reduction"`   // of Triplet
	Temperature float64         `json:"temperature"` // of Contrastive
	// MaskIDs takes captions of the same picture, and pictures of the same
	// caption, out of each other's wrong answers. The published programs do not.
	MaskIDs bool `json:"mask_ids"`
}

func (c Config) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	texts, visuals := []Level{Bag, NGrams, WordVectors, GRU, Convolution}, []Level{Frames, GRU, Convolution}
	if err := checkLevels("text", c.Text.Levels, texts, c.Text.Sequence); err != nil {
		return err
	}
	if err := checkLevels("visual", c.Visual.Levels, visuals, c.Visual.Sequence); err != nil {
		return err
	}
	for _, h := range []HeadConfig{c.Text.Head, c.Visual.Head} {
		if err := h.validate(); err != nil {
			return err
		}
	}
	t, p := c.Text, c.Visual.Prepare
	switch {
	case len(t.Head.Sizes) == 0:
		return bad("the text side wants a head", t.Head.Sizes)
	case len(t.Norms) > len(t.Levels) || slices.ContainsFunc(t.Norms, func(v float64) bool { return !(v >= 0) || math.IsInf(v, 0) }):
		return bad(fmt.Sprintf("norms want at most %d finite numbers of 0 or more", len(t.Levels)), t.Norms)
	case t.MinCount < 0 || t.MaxWords < 0:
		return bad("least count and most words want 0 or more", []int{t.MinCount, t.MaxWords})
	case slices.Contains(t.Levels, NGrams) && (t.NGram[0] < 1 || t.NGram[1] < t.NGram[0]):
		return bad("runs of characters want 1 ≤ shortest ≤ longest", t.NGram)
	case c.hasRows(c.Text.Levels) && t.Dim < 1:
		return bad("word vectors want a width of at least 1", t.Dim)
	case p.Components < 0 || !(p.Whiten >= 0 && p.Whiten <= 1):
		return bad("preparing wants 0 or more components, whitened from 0 to 1", p)
	}
	_, err := tokenizer(t.Tokenizer)
	return errOr(err, c.Loss.validate())
}

func errOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (l LossConfig) validate() error {
	switch l.Kind {
	case SquaredError, Triplet, Contrastive:
		return nil // what else is wrong, the graph says
	}
	return fmt.Errorf("%w: the loss wants to be %q, %q or %q, got %q", verso.ErrConfig, SquaredError, Triplet, Contrastive, l.Kind)
}

// hasRows reports whether a side reads a sequence.
func (Config) hasRows(levels []Level) bool {
	return slices.Contains(levels, GRU) || slices.Contains(levels, Convolution)
}

func checkLevels(side string, levels, known []Level, s SequenceConfig) error {
	seen := map[Level]bool{}
	for _, l := range levels {
		if !slices.Contains(known, l) || seen[l] {
			return fmt.Errorf("%w: the %s side wants different levels out of %q, got %q", verso.ErrConfig, side, known, levels)
		}
		seen[l] = true
	}
	switch {
	case len(levels) == 0:
		return fmt.Errorf("%w: the %s side wants at least one level out of %q", verso.ErrConfig, side, known)
	case (seen[GRU] || seen[Convolution]) && s.Hidden < 1:
		return fmt.Errorf("%w: the GRU of the %s side wants at least 1 unit, got %d", verso.ErrConfig, side, s.Hidden)
	case seen[Convolution] && (len(s.Widths) == 0 || slices.Min(s.Widths) < 1 || s.Maps < 1):
		return fmt.Errorf("%w: the filters of the %s side want widths and maps of at least 1, got widths %v, %d maps", verso.ErrConfig, side, s.Widths, s.Maps)
	case !(s.Dropout >= 0 && s.Dropout < 1):
		return fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, s.Dropout)
	}
	return nil
}

func (h HeadConfig) validate() error {
	for i, n := range h.Sizes {
		if n < 0 || n == 0 && i < len(h.Sizes)-1 {
			return fmt.Errorf("%w: widths of a head want at least 1, and 0 only as the last, got %v", verso.ErrConfig, h.Sizes)
		}
	}
	if !(h.Dropout >= 0 && h.Dropout < 1) {
		return fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, h.Dropout)
	}
	return nil
}

// coupled reports whether the loss of a batch is no mean over its parts.
func (c Config) coupled() bool {
	return c.Loss.Kind != SquaredError || c.Text.Head.BatchNorm || c.Visual.Head.BatchNorm
}
