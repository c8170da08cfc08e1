package multimodal

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// preparer changes visual vectors before the network sees them. It only reads its
// parameters once it has learned.
type preparer struct {
	cfg  PrepareConfig
	in   int
	mean *verso.Param // "visual.mean" (in), nil without components
	axes *verso.Param // "visual.axes" (components, in)
}

func newPreparer(ps *verso.Params, c PrepareConfig, in int) *preparer {
	p := &preparer{cfg: c, in: in}
	if c.Components > 0 {
		p.mean, p.axes = ps.New("mean", verso.Zeros(), in), ps.New("axes", verso.Zeros(), min(c.Components, in), in)
		p.mean.Freeze(true)
		p.axes.Freeze(true)
	}
	return p
}

// out is the width of a prepared vector.
func (p *preparer) out() int {
	if p.axes == nil {
		return p.in
	}
	return p.axes.Shape()[0]
}

// apply returns prepared copies of rows.
func (p *preparer) apply(rows []float32) []float32 {
	x := p.scaled(rows)
	if p.axes == nil {
		return x
	}
	n := len(x) / p.in
	for i := range n {
		kernel.Axpy(-1, p.mean.Float32s(), x[i*p.in:(i+1)*p.in])
	}
	y := make([]float32, n*p.out())
	kernel.Gemm(false, true, n, p.out(), p.in, 1, x, p.in, p.axes.Float32s(), p.in, 0, y, p.out())
	return y
}

// scaled returns copies of rows after the square root and the norm.
func (p *preparer) scaled(rows []float32) []float32 {
	x := append([]float32(nil), rows...)
	if p.cfg.SquareRoot {
		for i, v := range x {
			x[i] = float32(math.Copysign(math.Sqrt(math.Abs(float64(v))), float64(v)))
		}
	}
	if p.cfg.Unit {
		for i := 0; i < len(x); i += p.in {
			unit(x[i : i+p.in])
		}
	}
	return x
}

// learn takes mean and principal directions of rows, by the eigenvectors of
// whichever is smaller, X Xᵀ (n, n) or Xᵀ X (in, in).
func (p *preparer) learn(ctx context.Context, rows []float32) error {
	if p.axes == nil {
		return nil
	}
	n, d := len(rows)/p.in, p.in
	if n < 2 {
		return fmt.Errorf("%w: principal directions want at least 2 pictures, got %d", ErrCaptions, n)
	}
	x := mat.NewDense(n, d, nil)
	mean := make([]float64, d)
	for i, v := range p.scaled(rows) {
		x.Set(i/d, i%d, float64(v))
		mean[i%d] += float64(v) / float64(n)
	}
	for i := range n {
		for j := range d {
			x.Set(i, j, x.At(i, j)-mean[j])
		}
	}
	for j, v := range mean {
		p.mean.Float32s()[j] = float32(v)
	}
	var gram mat.SymDense
	small := n < d
	if small {
		gram.SymOuterK(1, x)
	} else {
		gram.SymOuterK(1, x.T())
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(&gram, true) {
		return fmt.Errorf("%w: the principal directions of the pictures cannot be found", ErrNotFinite)
	}
	var directions mat.Dense
	eigen.VectorsTo(&directions)
	if small { // the right singular vectors from the left ones, times their singular values
		var right mat.Dense
		right.Mul(x.T(), &directions)
		directions = right
	}
	values := eigen.Values(nil)
	p.fill(&directions, values, n)
	return nil
}

// fill writes the axes, widest first, each turned so that its largest number is
// positive: eigenvectors have no sign. Directions in which nothing varies stay 0.
func (p *preparer) fill(directions *mat.Dense, values []float64, n int) {
	_, count := directions.Dims()
	for k := range min(p.out(), count) {
		column := count - 1 - k // eigenvalues rise
		if values[column] <= 1e-10*values[count-1] || values[count-1] <= 0 {
			return
		}
		axis := mat.Col(nil, column, directions)
		norm, largest := 0.0, 0.0
		for _, v := range axis {
			norm += v * v
			if math.Abs(v) > math.Abs(largest) {
				largest = v
			}
		}
		deviation := math.Sqrt(values[column] / float64(n))
		scale := math.Copysign(math.Pow(deviation, -p.cfg.Whiten)/math.Sqrt(norm), largest)
		for j, v := range axis {
			p.axes.Float32s()[k*p.in+j] = float32(scale * v)
		}
	}
}
