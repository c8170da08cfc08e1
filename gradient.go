package verso

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/op"
)

// ParamGradient is the gradient of one parameter in one step: all of it, or the
// touched rows of a table alone. F32 or F64 is set, by the parameter's precision.
type ParamGradient struct {
	Param *Param
	// Sparse says that the elements are those of the rows Rows[0], Rows[1] …
	// of a table, each at most once. Every other row is zero.
	Sparse bool
	Rows   []int
	F32    []float32
	F64    []float64
}

// Gradients returns the gradients of the last run, one a parameter that learns
// and that the loss depends on, in the order in which they came into the graph.
// They share the machine's memory, are valid until the next run, and may be
// written to. The row that [Param].ZeroRow names has gradient zero.
func (m *Machine) Gradients() []ParamGradient {
	var gs []ParamGradient
	for _, p := range m.params {
		var g ParamGradient
		var ok bool
		switch s := m.graph.sinks[m.graph.params[p]].(type) {
		case *op.Sink[float32]:
			g, ok = sinkGradient(p, s)
		case *op.Sink[float64]:
			g, ok = sinkGradient(p, s)
		}
		if ok {
			gs = append(gs, g)
		}
	}
	return gs
}

// sinkGradient reads a sink; ok is false where no operation has written to it.
func sinkGradient[T op.Float](p *Param, s *op.Sink[T]) (g ParamGradient, ok bool) {
	if r := s.Rows(); r != nil {
		return newGradient(p, true, r.Index, r.Data), true
	}
	d := s.Dense()
	return newGradient(p, false, nil, d), d != nil
}

func newGradient[T op.Float](p *Param, sparse bool, rows []int, x []T) ParamGradient {
	g := ParamGradient{Param: p, Sparse: sparse, Rows: rows}
	switch x := any(x).(type) {
	case []float32:
		g.F32 = x
	case []float64:
		g.F64 = x
	}
	if p.ZeroRow >= 0 && x != nil {
		clear(gradientRow(g, x, p.ZeroRow))
	}
	return g
}

// gradientRow returns the elements of row i among those of g, nil where it was not touched.
func gradientRow[T op.Float](g ParamGradient, x []T, i int) []T {
	w := g.Param.width()
	if g.Sparse {
		for k, r := range g.Rows {
			if r == i {
				return x[k*w : (k+1)*w]
			}
		}
		return nil
	}
	if (i+1)*w > len(x) {
		return nil
	}
	return x[i*w : (i+1)*w]
}

// gradientOf returns the elements in one precision, nil in the other.
func gradientOf[T op.Float](g ParamGradient) []T {
	if x, ok := any(g.F32).([]T); ok {
		return x
	}
	x, _ := any(g.F64).([]T)
	return x
}

// check compares a gradient's sizes with its parameter's.
func (g ParamGradient) check() error {
	if g.Param == nil {
		return fmt.Errorf("%w: a gradient without a parameter", ErrShape)
	}
	want := g.Param.Len()
	if g.Sparse {
		rows := g.Param.value.Shape()[0]
		for _, i := range g.Rows {
			if i < 0 || i >= rows {
				return fmt.Errorf("%w: gradient of row %d of %q, which has %d rows", ErrShape, i, g.Param.name, rows)
			}
		}
		want = len(g.Rows) * g.Param.width()
	}
	given, other := len(g.F32), len(g.F64)
	if g.Param.Float64s() != nil {
		given, other = other, given
	}
	if given != want || other != 0 {
		return fmt.Errorf("%w: the gradient of %q wants %d elements of %v, got %d float32 and %d float64",
			ErrShape, g.Param.name, want, g.Param.Dtype(), len(g.F32), len(g.F64))
	}
	return nil
}

// width is the number of elements of a row.
func (p *Param) width() int { return p.Len() / p.value.Shape()[0] }

// notFinite says of which parameter the value or the gradient is not finite, the
// values first since they would be the cause; "" if all are finite.
func notFinite(params []*Param, gs []ParamGradient) string {
	for _, p := range params {
		if i := firstNotFinite(p.Float32s()); i >= 0 {
			return fmt.Sprintf("parameter %q is %v at element %d", p.name, p.Float32s()[i], i)
		}
		if i := firstNotFinite(p.Float64s()); i >= 0 {
			return fmt.Sprintf("parameter %q is %v at element %d", p.name, p.Float64s()[i], i)
		}
	}
	for _, g := range gs {
		if i := firstNotFinite(g.F32); i >= 0 {
			return fmt.Sprintf("the gradient of %q has %v", g.Param.name, g.F32[i])
		}
		if i := firstNotFinite(g.F64); i >= 0 {
			return fmt.Sprintf("the gradient of %q has %v", g.Param.name, g.F64[i])
		}
	}
	return ""
}

func firstNotFinite[T op.Float](x []T) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
