package multimodal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Ridge returns the settings of the plainest text → visual map, the baseline that
// the others have to beat: mean word vector, length 1, times a matrix.
func Ridge() Config {
	c := Word2VisualVec()
	c.Text.Levels, c.Text.Norms, c.Text.StopWords = []Level{WordVectors}, []float64{1}, true
	c.Text.Head = HeadConfig{Sizes: []int{0}, Zero: true}
	return c
}

// TrainRidge fits a model of a single affine map exactly instead of by steps:
//
//	W = argmin Σ_i ‖W x_i − v_i‖² + λ‖W‖²
//
// for the features x of the captions and the prepared visual vectors v, without a
// bias. The settings must be those of such a model, as [Ridge] returns them:
// squared error, one layer, no level that needs a network, none on the visual
// side but Frames.
//
// Cost: a system of as many equations as there are captions, or features if these
// are fewer.
func TrainRidge(train []Caption, visuals Visuals, vecs *vectors.Vectors, c Config, lambda float64) (*Model, error) {
	linear := c.Loss.Kind == SquaredError && len(c.Text.Head.Sizes) == 1 && len(c.Visual.Head.Sizes) == 0 && !c.Text.Head.BatchNorm &&
		(c.Text.Head.Output == verso.Identity || c.Text.Head.Output == "") && !c.hasRows(c.Text.Levels) && !c.hasRows(c.Visual.Levels)
	if !linear || !(lambda > 0) || math.IsInf(lambda, 0) {
		return nil, fmt.Errorf("%w: an exact fit wants a λ above 0, squared error and one affine map from features that need no network, got λ %v and %+v", verso.ErrConfig, lambda, c)
	}
	m, err := New(train, visuals, vecs, c)
	if err != nil {
		return nil, err
	}
	d, err := m.data(train, visuals)
	if err != nil {
		return nil, err
	}
	w := m.text.head.fcs[0].Weight
	n, in, out := len(train), w.Shape()[1], w.Shape()[0]
	x, v := mat.NewDense(n, in, nil), mat.NewDense(n, out, nil)
	for i := range n {
		at := 0
		for k, l := range c.Text.Levels {
			for j, place := range d.texts[i].levels[k].at {
				x.Set(i, at+int(place), float64(d.texts[i].levels[k].x[j]))
			}
			at += m.reader.width(l)
		}
		for j, value := range meanRow(d.pictures[i], out) {
			v.Set(i, j, float64(value))
		}
	}
	solved, err := solveRidge(x, v, lambda)
	if err != nil {
		return nil, err
	}
	for i := range out {
		for j := range in {
			w.Float32s()[i*in+j] = float32(solved.At(j, i))
		}
	}
	return m, nil
}

// solveRidge returns (XᵀX + λI)⁻¹ XᵀV, which is Xᵀ (XXᵀ + λI)⁻¹ V.
func solveRidge(x, v *mat.Dense, lambda float64) (*mat.Dense, error) {
	n, in := x.Dims()
	var gram mat.SymDense
	if n < in {
		gram.SymOuterK(1, x)
	} else {
		gram.SymOuterK(1, x.T())
	}
	for i := range min(n, in) {
		gram.SetSym(i, i, gram.At(i, i)+lambda)
	}
	var chol mat.Cholesky
	if !chol.Factorize(&gram) {
		return nil, fmt.Errorf("%w: the captions' features have no solution at λ %v", ErrNotFinite, lambda)
	}
	var side, w mat.Dense
	if n < in {
		if err := chol.SolveTo(&side, v); err != nil {
			return nil, fmt.Errorf("ridge: %w", err)
		}
		w.Mul(x.T(), &side)
		return &w, nil
	}
	side.Mul(x.T(), v)
	if err := chol.SolveTo(&w, &side); err != nil {
		return nil, fmt.Errorf("ridge: %w", err)
	}
	return &w, nil
}
