package op

import "fmt"

// Concat puts values one after another along an axis; a negative axis counts
// from the last. All other sizes must be equal.
//
//	x_1 (…, n_1, …), …, x_k (…, n_k, …) → y (…, n_1 + … + n_k, …)
//
// Inputs: any number of values, at least one. The gradient is cut up likewise.
func Concat(axis int) Spec {
	return Spec{Name: "concat", F32: &concat[float32]{axis: axis}, F64: &concat[float64]{axis: axis}}
}

type concat[T Float] struct {
	axis  int
	outer int   // number of runs of each input
	width []int // elements in a run of each input
	dx    whole[T]
}

func (c *concat[T]) Shape(in []Value[T]) ([]int, error) {
	first := along{axis: c.axis}
	if err := first.find(in[0].Shape); err != nil {
		return nil, err
	}
	shape := append([]int{}, in[0].Shape...)
	at := c.axis
	if at < 0 {
		at += len(shape)
	}
	c.outer, c.width, shape[at] = first.outer, c.width[:0], 0
	for i, x := range in {
		if len(x.Shape) != len(shape) {
			return nil, fmt.Errorf("%w: input %d wants %d axes as input 0 with %v has, got %v", ErrShape, i, len(shape), in[0].Shape, x.Shape)
		}
		for j, d := range x.Shape {
			if j != at && d != shape[j] {
				return nil, fmt.Errorf("%w: input %d wants the sizes of input 0 %v on all axes but %d, got %v", ErrShape, i, in[0].Shape, at, x.Shape)
			}
		}
		shape[at] += x.Shape[at]
		c.width = append(c.width, x.Shape[at]*first.inner)
	}
	return shape, nil
}

func (c *concat[T]) Forward(in []Value[T], y Value[T]) error {
	to := y.Data
	for o := range c.outer {
		for i, w := range c.width {
			copy(to[:w], in[i].Data[o*w:(o+1)*w])
			to = to[w:]
		}
	}
	return nil
}

func (c *concat[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	total := 0
	for _, w := range c.width {
		total += w
	}
	begin := 0
	for i, w := range c.width {
		if din[i].Wanted() {
			dx := c.dx.of(din[i], len(in[i].Data))
			for o := range c.outer {
				copy(dx[o*w:(o+1)*w], dy.Data[o*total+begin:])
			}
			c.dx.give(din[i], dx)
		}
		begin += w
	}
	return nil
}
