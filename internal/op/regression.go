package op

import (
	"fmt"
	"math"
	"slices"
)

// Distance says how far a prediction is from its target.
type Distance string

// The distances of [Regression], of d = prediction − target.
const (
	Squared  Distance = "mse"       // d²
	Absolute Distance = "l1"        // |d|; its gradient at 0 is 0
	SmoothL1 Distance = "smooth_l1" // d²/(2β) where |d| < β, else |d| − β/2; with β = 0 it is |d|
	Huber    Distance = "huber"     // d²/2 where |d| ≤ β, else β(|d| − β/2)
)

// RegressionConfig holds the options of [Regression].
type RegressionConfig struct {
	Distance  Distance
	Beta      float64 // of SmoothL1 and Huber
	Reduction Reduction
}

// Regression is the mean, over all elements, of a distance between a prediction
// and a target of one shape. Inputs: prediction, target; both get a gradient.
//
// Source of Huber: Huber 1964, Robust estimation of a location parameter.
// Source of SmoothL1: Girshick 2015, Fast R-CNN, equation 3.
func Regression(c RegressionConfig) (Spec, error) {
	switch c.Distance {
	case Squared, Absolute:
	case SmoothL1:
		if !(c.Beta >= 0) {
			return Spec{}, fmt.Errorf("the smooth L1 loss wants a β of at least 0, got %v", c.Beta)
		}
	case Huber:
		if !(c.Beta > 0) {
			return Spec{}, fmt.Errorf("the Huber loss wants a δ above 0, got %v", c.Beta)
		}
	default:
		return Spec{}, fmt.Errorf("no distance is named %q", string(c.Distance))
	}
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	return Spec{Name: string(c.Distance), F32: &regression[float32]{RegressionConfig: c}, F64: &regression[float64]{RegressionConfig: c}}, nil
}

type regression[T Float] struct {
	RegressionConfig
	losses []float64
	d      [2]whole[T]
}

func (r *regression[T]) Shape(in []Value[T]) ([]int, error) {
	if !slices.Equal(in[0].Shape, in[1].Shape) {
		return nil, fmt.Errorf("%w: a prediction %v wants a target of the same shape, got %v", ErrShape, in[0].Shape, in[1].Shape)
	}
	return r.Reduction.shape(in[0].Shape), nil
}

// distance returns the distance of d and its derivative.
func (r *regression[T]) distance(d float64) (loss, slope float64) {
	a, sign := math.Abs(d), 1.0
	switch {
	case d < 0:
		sign = -1
	case d == 0:
		sign = 0
	}
	switch {
	case r.Distance == Squared:
		return d * d, 2 * d
	case r.Distance == SmoothL1 && a < r.Beta:
		return d * d / (2 * r.Beta), d / r.Beta
	case r.Distance == SmoothL1:
		return a - r.Beta/2, sign
	case r.Distance == Huber && a <= r.Beta:
		return d * d / 2, d
	case r.Distance == Huber:
		return r.Beta * (a - r.Beta/2), r.Beta * sign
	}
	return a, sign
}

func (r *regression[T]) Forward(in []Value[T], y Value[T]) error {
	t := in[1].Data
	r.losses = grow(r.losses, len(t))
	for i, v := range in[0].Data {
		r.losses[i], _ = r.distance(float64(v) - float64(t[i]))
	}
	reduce(r.Reduction, y.Data, r.losses, float64(len(t)))
	return nil
}

func (r *regression[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x, t := in[0].Data, in[1].Data
	for side, sign := range []float64{1, -1} {
		if !din[side].Wanted() {
			continue
		}
		d := r.d[side].of(din[side], len(x))
		for i, v := range x {
			_, slope := r.distance(float64(v) - float64(t[i]))
			d[i] = T(sign * slope * share(r.Reduction, i, dy.Data, float64(len(x))))
		}
		r.d[side].give(din[side], d)
	}
	return nil
}
