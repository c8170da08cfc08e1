package multimodal

import (
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
	StopWords string  `json:"stop_words"` // whose do not count in Bag, NGrams and WordVectors: "" nobody's, or one of [StopWordLists]
	MinCount  int     `json:"min_count"`  // words, and runs of characters, seen less often in training are unknown to Bag, NGrams and GRU
	NGram     [2]int  `json:"ngram"`      // shortest and longest run of NGrams
	// IDF weighs words in Bag and WordVectors, and runs in NGrams, by
	// log((1 + N)/(1 + N_w)), where N_w of the N training captions hold w.
	IDF bool `json:"idf"`
	// Norms gives the features of each level this Euclidean norm; 0, or none for
	// a level: as they are. For Bag, NGrams and WordVectors alone.
	Norms []float64 `json:"norms,omitempty"`

	// Dim is the width of the word vectors of GRU; with given vectors it is
	// theirs. Each word of the training captions has one that learns, from the
	// given one where there is one; all unknown words share one, which starts at
	// 0 and learns from the words below MinCount.
	Dim int `json:"dim"`
	// FrozenWords makes GRU read the given vectors themselves, which do not
	// learn: it then knows all words that have one, and passes over others.
	FrozenWords bool           `json:"frozen_words"`
	Marks       bool           `json:"marks"`     // "<start>" and "<end>" stand around the words that GRU reads; not with FrozenWords
	MaxWords    int            `json:"max_words"` // that GRU reads, from the first on; 0: all
	Sequence    SequenceConfig `json:"sequence"`  // of the levels GRU and Convolution
	Head        HeadConfig     `json:"head"`
}

// VisualConfig holds the visual side.
type VisualConfig struct {
	Levels    []Level        `json:"levels"`     // Frames, GRU, Convolution
	MaxFrames int            `json:"max_frames"` // that GRU and Convolution read, from the first on; 0: all. Frames is the mean of all
	Sequence  SequenceConfig `json:"sequence"`   // of the levels GRU and Convolution
	Head      HeadConfig     `json:"head"`       // without sizes: the features of the levels as they are
	Prepare   PrepareConfig  `json:"prepare"`    // of the vectors before anything else
}

// SequenceConfig holds the recurrent net and the filters over its rows.
type SequenceConfig struct {
	Hidden        int     `json:"hidden"`        // units of the GRU in each direction
	Bidirectional bool    `json:"bidirectional"` // both directions
	Last          bool    `json:"last"`          // the level GRU is the last state, not the mean over time
	Widths        []int   `json:"widths"`        // of the filters, in rows
	Maps          int     `json:"maps"`          // filters of each width
	InputDropout  float64 `json:"input_dropout"` // of the rows that the GRU reads
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
	Components int     `json:"components"` // at most; 0: none of this. Such vectors have both signs: not for a squared error against ReLU
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
	// Captions are the same if their words are, as the tokenizer cuts them.
	MaskIDs bool `json:"mask_ids"`
}

// network reports whether a level of words needs a network.
func (l Level) network() bool { return l == GRU || l == Convolution }

// hasRows reports whether a side of these levels reads a sequence.
func hasRows(levels []Level) bool { return slices.ContainsFunc(levels, Level.network) }

// clone returns a copy that shares no memory, so that nothing that becomes of the
// one changes the other.
func (c Config) clone() Config {
	t, v := &c.Text, &c.Visual
	t.Levels, v.Levels, t.Norms = slices.Clone(t.Levels), slices.Clone(v.Levels), slices.Clone(t.Norms)
	for _, s := range []*[]int{&t.Sequence.Widths, &t.Head.Sizes, &v.Sequence.Widths, &v.Head.Sizes} {
		*s = slices.Clone(*s)
	}
	return c
}

// coupled reports whether the loss of a batch is no mean over its parts.
func (c Config) coupled() bool {
	return c.Loss.Kind != SquaredError || c.Text.Head.BatchNorm || c.Visual.Head.BatchNorm
}
