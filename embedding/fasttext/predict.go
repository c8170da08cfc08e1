package fasttext

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Prediction is a label of a supervised model with its probability.
type Prediction struct {
	Label       string // as in the training text, with its prefix
	Probability float32
}

// Predict returns the k most probable labels of a text whose probability is at least threshold, most probable first. With h the mean of the
// text's input rows ([Model.SentenceVector]) and w_l the output row of label l
//
//	softmax               p_l = exp(w_l·h) / Σ_m exp(w_m·h)
//	one-vs-all, negative  p_l = σ(w_l·h)
//	hierarchical softmax  p_l = Π σ(±w_n·h) over the inner nodes n from the root to l, + to the right
//
// These are exact; fastText's program adds 1e-5 and takes the sigmoid from a table. A text of which nothing is known is [ErrEmpty], a model of
// another kind [ErrKind], k below 1 [ErrQuery]. Cost: the labels times D; in a tree, what the threshold and the k best so far leave of it.
func (m *Model) Predict(text string, k int, threshold float32) ([]Prediction, error) {
	return m.AppendPredict(nil, text, k, threshold)
}

// AppendPredict appends what [Model.Predict] returns to dst.
func (m *Model) AppendPredict(dst []Prediction, text string, k int, threshold float32) ([]Prediction, error) {
	if m.args.Kind != Supervised {
		return dst, fmt.Errorf("%w: %v, want supervised", ErrKind, m.args.Kind)
	}
	if k < 1 {
		return dst, fmt.Errorf("%w: the best %d labels, want 1 or more", ErrQuery, k)
	}
	rows := m.appendLine(nil, text)
	if len(rows) == 0 {
		return dst, fmt.Errorf("%w in %.40q", ErrEmpty, text)
	}
	b := best{k: k, threshold: threshold}
	h := m.appendMean(nil, rows)
	if m.args.Loss == HierarchicalSoftmax {
		m.descend(h, &b)
	} else {
		for i, p := range m.probabilities(h) {
			b.add(i, float64(p))
		}
	}
	for _, s := range b.list {
		dst = append(dst, Prediction{m.targetEntries()[s.label].Word, float32(s.p)})
	}
	return dst, nil
}

// probabilities returns p_l of all labels from h.
func (m *Model) probabilities(h []float32) []float32 {
	p := make([]float32, m.targets())
	if len(p) == 0 {
		return p
	}
	kernel.Gemm(false, true, 1, len(p), len(h), 1, h, len(h), m.output, len(h), 0, p, len(p)) // (1, labels)
	if m.args.Loss == Softmax {
		kernel.SoftmaxRows(1, len(p), p, p)
	} else {
		kernel.Sigmoid(p, p)
	}
	return p
}

// descend goes down the tree from the root, but not where nothing can come among the best.
func (m *Model) descend(h []float32, b *best) {
	t := m.tree()
	if t.leaves == 0 {
		return
	}
	type step struct {
		node int32
		p    float64
	}
	d := m.args.Dim
	for stack := []step{{int32(2*t.leaves - 2), 1}}; len(stack) > 0; {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		inner := int(s.node) - t.leaves
		switch {
		case !b.wants(s.p):
		case inner < 0:
			b.add(int(s.node), s.p)
		default:
			x := float64(kernel.Dot(h, m.output[inner*d:(inner+1)*d]))
			stack = append(stack, step{t.right[inner], s.p * sigmoid(x)}, step{t.left[inner], s.p * sigmoid(-x)})
		}
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// best keeps the k most probable labels, most probable first, of equals the lower number.
type best struct {
	k         int
	threshold float32
	list      []scored
}

type scored struct {
	label int
	p     float64
}

func (b *best) wants(p float64) bool {
	return float32(p) >= b.threshold && (len(b.list) < b.k || p >= b.list[len(b.list)-1].p)
}

func (b *best) add(label int, p float64) {
	if !b.wants(p) {
		return
	}
	s := scored{label, p}
	i, _ := slices.BinarySearchFunc(b.list, s, func(x, y scored) int {
		return cmp.Or(cmp.Compare(y.p, x.p), cmp.Compare(x.label, y.label))
	})
	b.list = slices.Insert(b.list, i, s)
	if len(b.list) > b.k {
		b.list = b.list[:b.k]
	}
}
