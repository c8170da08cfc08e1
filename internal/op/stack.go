package op

import "fmt"

// Element is element i along the first axis: x (n, …) → y (…). Input: x. The
// gradient is 0 elsewhere.
func Element(i int) Spec {
	return Spec{Name: "element", F32: &element[float32]{i: i}, F64: &element[float64]{i: i}}
}

type element[T Float] struct {
	i  int
	dx whole[T]
}

func (p *element[T]) Shape(in []Value[T]) ([]int, error) {
	if s := in[0].Shape; len(s) < 2 || p.i < 0 || p.i >= s[0] {
		return nil, fmt.Errorf("%w: element %d of %v", ErrShape, p.i, s)
	}
	return in[0].Shape[1:], nil
}

func (p *element[T]) Forward(in []Value[T], y Value[T]) error {
	copy(y.Data, in[0].Data[p.i*len(y.Data):])
	return nil
}

func (p *element[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	dx := p.dx.of(din[0], len(in[0].Data))
	clear(dx)
	copy(dx[p.i*len(dy.Data):], dy.Data)
	p.dx.give(din[0], dx)
	return nil
}

// Stack puts values of one shape one after another along a new first axis:
// k of (…) → y (k, …). Inputs: at least one.
func Stack() Spec { return Spec{Name: "stack", F32: stack[float32]{}, F64: stack[float64]{}} }

type stack[T Float] struct{}

func (stack[T]) Shape(in []Value[T]) ([]int, error) {
	if len(in) == 0 {
		return nil, fmt.Errorf("%w: a stack of nothing", ErrShape)
	}
	for i, x := range in {
		same := len(x.Shape) == len(in[0].Shape)
		for j := 0; same && j < len(x.Shape); j++ {
			same = x.Shape[j] == in[0].Shape[j]
		}
		if !same {
			return nil, fmt.Errorf("%w: input %d wants the shape of input 0 %v, got %v", ErrShape, i, in[0].Shape, x.Shape)
		}
	}
	return append([]int{len(in)}, in[0].Shape...), nil
}

func (stack[T]) Forward(in []Value[T], y Value[T]) error {
	to := y.Data
	for _, x := range in {
		to = to[copy(to, x.Data):]
	}
	return nil
}

func (stack[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	n := len(in[0].Data)
	for i, g := range din {
		g.AddScaled(1, dy.Data[i*n:(i+1)*n])
	}
	return nil
}
