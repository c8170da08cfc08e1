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

// Mul returns the elementwise product of two nodes of one shape, y = a ∘ b: gates, masks.
func Mul(g *Graph, a, b *gorgonia.Node) *gorgonia.Node { return g.Apply("mul", op.Mul(), a, b) }
