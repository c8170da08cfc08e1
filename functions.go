package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Add returns the sum of nodes of one shape, y = Σ_i x_i: residual connections,
// channels. Unlike Gorgonia's own Add it never overwrites an input.
func Add(g *Graph, xs ...*gorgonia.Node) *gorgonia.Node { return g.Apply("add", op.Add(), xs...) }

// Detach returns x as it is, with the gradient cut: nothing that leads to x learns
// through the result. It is PyTorch's x.detach(): for teachers, target networks and
// queues of negatives.
func Detach(g *Graph, x *gorgonia.Node) *gorgonia.Node { return g.Apply("detach", op.Detach(), x) }

// TakeRows takes rows of x by number; −1 gives a row of zeros:
//
//	x (n, width), at (m) integers → y (m, width), y_i = x[at_i]
//
// Its gradient adds the rows of dy where they were taken from. A number outside
// −1 … n−1 is an [ErrInput] when the graph runs.
func TakeRows(g *Graph, x, at *gorgonia.Node) *gorgonia.Node {
	return g.Apply("take rows", op.TakeRows(), x, at)
}

// Mul returns the elementwise product of two nodes of one shape, y = a ∘ b: gates, masks.
func Mul(g *Graph, a, b *gorgonia.Node) *gorgonia.Node { return g.Apply("mul", op.Mul(), a, b) }

// Concat puts any number of nodes one after another along an axis; a negative
// axis counts from the last. All other sizes must be equal: matrices of 100 and
// 300 columns give one of 400 along axis 1.
func Concat(g *Graph, axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	return g.Apply("concat", op.Concat(axis), xs...)
}

// Softmax returns y_j = e^{x_j} / Σ_k e^{x_k} along an axis of x, of any number
// of axes; a negative axis counts from the last, so −1 is the usual one. The
// maximum of each line is subtracted first, so that no offset overflows. An
// element of −∞ gets 0, and so does a line of nothing else.
func Softmax(g *Graph, x *gorgonia.Node, axis int) *gorgonia.Node {
	return g.Apply("softmax", op.Softmax(axis, g.mode), x)
}

// LogSoftmax returns y_j = x_j − log Σ_k e^{x_k} along an axis: the logarithm of
// [Softmax], right also where that is 0.
func LogSoftmax(g *Graph, x *gorgonia.Node, axis int) *gorgonia.Node {
	return g.Apply("log-softmax", op.LogSoftmax(axis, g.mode), x)
}

// LogSumExp returns y = log Σ_k e^{x_k} along an axis, which is taken out of the
// shape: (2, 3, 4) along axis 1 gives (2, 4).
func LogSumExp(g *Graph, x *gorgonia.Node, axis int) *gorgonia.Node {
	return g.Apply("log-sum-exp", op.LogSumExp(axis, false), x)
}

// Least norms that [L2Normalise] and [CosineSimilarity] divide by: PyTorch's.
const (
	normEps   = 1e-12
	cosineEps = 1e-8
)

// L2Normalise gives each row the Euclidean norm 1: y_i = x_i / max(‖x_i‖, 1e-12),
// along the last axis of x (…, features). A row of zeros stays.
func L2Normalise(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	s, err := op.L2Normalise(normEps)
	return g.applyConfigured("l2-normalise", s, err, x)
}

// CosineSimilarity returns the cosine of each row of a with the same row of b:
//
//	y_i = ⟨a_i, b_i⟩ / (max(‖a_i‖, ε) max(‖b_i‖, ε)),  a, b (…, features) → (…),  ε = 1e-8
func CosineSimilarity(g *Graph, a, b *gorgonia.Node) *gorgonia.Node {
	s, err := op.Cosine(cosineEps)
	return g.applyConfigured("cosine similarity", s, err, a, b)
}

// DotScores returns the scalar products of all rows of a with all rows of b,
// S = a bᵀ: (n, features), (m, features) → (n, m). Of unit rows
// ([L2Normalise]) they are the cosines.
func DotScores(g *Graph, a, b *gorgonia.Node) *gorgonia.Node {
	return g.Apply("scores", op.Linear(false, g.mode), a, b)
}
