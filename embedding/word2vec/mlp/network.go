package mlp

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// ErrWords signifies words that do not fit the network.
var ErrWords = errors.New("mlp: wrong number of words")

// Network is the perceptron. Its parameters are "hidden.weight" (D, n) and "output.weight" (n, D).
type Network struct {
	Hidden, Output *verso.Linear
	Words          int // n

	dtype tensor.Dtype
}

// New adds the parameters of a network for n words and vectors of dim numbers to ps. W_h begins in U(-1/2D, 1/2D), W_o at 0, as in word2vec.
func New(ps *verso.Params, n, dim int) *Network {
	if n < 1 || dim < 1 {
		ps.Fail(fmt.Errorf("%w: %d words and vectors of %d numbers, want 1 or more of each", verso.ErrShape, n, dim))
		n, dim = max(n, 1), max(dim, 1) // a network to go on with until somebody asks for the error
	}
	limit := 0.5 / float64(dim)
	return &Network{
		Hidden: &verso.Linear{Weight: ps.Scope("hidden").New("weight", verso.Uniform(-limit, limit), dim, n)},
		Output: &verso.Linear{Weight: ps.Scope("output").New("weight", verso.Zeros(), n, dim)},
		Words:  n, dtype: ps.Dtype(),
	}
}

// Scores returns y for the words of each input: one word for skip-gram, those around for CBOW, whose hidden vectors are averaged. An input without
// words has h = 0.
func (w *Network) Scores(g *verso.Graph, inputs verso.Tokens) *gorgonia.Node {
	x := embedding.OneHot{N: w.Words, Dtype: w.dtype}.Forward(g, inputs)                              // (total, n)
	h := verso.MeanOverTime(g, verso.Sequence{Rows: w.Hidden.Forward(g, x.Rows), Lengths: x.Lengths}) // (batch, D)
	return w.Output.Forward(g, h)                                                                     // (batch, n)
}

// Softmax returns -Σ log softmax(y)_t over the targets t (batch): the model in full.
func (w *Network) Softmax(g *verso.Graph, scores, targets *gorgonia.Node) *gorgonia.Node {
	c := verso.DefaultCrossEntropyConfig()
	c.Reduction = verso.ReduceSum
	return verso.CrossEntropy(g, scores, targets, c)
}

// NegativeSampling returns Σ_ij times_ij · (-log σ(±y_ij)), + where truth is 1 and - where it is 0. Both are (batch, n): truth has a 1 at each
// target, times counts how often a word was drawn, and 1 for the target; see [Samples].
func (w *Network) NegativeSampling(g *verso.Graph, scores, truth, times *gorgonia.Node) *gorgonia.Node {
	return verso.BCEWithLogits(g, scores, truth, verso.BCEConfig{Weight: times, Reduction: verso.ReduceSum})
}

// Samples writes out targets and their negatives as [Network.NegativeSampling] takes them, row-major (len(targets), n). A negative that is the
// target counts nothing. Words outside 0 … n-1 are [verso.ErrInput].
func Samples[T float32 | float64](n int, targets []int, negatives [][]int) (truth, times []T, err error) {
	if len(negatives) != len(targets) {
		return nil, nil, fmt.Errorf("%w: negatives for %d targets, want %d", verso.ErrShape, len(negatives), len(targets))
	}
	if most := math.MaxInt32 / max(len(targets), 1); n < 1 || n > most {
		return nil, nil, fmt.Errorf("%w: %d words, want 1 … %d for %d targets", verso.ErrShape, n, most, len(targets))
	}
	truth, times = make([]T, n*len(targets)), make([]T, n*len(targets))
	for i, t := range targets {
		for _, word := range append([]int{t}, negatives[i]...) {
			if word < 0 || word >= n {
				return nil, nil, fmt.Errorf("%w: word %d, want 0 … %d", verso.ErrInput, word, n-1)
			}
		}
		truth[i*n+t], times[i*n+t] = 1, 1
		for _, word := range negatives[i] {
			if word != t {
				times[i*n+word]++
			}
		}
	}
	return truth, times, nil
}

// Vectors returns the columns of W_h, the vectors of the words, of which there must be n ([ErrWords]). It copies them.
func (w *Network) Vectors(words []string) (*vectors.Vectors, error) {
	if len(words) != w.Words {
		return nil, fmt.Errorf("%w: %d, want %d", ErrWords, len(words), w.Words)
	}
	shape := w.Hidden.Weight.Shape()
	dim, n := shape[0], shape[1]
	rows := make([]float32, n*dim)
	set := func(at func(k int) float32) {
		for i := range n {
			for d := range dim {
				rows[i*dim+d] = at(d*n + i)
			}
		}
	}
	if x := w.Hidden.Weight.Float64s(); x != nil {
		set(func(k int) float32 { return float32(x[k]) })
	} else {
		x := w.Hidden.Weight.Float32s()
		set(func(k int) float32 { return x[k] })
	}
	return vectors.New(slices.Clone(words), rows, dim)
}
