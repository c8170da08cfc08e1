package op

import (
	"fmt"
	"slices"
)

// MultiMarginConfig holds the options of [MultiMargin], which are PyTorch's.
type MultiMarginConfig struct {
	P            int       // 1 or 2
	Margin       float64   // m
	ClassWeights []float64 // w, one a class; nil is 1 for all
	Reduction    Reduction
}

// MultiMargin is the hinge loss of several classes:
//
//	scores (…, C), labels (…) → loss
//	ℓ_i = w_y / C · Σ_{j ≠ y} max(0, m − x_iy + x_ij)^p,  y = label_i
//
// Inputs: scores, labels. The mean divides by the number of examples. A term at
// its kink (exactly 0) gets no gradient.
//
// Source: Weston & Watkins 1999, Support vector machines for multi-class pattern
// recognition.
func MultiMargin(c MultiMarginConfig) (Spec, error) {
	if c.P != 1 && c.P != 2 {
		return Spec{}, fmt.Errorf("the margin loss wants p = 1 or 2, got %d", c.P)
	}
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	c.ClassWeights = slices.Clone(c.ClassWeights)
	return Spec{Name: "multi-margin", F32: &multiMargin[float32]{MultiMarginConfig: c}, F64: &multiMargin[float64]{MultiMarginConfig: c}}, nil
}

type multiMargin[T Float] struct {
	MultiMarginConfig
	losses []float64
	dx     whole[T]
}

func (m *multiMargin[T]) Shape(in []Value[T]) ([]int, error) {
	x, labels := in[0], in[1]
	if len(x.Shape) == 0 {
		return nil, fmt.Errorf("%w: scores want an axis of classes, got a scalar", ErrShape)
	}
	each, classes := x.Shape[:len(x.Shape)-1], x.Last()
	if m.ClassWeights != nil && len(m.ClassWeights) != classes {
		return nil, fmt.Errorf("%w: scores %v want %d class weights, got %d", ErrShape, x.Shape, classes, len(m.ClassWeights))
	}
	if !slices.Equal(labels.Shape, each) && !(len(each) == 0 && size(labels.Shape) == 1) {
		return nil, fmt.Errorf("%w: scores %v want labels %v, got %v", ErrShape, x.Shape, each, labels.Shape)
	}
	for i, label := range labels.Ints {
		if label < 0 || label >= classes {
			return nil, fmt.Errorf("%w: label %d at place %d, there are %d classes", ErrInput, label, i, classes)
		}
	}
	return m.Reduction.shape(each), nil
}

// factor is w_y / C.
func (m *multiMargin[T]) factor(label, classes int) float64 {
	if m.ClassWeights == nil {
		return 1 / float64(classes)
	}
	return m.ClassWeights[label] / float64(classes)
}

func (m *multiMargin[T]) Forward(in []Value[T], y Value[T]) error {
	c, labels := in[0].Last(), in[1].Ints
	m.losses = grow(m.losses, len(labels))
	for i, label := range labels {
		x := in[0].Data[i*c : (i+1)*c]
		sum := 0.0
		for j, v := range x {
			z := m.Margin - float64(x[label]) + float64(v)
			if j == label || z < 0 {
				continue
			}
			if m.P == 2 {
				z *= z
			}
			sum += z
		}
		m.losses[i] = m.factor(label, c) * sum
	}
	reduce(m.Reduction, y.Data, m.losses, float64(len(labels)))
	return nil
}

func (m *multiMargin[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	c, labels := in[0].Last(), in[1].Ints
	dx := m.dx.of(din[0], len(in[0].Data))
	for i, label := range labels {
		x, d := in[0].Data[i*c:(i+1)*c], dx[i*c:(i+1)*c]
		g := m.factor(label, c) * share(m.Reduction, i, dy.Data, float64(len(labels)))
		taken := 0.0
		for j, v := range x {
			z := m.Margin - float64(x[label]) + float64(v)
			d[j] = 0
			if j == label || z <= 0 {
				continue
			}
			h := g
			if m.P == 2 {
				h = 2 * g * z
			}
			d[j] = T(h)
			taken += h
		}
		d[label] = T(-taken)
	}
	m.dx.give(din[0], dx)
	return nil
}
