package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

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
