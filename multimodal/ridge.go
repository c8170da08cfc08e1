package multimodal

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Ridge returns the settings of the plainest text → visual map, the baseline that
// the others have to beat: mean word vector, length 1, times a matrix.
func Ridge() Config {
	c := Word2VisualVec()
	c.Text.Levels, c.Text.Norms, c.Text.StopWords = []Level{WordVectors}, []float64{1}, ""
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
// are fewer, in float64; it is set up from what is not zero. It looks at ctx before
// that and before it is solved.
func TrainRidge(ctx context.Context, train []Caption, visuals Visuals, vecs *vectors.Vectors, c Config, lambda float64) (*Model, error) {
	linear := c.Loss.Kind == SquaredError && len(c.Text.Head.Sizes) == 1 && len(c.Visual.Head.Sizes) == 0 && !c.Text.Head.BatchNorm &&
		(c.Text.Head.Output == verso.Identity || c.Text.Head.Output == "") && !hasRows(c.Text.Levels) && !hasRows(c.Visual.Levels)
	if !linear || !(lambda > 0) || math.IsInf(lambda, 0) {
		return nil, fmt.Errorf("%w: an exact fit wants a λ above 0, squared error and one affine map from features that need no network, got λ %v and %+v", verso.ErrConfig, lambda, c)
	}
	m, err := New(ctx, train, visuals, vecs, c)
	if err != nil {
		return nil, err
	}
	d, err := m.data(train, visuals)
	if err != nil {
		return nil, err
	}
	w := m.text.head.fcs[0].Weight
	n, in, out := len(train), w.Shape()[1], w.Shape()[0]
	x, v := make([]sparse, n), mat.NewDense(n, out, nil)
	for i := range n {
		at := 0
		for k, l := range c.Text.Levels {
			for j, place := range d.texts[i].levels[k].at {
				x[i].add(at+int(place), d.texts[i].levels[k].x[j])
			}
			at += m.reader.width(l)
		}
		rows, err := d.picture(i)
		if err != nil {
			return nil, err
		}
		for j, value := range meanRow(rows, out) {
			v.Set(i, j, float64(value))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("ridge: %w", err)
	}
	solved, err := solveRidge(x, in, v, lambda)
	if err != nil {
		return nil, err
	}
	weights := w.Float32s()
	for j := range in {
		for i, x := range solved.RawRowView(j) {
			weights[i*in+j] = float32(x)
		}
	}
	return m, nil
}

// solveRidge returns (XᵀX + λI)⁻¹ XᵀV, which is Xᵀ (XXᵀ + λI)⁻¹ V, of rows of in
// numbers: (in, width of V).
func solveRidge(x []sparse, in int, v *mat.Dense, lambda float64) (*mat.Dense, error) {
	columns := turn(x, in)
	var gram *mat.SymDense
	if len(x) < in {
		gram = outer(columns, len(x)) // XXᵀ
	} else {
		gram, v = outer(x, in), combine(columns, v) // XᵀX, XᵀV
	}
	for i := range gram.SymmetricDim() {
		gram.SetSym(i, i, gram.At(i, i)+lambda)
	}
	var chol mat.Cholesky
	if !chol.Factorize(gram) {
		return nil, fmt.Errorf("%w: the captions' features have no solution at λ %v", ErrNotFinite, lambda)
	}
	var w mat.Dense
	if err := chol.SolveTo(&w, v); err != nil {
		return nil, fmt.Errorf("ridge: %w", err)
	}
	if len(x) < in {
		return combine(columns, &w), nil
	}
	return &w, nil
}

// turn makes columns of rows.
func turn(rows []sparse, in int) []sparse {
	columns := make([]sparse, in)
	for i, r := range rows {
		for k, j := range r.at {
			columns[j].add(i, r.x[k])
		}
	}
	return columns
}

// outer is the sum of the products of vectors of n numbers with themselves, (n, n).
func outer(vectors []sparse, n int) *mat.SymDense {
	sum := make([]float64, n*n)
	for _, s := range vectors {
		for k, i := range s.at {
			for l := k; l < len(s.at); l++ {
				sum[int(i)*n+int(s.at[l])] += float64(s.x[k]) * float64(s.x[l])
			}
		}
	}
	return mat.NewSymDense(n, sum)
}

// combine adds up the rows of m, as each vector weighs them.
func combine(vectors []sparse, m *mat.Dense) *mat.Dense {
	_, width := m.Dims()
	y := mat.NewDense(len(vectors), width, nil)
	for i, s := range vectors {
		row := y.RawRowView(i)
		for k, j := range s.at {
			floats.AddScaled(row, float64(s.x[k]), m.RawRowView(int(j)))
		}
	}
	return y
}
