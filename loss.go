package verso

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso/internal/op"
)

// Reduction says what a loss makes of the losses of its examples. A loss that is
// trained on is a scalar: the mean or the sum.
type Reduction string

// The reductions. The empty one is the mean.
const (
	ReduceMean = Reduction(op.ReduceMean)
	ReduceSum  = Reduction(op.ReduceSum)
	ReduceNone = Reduction(op.ReduceNone) // the loss of each example
)

// CrossEntropyConfig holds the options of [CrossEntropy]. Take it from
// [DefaultCrossEntropyConfig]: it is taken literally.
type CrossEntropyConfig struct {
	Axis           int       // of the classes; negative counts from the last; default −1
	IgnoreIndex    int       // examples with this label count nothing; default −100, as PyTorch's
	LabelSmoothing float64   // ε, from 0 to 1; default 0
	ClassWeights   []float64 // w, one a class; default nil, 1 for all
	Reduction      Reduction // default ReduceMean
}

// DefaultCrossEntropyConfig returns PyTorch's defaults, but for the axis: classes
// are the last one.
func DefaultCrossEntropyConfig() CrossEntropyConfig {
	return CrossEntropyConfig{Axis: -1, IgnoreIndex: -100, Reduction: ReduceMean}
}

// CrossEntropy returns the cross entropy of logits against labels, or against
// probabilities:
//
//	logits (…, C), labels (…) integers, or probabilities (…, C) → scalar
//	ℓ_i = −Σ_j a_ij log softmax(x_i)_j
//	a_ij = (1 − ε) w_j [j = label_i] + (ε/C) w_j             for labels
//	a_ij = ((1 − ε) t_ij + ε/C) w_j                          for probabilities t
//
// The mean divides by the summed weights of the labels that count
// ([CrossEntropyConfig.Normaliser]), and by the number of examples for
// probabilities. Where no label counts, the loss is 0 with gradient 0; PyTorch's
// mean is NaN there. A class that is masked out by a logit of −∞ adds nothing as
// long as its a_ij is 0.
//
// A label outside 0 … C−1 that is not IgnoreIndex is an [ErrInput] when the
// graph runs. Source of smoothing: Szegedy et al. 2016, Rethinking the inception
// architecture for computer vision, section 7.
func CrossEntropy(g *Graph, logits, labels *gorgonia.Node, c CrossEntropyConfig) *gorgonia.Node {
	o := c.op()
	o.Probabilities = labels != nil && labels.Dtype() != tensor.Int
	o.Mode = g.mode
	s, err := op.CrossEntropy(o)
	return g.applyConfigured("cross entropy", s, err, logits, labels)
}

// LinearCrossEntropy is [CrossEntropy] of l.Forward(g, x) in one operation, for the
// end of a model over a vocabulary: to rounding the same numbers, in less time and
// memory where there are thousands of classes.
//
//	x (…, in), labels (…) integers → scalar
//
// Classes are the last axis, whatever c.Axis says. Class weights, and probabilities
// instead of labels, make it the two operations.
func LinearCrossEntropy(g *Graph, l *Linear, x, labels *gorgonia.Node, c CrossEntropyConfig) *gorgonia.Node {
	if c.ClassWeights != nil || labels != nil && labels.Dtype() != tensor.Int {
		c.Axis = -1
		return CrossEntropy(g, l.Forward(g, x), labels, c)
	}
	s, err := op.LinearCrossEntropy(op.LinearCrossEntropyConfig{
		Bias: l.Bias != nil, IgnoreIndex: c.IgnoreIndex, LabelSmoothing: c.LabelSmoothing, Reduction: op.Reduction(c.Reduction), Mode: g.mode,
	})
	inputs := []*gorgonia.Node{x, g.Param(l.Weight)}
	if l.Bias != nil {
		inputs = append(inputs, g.Param(l.Bias))
	}
	return g.applyConfigured("linear cross entropy", s, err, append(inputs, labels)...)
}

// Normaliser returns what the mean over these labels divides by: the summed
// weights of those that count. A batch that is cut in parts sums its losses
// ([ReduceSum]) and divides by the normaliser of the whole.
func (c CrossEntropyConfig) Normaliser(labels []int) float64 { return op.Normaliser(c.op(), labels) }

func (c CrossEntropyConfig) op() op.CrossEntropyConfig {
	return op.CrossEntropyConfig{
		Axis: c.Axis, IgnoreIndex: c.IgnoreIndex, LabelSmoothing: c.LabelSmoothing,
		ClassWeights: c.ClassWeights, Reduction: op.Reduction(c.Reduction),
	}
}

// BCEConfig holds the options of [BCEWithLogits].
type BCEConfig struct {
	// PosWeight is q, what a target of 1 counts beside one of 0: one number for
	// all, or one for each class (element of the last axis); default nil, 1.
	PosWeight []float64
	// Weight is w, a node whose sizes are those of the logits or 1, read from the
	// last axis on: (batch, 1) weighs examples; default nil, 1. It gets no gradient.
	Weight    *gorgonia.Node
	Reduction Reduction // default ReduceMean
}

// DefaultBCEConfig returns PyTorch's defaults.
func DefaultBCEConfig() BCEConfig { return BCEConfig{Reduction: ReduceMean} }

// BCEWithLogits returns the binary cross entropy of logits x against targets t
// from 0 to 1, of the same shape: one independent yes or no for each element.
//
//	ℓ_i = −w_i (q_i t_i log σ(x_i) + (1 − t_i) log(1 − σ(x_i)))
//
// The mean divides by the number of elements.
func BCEWithLogits(g *Graph, logits, targets *gorgonia.Node, c BCEConfig) *gorgonia.Node {
	s, err := op.BCEWithLogits(op.BCEConfig{PosWeight: c.PosWeight, Weighted: c.Weight != nil, Reduction: op.Reduction(c.Reduction)})
	inputs := []*gorgonia.Node{logits, targets}
	if c.Weight != nil {
		inputs = append(inputs, c.Weight)
	}
	return g.applyConfigured("binary cross entropy", s, err, inputs...)
}

// MultiMarginConfig holds the options of [MultiMargin].
type MultiMarginConfig struct {
	P            int       // 1 or 2; default 1
	Margin       float64   // m; default 1
	ClassWeights []float64 // w, one a class; default nil, 1 for all
	Reduction    Reduction // default ReduceMean
}

// DefaultMultiMarginConfig returns PyTorch's defaults.
func DefaultMultiMarginConfig() MultiMarginConfig {
	return MultiMarginConfig{P: 1, Margin: 1, Reduction: ReduceMean}
}

// MultiMargin returns the hinge loss of several classes:
//
//	scores x (…, C), labels y (…) integers → scalar
//	ℓ_i = w_y / C · Σ_{j ≠ y} max(0, m − x_iy + x_ij)^p,  y = label_i
//
// The mean divides by the number of examples. A label outside 0 … C−1 is an
// [ErrInput] when the graph runs. Source: Weston & Watkins 1999, Support vector
// machines for multi-class pattern recognition.
func MultiMargin(g *Graph, scores, labels *gorgonia.Node, c MultiMarginConfig) *gorgonia.Node {
	s, err := op.MultiMargin(op.MultiMarginConfig{P: c.P, Margin: c.Margin, ClassWeights: c.ClassWeights, Reduction: op.Reduction(c.Reduction)})
	return g.applyConfigured("margin loss", s, err, scores, labels)
}
