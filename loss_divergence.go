package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// KLDivergenceConfig holds the options of [KLDivergence].
type KLDivergenceConfig struct {
	Temperature float64   // τ; default 1
	Reduction   Reduction // default ReduceMean, which divides by the number of rows
}

// DefaultKLDivergenceConfig returns temperature 1 and the mean over rows.
func DefaultKLDivergenceConfig() KLDivergenceConfig {
	return KLDivergenceConfig{Temperature: 1, Reduction: ReduceMean}
}

// KLDivergence returns how far a student's distribution is from a teacher's, both
// given as logits (…, C) and softened by a temperature:
//
//	ℓ_i = τ² Σ_j p_ij log(p_ij / q_ij),  p = softmax(teacher/τ),  q = softmax(student/τ)
//
// The factor τ² keeps gradients of one size whatever the temperature. The teacher
// gets no gradient, as under [Detach].
//
// Source: Hinton, Vinyals & Dean 2015, Distilling the knowledge in a neural
// network, section 2.
func KLDivergence(g *Graph, student, teacher *gorgonia.Node, c KLDivergenceConfig) *gorgonia.Node {
	s, err := op.KLDiv(op.KLDivConfig{Temperature: c.Temperature, Reduction: op.Reduction(c.Reduction)})
	return g.applyConfigured("divergence", s, err, student, teacher)
}
