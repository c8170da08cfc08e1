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

// Direction says which side of a matrix of scores asks, and among which wrong
// answers the true one is to be found.
type Direction string

// The directions of a ranking loss. The published losses have pictures in the
// rows and sentences in the columns.
const (
	BothWays      = Direction(op.BothWays)  // the default
	RowsToColumns = Direction(op.RowsToCol) // pictures look for their sentence
	ColumnsToRows = Direction(op.ColToRows) // sentences look for their picture
)

// TripletConfig holds the options of [TripletRanking]; begin with
// [DefaultTripletConfig].
type TripletConfig struct {
	Margin    float64   // m; default 0.2
	Hardest   bool      // the hardest wrong answer alone counts, instead of all; default true
	Direction Direction // default BothWays
	Reduction Reduction // ReduceSum (default) or ReduceMean
}

// DefaultTripletConfig returns the settings of VSE++ (Faghri et al. 2018).
func DefaultTripletConfig() TripletConfig {
	return TripletConfig{Margin: 0.2, Hardest: true, Direction: BothWays, Reduction: ReduceSum}
}

// TripletRanking returns the hinge loss of a batch's wrong pairs. Scores S
// (batch, batch) has the true pairs on its diagonal:
//
//	rows to columns:  Σ_i max over j≠i of max(0, m + S_ij − S_ii)
//	columns to rows:  Σ_j max over i≠j of max(0, m + S_ij − S_jj)
//
// Without Hardest the inner maximum over wrong answers is a sum. The mean divides
// by batch, and by batch² without Hardest; the directions are added.
//
// Ids are integer vectors (batch), any number of them: two pairs that have an id
// in common are no wrong answers of each other, so that a second sentence of the
// same picture is not pushed away from it. The published programs exempt the
// diagonal alone.
//
// The loss couples the pairs of a batch: [Fit] refuses Shards above 1.
// Cost: one pass over the matrix of scores.
//
// Source: Faghri, Fleet, Kiros & Fidler 2018, VSE++: improving visual-semantic
// embeddings with hard negatives, equations 5 and 6.
func TripletRanking(g *Graph, scores *gorgonia.Node, c TripletConfig, ids ...*gorgonia.Node) *gorgonia.Node {
	g.couple("ranking loss")
	s, err := op.Triplet(op.TripletConfig{Margin: c.Margin, Hardest: c.Hardest, Direction: op.Direction(c.Direction.orBoth()), Reduction: op.Reduction(c.Reduction)})
	return g.applyConfigured("ranking loss", s, err, append([]*gorgonia.Node{scores}, ids...)...)
}

// InfoNCEConfig holds the options of [InfoNCE]; begin with [DefaultInfoNCEConfig].
type InfoNCEConfig struct {
	Temperature float64   // τ; default 0.05
	Direction   Direction // default BothWays
}

// DefaultInfoNCEConfig returns τ = 0.05, the scale of 20 that is usual for
// sentence embeddings, in both directions.
func DefaultInfoNCEConfig() InfoNCEConfig {
	return InfoNCEConfig{Temperature: 0.05, Direction: BothWays}
}

// InfoNCE returns the cross entropy of picking the true partner of each item out
// of the batch. Scores S (batch, batch) has the true pairs on its diagonal:
//
//	rows to columns:  −1/batch Σ_i log( e^{S_ii/τ} / Σ_j e^{S_ij/τ} )
//	columns to rows:  the same of Sᵀ;  both ways: the mean of the two
//
// Ids are as in [TripletRanking]: pairs that have one in common are left out of
// each other's sums. The loss couples the pairs of a batch: [Fit] refuses Shards
// above 1.
//
// Source: van den Oord, Li & Vinyals 2018, Representation learning with
// contrastive predictive coding, equation 4; Radford et al. 2021, Learning
// transferable visual models from natural language supervision, figure 3.
func InfoNCE(g *Graph, scores *gorgonia.Node, c InfoNCEConfig, ids ...*gorgonia.Node) *gorgonia.Node {
	g.couple("contrastive loss")
	s, err := op.InfoNCE(op.InfoNCEConfig{Temperature: c.Temperature, Direction: op.Direction(c.Direction.orBoth())})
	return g.applyConfigured("contrastive loss", s, err, append([]*gorgonia.Node{scores}, ids...)...)
}

func (d Direction) orBoth() Direction {
	if d == "" {
		return BothWays
	}
	return d
}
