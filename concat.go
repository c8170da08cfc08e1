package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Concat puts any number of nodes one after another along an axis; a negative
// axis counts from the last. All other sizes must be equal: matrices of 100 and
// 300 columns give one of 400 along axis 1.
func Concat(g *Graph, axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	return g.Apply("concat", op.Concat(axis), xs...)
}
