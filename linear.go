package verso

import (
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Linear is an affine map of the last axis, y = x Wᵀ + b.
type Linear struct {
	Weight *Param // "weight" (out, in)
	Bias   *Param // "bias" (out), nil without one
}

// NewLinear adds the parameters "weight" and "bias" to ps, both drawn from
// U(−1/√in, 1/√in) as PyTorch's Linear does.
func NewLinear(ps *Params, in, out int) *Linear {
	b := 1 / math.Sqrt(float64(max(in, 1)))
	l := NewLinearNoBias(ps, in, out)
	l.Bias = ps.New("bias", Uniform(-b, b), out)
	return l
}

// NewLinearNoBias adds the parameter "weight" alone: y = x Wᵀ.
func NewLinearNoBias(ps *Params, in, out int) *Linear {
	return &Linear{Weight: ps.New("weight", KaimingUniform(math.Sqrt(5)), out, in)}
}

// Forward maps x (…, in) to (…, out).
func (l *Linear) Forward(g *Graph, x *gorgonia.Node) *gorgonia.Node {
	if l.Bias == nil {
		return g.Apply("linear", op.Linear(false, g.mode), x, g.Param(l.Weight))
	}
	return g.Apply("linear", op.Linear(true, g.mode), x, g.Param(l.Weight), g.Param(l.Bias))
}
