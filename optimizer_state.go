package verso

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/internal/op"
)

// Names of an optimizer's state: "parameter/slot" for a vector of the
// parameter's length, and two counts.
const (
	stateSteps = "step" // updates that the parameter has had
	stateRows  = "rows" // the update at which each row of a table was last up to date
)

// State implements [Optimizer].
func (m *method) State() []StateVector {
	var out []StateVector
	for _, name := range slices.Sorted(maps.Keys(m.counts)) {
		n := m.counts[name]
		out = append(out, StateVector{name + "/" + stateSteps, []float64{float64(n.steps)}})
		if n.last != nil {
			out = append(out, StateVector{name + "/" + stateRows, n.last})
		}
		out = append(out, m.f32.vectors(name)...)
		out = append(out, m.f64.vectors(name)...)
	}
	return out
}

func (m *precision[T]) vectors(name string) []StateVector {
	var out []StateVector
	for k, x := range m.state[name] {
		out = append(out, StateVector{name + "/" + m.plain.slots[k], x})
	}
	return out
}

// SetState implements [Optimizer]. It copies what it takes.
func (m *method) SetState(state []StateVector) error {
	if m.err != nil {
		return m.err
	}
	m.forget()
	for _, v := range state {
		cut := max(strings.LastIndexByte(v.Name, '/'), 0)
		name, part := v.Name[:cut], strings.TrimPrefix(v.Name[cut:], "/")
		n := m.counts[name]
		if n == nil {
			n = &counts{}
			m.counts[name] = n
		}
		x, _ := v.Values.([]float64)
		ok := false
		switch y, single := v.Values.([]float32); {
		case part == stateSteps:
			if ok = len(x) == 1 && count(x[0]); ok {
				n.steps = int(x[0])
			}
		case part == stateRows:
			n.last, ok = slices.Clone(x), x != nil && !slices.ContainsFunc(x, func(v float64) bool { return !count(v) })
		case single:
			ok = m.f32.restore(name, part, y)
		default:
			ok = x != nil && m.f64.restore(name, part, x)
		}
		if !ok {
			m.forget()
			return fmt.Errorf("%w: %q is no part of the state of %s", ErrCheckpoint, v.Name, m.name)
		}
	}
	return nil
}

// count reports whether x can be a number of steps.
func count(x float64) bool { return x >= 0 && x <= 1<<53 && x == math.Trunc(x) }

// restore reports whether the method has such a slot.
func (m *precision[T]) restore(name, part string, x []T) bool {
	k := slices.Index(m.plain.slots, part)
	if k < 0 {
		return false
	}
	if m.state[name] == nil {
		m.state[name] = make([][]T, len(m.plain.slots))
	}
	m.state[name][k] = slices.Clone(x)
	return true
}

// fits compares the state, which may come from a file, with a parameter's size.
func (m *method) fits(p *Param) error {
	n := m.counts[p.name]
	if n == nil {
		return nil
	}
	ok := n.last == nil || len(n.last) == p.value.Shape()[0] && m.f32.plain.catchUp != nil && slices.Max(n.last) <= float64(n.steps)
	if p.Float64s() != nil {
		ok = ok && stateFits(&m.f64, p)
	} else {
		ok = ok && stateFits(&m.f32, p)
	}
	if !ok {
		return fmt.Errorf("%w: the optimizer's state of %q is not of its size %v", ErrCheckpoint, p.name, p.Shape())
	}
	return nil
}

func stateFits[T op.Float](m *precision[T], p *Param) bool {
	s := m.state[p.name]
	for _, x := range s {
		if len(x) != p.Len() {
			return false
		}
	}
	return len(s) == len(m.plain.slots)
}
