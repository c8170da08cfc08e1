package op

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Softmax is y_j = e^{x_j} / Σ_k e^{x_k} along an axis; a negative axis counts
// from the last. Input: x. The maximum is subtracted first, so that no offset
// overflows; of a line of −∞ alone all values are 0.
// Gradient: dx_j = y_j (dy_j − Σ_k y_k dy_k).
func Softmax(axis int, m *Mode) Spec {
	return Spec{Name: "softmax", F32: &softmax[float32]{along: along{axis: axis}, mode: m}, F64: &softmax[float64]{along: along{axis: axis}, mode: m}}
}

// LogSoftmax is y_j = x_j − log Σ_k e^{x_k} along an axis. Input: x.
// Gradient: dx_j = dy_j − e^{y_j} Σ_k dy_k.
func LogSoftmax(axis int, m *Mode) Spec {
	return Spec{Name: "log-softmax", F32: &softmax[float32]{along: along{axis: axis}, log: true, mode: m}, F64: &softmax[float64]{along: along{axis: axis}, log: true, mode: m}}
}

// along is an axis of a value: lines of n elements, inner apart, of which there
// are outer·inner.
type along struct{ axis, outer, n, inner int }

// find sets the sizes for a shape.
func (a *along) find(shape []int) error {
	i := a.axis
	if i < 0 {
		i += len(shape)
	}
	if i < 0 || i >= len(shape) {
		return fmt.Errorf("%w: axis %d of shape %v", ErrShape, a.axis, shape)
	}
	a.outer, a.n, a.inner = size(shape[:i]), shape[i], size(shape[i+1:])
	return nil
}

// without returns the shape with the axis taken out, or of size 1.
func (a *along) without(shape []int, keep bool) []int {
	i := a.axis
	if i < 0 {
		i += len(shape)
	}
	s := append([]int{}, shape[:i]...)
	if keep {
		s = append(s, 1)
	}
	return append(s, shape[i+1:]...)
}

// gather writes the lines of the o-th block of x one after another.
func gather[T Float](a *along, o int, x, lines []T) {
	x = x[o*a.n*a.inner:]
	for i := range a.inner {
		line := lines[i*a.n : (i+1)*a.n]
		for j := range line {
			line[j] = x[j*a.inner+i]
		}
	}
}

// scatter is the inverse of gather.
func scatter[T Float](a *along, o int, lines, x []T) {
	x = x[o*a.n*a.inner:]
	for i := range a.inner {
		for j, v := range lines[i*a.n : (i+1)*a.n] {
			x[j*a.inner+i] = v
		}
	}
}

type softmax[T Float] struct {
	along
	log   bool
	mode  *Mode
	dx    whole[T]
	lines [2][]T // a block of x or y, and of dy, line by line
}

func (s *softmax[T]) Shape(in []Value[T]) ([]int, error) { return in[0].Shape, s.find(in[0].Shape) }

func (s *softmax[T]) Forward(in []Value[T], y Value[T]) error {
	x := in[0].Data
	rows := kernel.SoftmaxRows[T]
	if s.log {
		rows = kernel.LogSoftmaxRows[T]
	}
	n := s.n
	if s.inner == 1 {
		s.mode.split(s.outer, n, func(from, to int) { rows(to-from, n, y.Data[from*n:to*n], x[from*n:to*n]) })
		return nil
	}
	block := grow(s.lines[0], n*s.inner)
	s.lines[0] = block
	for o := range s.outer {
		gather(&s.along, o, x, block)
		rows(s.inner, n, block, block)
		scatter(&s.along, o, block, y.Data)
	}
	return nil
}

func (s *softmax[T]) Backward(_ []Value[T], y, dy Value[T], din []Grad[T]) error {
	dx := s.dx.of(din[0], len(y.Data))
	rows := kernel.SoftmaxRowsGrad[T]
	if s.log {
		rows = kernel.LogSoftmaxRowsGrad[T]
	}
	if s.inner == 1 {
		s.mode.split(s.outer, s.n, func(from, to int) {
			at, end := from*s.n, to*s.n
			rows(to-from, s.n, dx[at:end], y.Data[at:end], dy.Data[at:end])
		})
	} else {
		for i := range s.lines {
			s.lines[i] = grow(s.lines[i], s.n*s.inner)
		}
		for o := range s.outer {
			gather(&s.along, o, y.Data, s.lines[0])
			gather(&s.along, o, dy.Data, s.lines[1])
			rows(s.inner, s.n, s.lines[0], s.lines[0], s.lines[1])
			scatter(&s.along, o, s.lines[0], dx)
		}
	}
	s.dx.give(din[0], dx)
	return nil
}

// LogSumExp is y = log Σ_k e^{x_k} along an axis, which goes or, with keep, stays
// with size 1. Input: x. Of a line of −∞ alone y is −∞, and its gradient 0.
// Gradient: dx_j = e^{x_j − y} dy.
func LogSumExp(axis int, keep bool) Spec {
	return Spec{Name: "log-sum-exp", F32: &logSumExp[float32]{along: along{axis: axis}, keep: keep}, F64: &logSumExp[float64]{along: along{axis: axis}, keep: keep}}
}

type logSumExp[T Float] struct {
	along
	keep bool
	dx   whole[T]
	line []T
}

func (s *logSumExp[T]) Shape(in []Value[T]) ([]int, error) {
	if err := s.find(in[0].Shape); err != nil {
		return nil, err
	}
	return s.without(in[0].Shape, s.keep), nil
}

func (s *logSumExp[T]) Forward(in []Value[T], y Value[T]) error {
	s.line = grow(s.line, s.n)
	for o := range s.outer {
		for i := range s.inner {
			x := in[0].Data[o*s.n*s.inner+i:]
			for j := range s.line {
				s.line[j] = x[j*s.inner]
			}
			y.Data[o*s.inner+i] = logSum(s.line)
		}
	}
	return nil
}

// logSum is log Σ e^x; it overwrites x.
func logSum[T Float](x []T) T {
	top, _ := kernel.Max(x)
	if math.IsInf(float64(top), 0) {
		return top
	}
	for j := range x {
		x[j] -= top
	}
	kernel.Exp(x, x)
	return top + T(math.Log(float64(kernel.Sum(x))))
}

func (s *logSumExp[T]) Backward(in []Value[T], y, dy Value[T], din []Grad[T]) error {
	x := in[0].Data
	dx := s.dx.of(din[0], len(x))
	for o := range s.outer {
		for j := range s.n {
			at := (o*s.n + j) * s.inner
			for i := range s.inner {
				dx[at+i] = x[at+i] - y.Data[o*s.inner+i]
			}
		}
	}
	kernel.Exp(dx, dx)
	for o := range s.outer {
		for j := range s.n {
			at := (o*s.n + j) * s.inner
			for i := range s.inner {
				dx[at+i] *= dy.Data[o*s.inner+i]
				if math.IsInf(float64(x[at+i]), -1) {
					dx[at+i] = 0
				}
			}
		}
	}
	s.dx.give(din[0], dx)
	return nil
}
