package op

import (
	"fmt"
	"math"
)

// BatchNormConfig holds the options of [BatchNorm].
type BatchNormConfig struct {
	Eps      float64 // ε
	Momentum float64 // m
	Mode     *Mode
}

// BatchNorm normalises each feature over the batch:
//
//	y = (x − μ) / √(σ² + ε) ∘ γ + β,  x (batch, features) → y (batch, features)
//
// While the graph trains, μ and σ² are the mean and the biased variance of the
// batch, and the running ones move towards them,
//
//	μ_run ← (1 − m) μ_run + m μ,  σ²_run ← (1 − m) σ²_run + m σ² n/(n − 1)
//
// otherwise they are the running ones. Inputs: x, γ, β, μ_run, σ²_run; the last
// two get no gradient and are written to by the forward pass of training, which
// wants at least two rows.
//
// Gradients of training, with x̂ = (x − μ)/√(σ² + ε) and g = dy ∘ γ:
//
//	dx = (g − Σ g/n − x̂ Σ(g ∘ x̂)/n) / √(σ² + ε),  dγ = Σ dy ∘ x̂,  dβ = Σ dy
//
// Source: Ioffe & Szegedy 2015, Batch normalization, algorithms 1 and 2.
func BatchNorm(c BatchNormConfig) (Spec, error) {
	switch {
	case !(c.Eps > 0) || math.IsInf(c.Eps, 0):
		return Spec{}, fmt.Errorf("batch norm wants an ε above 0, got %v", c.Eps)
	case !(c.Momentum >= 0 && c.Momentum <= 1):
		return Spec{}, fmt.Errorf("batch norm wants a momentum from 0 to 1, got %v", c.Momentum)
	}
	return Spec{Name: "batch norm", F32: &batchNorm[float32]{BatchNormConfig: c}, F64: &batchNorm[float64]{BatchNormConfig: c}, Stop: []int{3, 4}}, nil
}

type batchNorm[T Float] struct {
	BatchNormConfig
	batch      bool      // whether the last forward pass took the batch's statistics
	mean, rstd []float64 // those of the last forward pass, one a feature
	sums       [2][]float64
	dx         whole[T]
}

func (b *batchNorm[T]) Shape(in []Value[T]) ([]int, error) {
	x := in[0]
	if err := wantRank("the input", x, 2); err != nil {
		return nil, err
	}
	for i, what := range []string{"weight", "bias", "running mean", "running variance"} {
		if v := in[i+1]; len(v.Shape) != 1 || v.Shape[0] != x.Cols() {
			return nil, fmt.Errorf("%w: %d features want a %s of as many, got %v", ErrShape, x.Cols(), what, v.Shape)
		}
	}
	return x.Shape, nil
}

func (b *batchNorm[T]) Forward(in []Value[T], y Value[T]) error {
	x, n, f := in[0].Data, in[0].Rows(), in[0].Cols()
	b.mean, b.rstd = grow(b.mean, f), grow(b.rstd, f)
	if b.batch = b.Mode.Train; b.batch {
		if n < 2 {
			return fmt.Errorf("%w: training wants at least 2 rows, got %d", ErrShape, n)
		}
		b.statistics(x, n, f, in[3].Data, in[4].Data)
	} else {
		for j := range f {
			b.mean[j] = float64(in[3].Data[j])
			b.rstd[j] = 1 / math.Sqrt(float64(in[4].Data[j])+b.Eps)
		}
	}
	gamma, beta := in[1].Data, in[2].Data
	for i := range n {
		x, y := x[i*f:(i+1)*f], y.Data[i*f:(i+1)*f]
		for j, v := range x {
			y[j] = T((float64(v)-b.mean[j])*b.rstd[j])*gamma[j] + beta[j]
		}
	}
	return nil
}

// statistics computes those of the batch and moves the running ones.
func (b *batchNorm[T]) statistics(x []T, n, f int, mean, variance []T) {
	clear(b.mean)
	clear(b.rstd)
	for i := range n {
		for j, v := range x[i*f : (i+1)*f] {
			b.mean[j] += float64(v)
		}
	}
	for j := range b.mean {
		b.mean[j] /= float64(n)
	}
	for i := range n {
		for j, v := range x[i*f : (i+1)*f] {
			d := float64(v) - b.mean[j]
			b.rstd[j] += d * d
		}
	}
	m := b.Momentum
	for j, s := range b.rstd {
		mean[j] = T((1-m)*float64(mean[j]) + m*b.mean[j])
		variance[j] = T((1-m)*float64(variance[j]) + m*s/float64(n-1))
		b.rstd[j] = 1 / math.Sqrt(s/float64(n)+b.Eps)
	}
}

func (b *batchNorm[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x, n, f := in[0].Data, in[0].Rows(), in[0].Cols()
	for i := range b.sums {
		b.sums[i] = grow(b.sums[i], f)
		clear(b.sums[i])
	}
	dgamma, dbeta := b.sums[0], b.sums[1]
	for i := range n {
		for j, d := range dy.Data[i*f : (i+1)*f] {
			dgamma[j] += float64(d) * (float64(x[i*f+j]) - b.mean[j]) * b.rstd[j]
			dbeta[j] += float64(d)
		}
	}
	for i, sum := range b.sums {
		if g := din[1+i]; g.Wanted() {
			g.Clear()
			for j, s := range sum {
				g.Data[j] += T(s)
			}
		}
	}
	if !din[0].Wanted() {
		return nil
	}
	// Σ g = γ dβ and Σ(g ∘ x̂) = γ dγ, feature by feature.
	if b.batch {
		for j := range dgamma {
			dgamma[j] /= float64(n)
			dbeta[j] /= float64(n)
		}
	} else {
		clear(dgamma)
		clear(dbeta)
	}
	gamma, dx := in[1].Data, b.dx.of(din[0], len(x))
	for i := range n {
		for j, d := range dy.Data[i*f : (i+1)*f] {
			normal := (float64(x[i*f+j]) - b.mean[j]) * b.rstd[j]
			dx[i*f+j] = T(float64(gamma[j]) * b.rstd[j] * (float64(d) - dbeta[j] - normal*dgamma[j]))
		}
	}
	b.dx.give(din[0], dx)
	return nil
}
