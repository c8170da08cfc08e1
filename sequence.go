package verso

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso/internal/op"
)

// Tokens is a ragged batch of word numbers inside a graph: the ids of all
// sequences, one after another, and the length of each.
type Tokens struct {
	IDs     *gorgonia.Node // (total)
	Lengths *gorgonia.Node // (batch)
}

// Sequence is a ragged batch of vectors inside a graph: the rows of all
// sequences, one after another, and the length of each. No padding is stored.
// A sequence of length 0 is legal. A batch whose sequences are all empty
// carries one row that no length covers, since Gorgonia's tensors cannot be
// empty.
type Sequence struct {
	Rows    *gorgonia.Node // (total, features)
	Lengths *gorgonia.Node // (batch)
}

// Tokens adds the two inputs of a ragged batch of ids; feed them with
// [Machine.FeedTokens].
func (g *Graph) Tokens(name string) Tokens {
	return Tokens{IDs: g.Input(name+".ids", tensor.Int, 1), Lengths: g.Input(name+".lengths", tensor.Int, 1)}
}

// Sequence adds the two inputs of a ragged batch of vectors; feed them with
// [Machine.FeedSequence].
func (g *Graph) Sequence(name string, dt tensor.Dtype, features int) Sequence {
	return Sequence{Rows: g.Input(name+".rows", dt, 1, features), Lengths: g.Input(name+".lengths", tensor.Int, 1)}
}

// Features returns the width of a row.
func (s Sequence) Features() int {
	if s.Rows == nil || s.Rows.Dims() != 2 {
		return 0
	}
	return s.Rows.Shape()[1]
}

// Flatten puts the sequences of a batch one after another and returns their
// lengths: the ragged form. It fails on an empty batch.
func Flatten[E any](batch [][]E) (flat []E, lengths []int, err error) {
	if len(batch) == 0 {
		return nil, nil, fmt.Errorf("%w: a batch wants at least one sequence", ErrData)
	}
	lengths = make([]int, len(batch))
	total := 0
	for i, s := range batch {
		lengths[i] = len(s)
		total += len(s)
	}
	flat = make([]E, 0, max(total, 1))
	for _, s := range batch {
		flat = append(flat, s...)
	}
	return flat, lengths, nil
}

// MeanOverTime returns the mean of the rows of each sequence: (total, features)
// → (batch, features). An empty sequence gives 0.
func MeanOverTime(g *Graph, s Sequence) *gorgonia.Node { return g.pool(op.Pool(op.PoolMean), s) }

// SumOverTime returns the sum of the rows of each sequence, 0 for an empty one.
func SumOverTime(g *Graph, s Sequence) *gorgonia.Node { return g.pool(op.Pool(op.PoolSum), s) }

// MaxOverTime returns the largest value of each feature of each sequence, 0 for
// an empty one. Of equal maxima the first gets the gradient.
func MaxOverTime(g *Graph, s Sequence) *gorgonia.Node { return g.pool(op.Pool(op.PoolMax), s) }

// KMaxOverTime keeps the k largest values of each feature of each sequence, in
// the order of time: (total, features) → (batch, k·features). Element
// i·features + j of a row is the i-th of what is kept of feature j, so that a
// row reads as k rows one after another. Where a sequence has fewer than k rows,
// the places behind them are 0. k is at least 1; anything else is an [ErrConfig].
//
// Source: Kalchbrenner, Grefenstette & Blunsom 2014, A convolutional neural
// network for modelling sentences, section 3.2.
func KMaxOverTime(g *Graph, s Sequence, k int) *gorgonia.Node {
	spec, err := op.KMaxPool(k)
	return g.applyConfigured("pooling", spec, err, s.Rows, s.Lengths)
}

func (g *Graph) pool(spec op.Spec, s Sequence) *gorgonia.Node {
	return g.Apply("pooling", spec, s.Rows, s.Lengths)
}
