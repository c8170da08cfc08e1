package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Cosine is the cosine of the angle between each row of a and the same row of b:
//
//	y_i = ⟨a_i, b_i⟩ / (max(‖a_i‖, ε) · max(‖b_i‖, ε)),  a, b (…, features) → y (…)
//
// Inputs: a, b. Gradient, where ‖a_i‖ > ε: da_i = dy_i (b̂_i − y_i â_i) / ‖a_i‖
// with the unit rows â and b̂; elsewhere dy_i b̂_i/ε. The same for b.
func Cosine(eps float64) (Spec, error) {
	if !(eps > 0) || math.IsInf(eps, 0) {
		return Spec{}, fmt.Errorf("the cosine wants an ε above 0, got %v", eps)
	}
	return Spec{Name: "cosine", F32: &cosine[float32]{eps: eps}, F64: &cosine[float64]{eps: eps}}, nil
}

type cosine[T Float] struct {
	eps   float64
	norms [2][]float64
	d     [2]whole[T]
}

func (c *cosine[T]) Shape(in []Value[T]) ([]int, error) {
	a, b := in[0].Shape, in[1].Shape
	if len(a) == 0 || !slices.Equal(a, b) {
		return nil, fmt.Errorf("%w: the cosine of rows %v wants others of the same shape, got %v", ErrShape, a, b)
	}
	return append([]int{}, a[:len(a)-1]...), nil
}

func (c *cosine[T]) Forward(in []Value[T], y Value[T]) error {
	f := in[0].Last()
	for side := range c.norms {
		c.norms[side] = grow(c.norms[side], len(y.Data))
		for i := range y.Data {
			c.norms[side][i] = math.Sqrt(kernel.SumSquares(in[side].Data[i*f : (i+1)*f]))
		}
	}
	for i := range y.Data {
		dot := float64(kernel.Dot(in[0].Data[i*f:(i+1)*f], in[1].Data[i*f:(i+1)*f]))
		y.Data[i] = T(dot / (max(c.norms[0][i], c.eps) * max(c.norms[1][i], c.eps)))
	}
	return nil
}

func (c *cosine[T]) Backward(in []Value[T], y, dy Value[T], din []Grad[T]) error {
	f := in[0].Last()
	for side := range c.norms {
		if !din[side].Wanted() {
			continue
		}
		own, other := in[side].Data, in[1-side].Data
		d := c.d[side].of(din[side], len(own))
		clear(d)
		for i, g := range dy.Data {
			norm := max(c.norms[side][i], c.eps)
			row := d[i*f : (i+1)*f]
			kernel.Axpy(T(float64(g)/(norm*max(c.norms[1-side][i], c.eps))), other[i*f:(i+1)*f], row)
			if c.norms[side][i] > c.eps {
				kernel.Axpy(T(-float64(g)*float64(y.Data[i])/(norm*norm)), own[i*f:(i+1)*f], row)
			}
		}
		c.d[side].give(din[side], d)
	}
	return nil
}
