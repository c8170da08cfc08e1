package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// KLDivConfig holds the options of [KLDiv].
type KLDivConfig struct {
	Temperature float64 // τ
	Reduction   Reduction
}

// KLDiv is the divergence of softened distributions that two sets of logits make:
//
//	student s (…, C), teacher t (…, C) → scalar
//	ℓ_i = τ² Σ_j p_ij (log p_ij − log q_ij),  p = softmax(t_i/τ),  q = softmax(s_i/τ)
//
// The mean divides by the number of rows. Inputs: s, t; only s gets a gradient,
// τ (q − p).
//
// Source: Hinton, Vinyals & Dean 2015, Distilling the knowledge in a neural
// network, section 2.
func KLDiv(c KLDivConfig) (Spec, error) {
	if !(c.Temperature > 0) || math.IsInf(c.Temperature, 0) {
		return Spec{}, fmt.Errorf("the divergence wants a temperature above 0, got %v", c.Temperature)
	}
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	return Spec{Name: "kl-divergence", F32: &klDiv[float32]{KLDivConfig: c}, F64: &klDiv[float64]{KLDivConfig: c}, Stop: []int{1}}, nil
}

type klDiv[T Float] struct {
	KLDivConfig
	p, q   []T // log-probabilities
	losses []float64
	dx     whole[T]
}

func (k *klDiv[T]) Shape(in []Value[T]) ([]int, error) {
	s, t := in[0].Shape, in[1].Shape
	if len(s) == 0 || !slices.Equal(s, t) {
		return nil, fmt.Errorf("%w: student logits %v want teacher logits of the same shape, got %v", ErrShape, s, t)
	}
	return k.Reduction.shape(s[:len(s)-1]), nil
}

func (k *klDiv[T]) Forward(in []Value[T], y Value[T]) error {
	classes := in[0].Last()
	rows := len(in[0].Data) / classes
	k.q, k.p = k.soften(k.q, in[0].Data, rows, classes), k.soften(k.p, in[1].Data, rows, classes)
	k.losses = grow(k.losses, rows)
	for i := range k.losses {
		sum := 0.0
		for j := i * classes; j < (i+1)*classes; j++ {
			if p := float64(k.p[j]); !math.IsInf(p, -1) { // 0 log 0 is 0
				sum += math.Exp(p) * (p - float64(k.q[j]))
			}
		}
		k.losses[i] = k.Temperature * k.Temperature * sum
	}
	reduce(k.Reduction, y.Data, k.losses, float64(rows))
	return nil
}

// soften returns log softmax(x/τ) of each row.
func (k *klDiv[T]) soften(into, x []T, rows, classes int) []T {
	into = grow(into, len(x))
	copy(into, x)
	kernel.Scale(T(1/k.Temperature), into)
	kernel.LogSoftmaxRows(rows, classes, into, into)
	return into
}

func (k *klDiv[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	if !din[0].Wanted() {
		return nil
	}
	classes := in[0].Last()
	dx := k.dx.of(din[0], len(in[0].Data))
	for i := range dx {
		g := k.Temperature * share(k.Reduction, i/classes, dy.Data, float64(len(k.losses)))
		dx[i] = T(g * (math.Exp(float64(k.q[i])) - math.Exp(float64(k.p[i]))))
	}
	k.dx.give(din[0], dx)
	return nil
}
