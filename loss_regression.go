package verso

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// MSEConfig holds the options of [MSE] and of the other losses of a difference
// d = prediction − target. Their mean divides by the number of elements.
type MSEConfig struct {
	Reduction Reduction // default ReduceMean
}

// DefaultMSEConfig returns PyTorch's defaults.
func DefaultMSEConfig() MSEConfig { return MSEConfig{Reduction: ReduceMean} }

// MSE returns the squared error of a prediction against a target of the same
// shape: ℓ = d². Both get a gradient.
func MSE(g *Graph, prediction, target *gorgonia.Node, c MSEConfig) *gorgonia.Node {
	return g.regression(op.Squared, 0, c, prediction, target)
}

// L1 returns the absolute error: ℓ = |d|, with gradient 0 at 0.
func L1(g *Graph, prediction, target *gorgonia.Node, c MSEConfig) *gorgonia.Node {
	return g.regression(op.Absolute, 0, c, prediction, target)
}

// SmoothL1 returns the error that is squared near 0: ℓ = d²/(2β) where |d| < β,
// else |d| − β/2. β is at least 0; PyTorch's default is 1. Source: Girshick 2015,
// Fast R-CNN, equation 3.
func SmoothL1(g *Graph, prediction, target *gorgonia.Node, beta float64, c MSEConfig) *gorgonia.Node {
	return g.regression(op.SmoothL1, beta, c, prediction, target)
}

// Huber returns ℓ = d²/2 where |d| ≤ δ, else δ(|d| − δ/2). δ is above 0;
// PyTorch's default is 1. Source: Huber 1964, Robust estimation of a location
// parameter.
func Huber(g *Graph, prediction, target *gorgonia.Node, delta float64, c MSEConfig) *gorgonia.Node {
	return g.regression(op.Huber, delta, c, prediction, target)
}

func (g *Graph) regression(d op.Distance, beta float64, c MSEConfig, prediction, target *gorgonia.Node) *gorgonia.Node {
	s, err := op.Regression(op.RegressionConfig{Distance: d, Beta: beta, Reduction: op.Reduction(c.Reduction)})
	return g.applyConfigured("regression loss", s, err, prediction, target)
}
