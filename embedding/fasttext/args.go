package fasttext

import (
	"fmt"
	"math"
	"strconv"
)

// Kind is what a model was trained for; fastText calls it the model.
type Kind int32

// The kinds, numbered as in the file.
const (
	CBOW       Kind = 1 + iota // the middle word from its neighbours
	SkipGram                   // the neighbours from the middle word
	Supervised                 // labels from a text
)

// String returns fastText's name of the kind.
func (k Kind) String() string { return name(int32(k), "cbow", "skipgram", "supervised") }

// Loss is what a model was trained with. It decides how output rows become probabilities.
type Loss int32

// The losses, numbered as in the file.
const (
	HierarchicalSoftmax Loss = 1 + iota // sigmoids along a path of a Huffman tree
	NegativeSampling                    // a sigmoid each
	Softmax                             // one softmax
	OneVsAll                            // a sigmoid each
)

// String returns fastText's name of the loss.
func (l Loss) String() string { return name(int32(l), "hs", "ns", "softmax", "one-vs-all") }

func name(i int32, names ...string) string {
	if i < 1 || int(i) > len(names) {
		return strconv.Itoa(int(i))
	}
	return names[i-1]
}

// Args are the settings that a model file carries, under the names and with the meaning of fastText's command line.
type Args struct {
	Dim          int     // D: numbers of a vector (-dim)
	Window       int     // most words to either side (-ws)
	Epochs       int     // passes over the text (-epoch)
	MinCount     int     // rarer words are left out (-minCount)
	Negative     int     // negatives drawn a positive (-neg)
	WordNgrams   int     // longest run of words with a row of its own, in supervised models (-wordNgrams)
	Loss         Loss    // (-loss)
	Kind         Kind    // (cbow, skipgram, supervised)
	Bucket       int     // B: rows that n-grams share (-bucket)
	MinN, MaxN   int     // characters of an n-gram; MaxN 0: no character n-grams (-minn, -maxn)
	LRUpdateRate int     // words between two changes of the learning rate (-lrUpdateRate)
	Threshold    float64 // t of sub-sampling (-t)
}

const (
	maxDim   = 1 << 20  // the largest D that is believed
	maxNgram = 1 << 10  // characters, and words
	maxWord  = 64 << 10 // bytes
)

// check refuses what the rest of the package cannot work with.
func (a *Args) check() error {
	switch {
	case a.Dim < 1 || a.Dim > maxDim:
		return fmt.Errorf("%w: dimension %d, want 1 … %d", ErrArgs, a.Dim, maxDim)
	case a.Kind < CBOW || a.Kind > Supervised:
		return fmt.Errorf("%w: kind of model %d, want 1 … 3", ErrArgs, a.Kind)
	case a.Loss < HierarchicalSoftmax || a.Loss > OneVsAll:
		return fmt.Errorf("%w: loss %d, want 1 … 4", ErrArgs, a.Loss)
	case a.Bucket < 0 || a.Bucket > math.MaxInt32:
		return fmt.Errorf("%w: %d buckets, want 0 … 2^31-1", ErrArgs, a.Bucket)
	case a.MinN < 0 || a.MaxN < 0 || a.MinN > maxNgram || a.MaxN > maxNgram:
		return fmt.Errorf("%w: n-grams of %d to %d characters, want 0 … %d", ErrArgs, a.MinN, a.MaxN, maxNgram)
	case a.WordNgrams < 0 || a.WordNgrams > maxNgram:
		return fmt.Errorf("%w: n-grams of %d words, want 0 … %d", ErrArgs, a.WordNgrams, maxNgram)
	}
	for _, n := range []int{a.Window, a.Epochs, a.MinCount, a.Negative, a.LRUpdateRate} {
		if n < math.MinInt32 || n > math.MaxInt32 {
			return fmt.Errorf("%w: %d does not fit 32 bits", ErrArgs, n)
		}
	}
	return nil
}

// subwords tells whether words have rows for their character n-grams.
func (a *Args) subwords() bool { return a.MaxN > 0 && a.Bucket > 0 }

// phrases tells whether runs of words have rows.
func (a *Args) phrases() bool { return a.WordNgrams > 1 && a.Bucket > 0 }
