package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

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
