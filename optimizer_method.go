package verso

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/op"
	"github.com/seed6481993f/verso/internal/optim"
)

// method is an [Optimizer] made of rules: with and without weight decay, in both precisions.
type method struct {
	name   string
	err    error // of the options
	decays func(name string) bool
	counts map[string]*counts
	f32    precision[float32]
	f64    precision[float64]
}

// counts are the updates that a parameter has had.
type counts struct {
	steps int
	last  []float64 // of a table whose rows catch up: the step at which each was last up to date
}

// precision is the part of a method in one precision.
type precision[T op.Float] struct {
	decaying, plain rule[T]
	state           map[string][][]T // by parameter: a vector a slot
	workers         int
	row             [][]T // state of one row
	saved           []T   // the row that does not learn
	spread          map[string][]T
}

func newMethod[C any](name string, c C, err error, decays func(string) bool,
	f32 func(*C) rule[float32], f64 func(*C) rule[float64], withoutDecay func(*C),
) Optimizer {
	plain := c
	withoutDecay(&plain)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrConfig, err)
	}
	m := &method{name: fmt.Sprintf("%s%+v", name, c), err: err, decays: decays}
	m.f32.decaying, m.f32.plain = f32(&c), f32(&plain)
	m.f64.decaying, m.f64.plain = f64(&c), f64(&plain)
	m.forget()
	return m
}

// fresh returns an optimizer of the same options at its start.
func (m *method) fresh() Optimizer {
	n := &method{
		name: m.name, err: m.err, decays: m.decays,
		f32: precision[float32]{decaying: m.f32.decaying, plain: m.f32.plain},
		f64: precision[float64]{decaying: m.f64.decaying, plain: m.f64.plain},
	}
	n.forget()
	return n
}

func (m *method) forget() {
	m.counts = map[string]*counts{}
	m.f32.state, m.f64.state = map[string][][]float32{}, map[string][][]float64{}
	m.f32.spread, m.f64.spread = map[string][]float32{}, map[string][]float64{}
}

func (m *method) String() string { return m.name }

// setWorkers sets how many goroutines a large update may use. No result depends on it.
func (m *method) setWorkers(n int) { m.f32.workers, m.f64.workers = n, n }

// Step checks everything before it changes anything.
func (m *method) Step(rate float64, grads []ParamGradient) error {
	if m.err != nil {
		return m.err
	}
	if !finite(rate) {
		return fmt.Errorf("%w: learning rate %v", ErrConfig, rate)
	}
	for _, g := range grads {
		if err := g.check(); err != nil {
			return err
		}
		if err := m.fits(g.Param); err != nil {
			return err
		}
	}
	for _, g := range grads {
		if g.Param.frozen {
			continue
		}
		n := m.counts[g.Param.name]
		if n == nil {
			n = &counts{}
			m.counts[g.Param.name] = n
		}
		n.steps++
		decay := m.decays == nil || m.decays(g.Param.name)
		if g.Param.Float64s() != nil {
			m.f64.update(rate, g, decay, n)
		} else {
			m.f32.update(rate, g, decay, n)
		}
	}
	return nil
}

// update makes one parameter's step.
func (m *precision[T]) update(rate float64, g ParamGradient, decay bool, n *counts) {
	p, r := g.Param, &m.plain
	if decay {
		r = &m.decaying
	}
	w, grad, width := elements[T](p), gradientOf[T](g), p.width()
	state := m.stateOf(p, r)
	still := w[:0]
	if lo := p.ZeroRow * width; p.ZeroRow >= 0 && lo < len(w) {
		still = w[lo : lo+width]
	}
	m.saved = append(m.saved[:0], still...)
	switch {
	case g.Sparse && r.sparse:
		if n.last == nil && r.catchUp != nil {
			n.last = make([]float64, len(w)/width)
			for i := range n.last {
				n.last[i] = float64(n.steps - 1) // so far all rows had every step
			}
		}
		for k, i := range g.Rows {
			row := m.stateRow(state, r, n, i, width)
			r.step(rate, n.steps, w[i*width:(i+1)*width], grad[k*width:(k+1)*width], row)
		}
	case g.Sparse:
		dense := m.dense(p)
		for k, i := range g.Rows {
			copy(dense[i*width:(i+1)*width], grad[k*width:(k+1)*width])
		}
		m.whole(r, rate, n.steps, w, dense, state)
		for _, i := range g.Rows {
			clear(dense[i*width : (i+1)*width])
		}
	default:
		for i := range n.last {
			m.stateRow(state, r, n, i, width)
		}
		m.whole(r, rate, n.steps, w, grad, state)
	}
	limitRows(g, w, width)
	copy(still, m.saved)
}

// limitRows applies MaxRowNorm.
func limitRows[T op.Float](g ParamGradient, w []T, width int) {
	most := g.Param.MaxRowNorm
	switch {
	case most <= 0:
	case !g.Sparse:
		optim.RowMaxNorm(w, width, most)
	default:
		for _, i := range g.Rows {
			optim.RowMaxNorm(w[i*width:(i+1)*width], width, most)
		}
	}
}

// stateOf returns the state vectors of a parameter, new at its first step.
func (m *precision[T]) stateOf(p *Param, r *rule[T]) [][]T {
	if s, ok := m.state[p.name]; ok {
		return s
	}
	s := make([][]T, len(r.slots))
	for k := range s {
		s[k] = make([]T, p.Len())
		if r.start != 0 {
			for i := range s[k] {
				s[k][i] = T(r.start)
			}
		}
	}
	m.state[p.name] = s
	return s
}

// stateRow returns the state of one row, brought up to date for the step that has begun.
func (m *precision[T]) stateRow(state [][]T, r *rule[T], n *counts, i, width int) [][]T {
	m.row = m.row[:0]
	for _, x := range state {
		m.row = append(m.row, x[i*width:(i+1)*width])
	}
	if n.last != nil {
		r.catchUp(n.steps-1-int(n.last[i]), m.row)
		n.last[i] = float64(n.steps)
	}
	return m.row
}

// whole updates a whole parameter, cut into pieces for many goroutines.
func (m *precision[T]) whole(r *rule[T], rate float64, step int, w, g []T, state [][]T) {
	const piece = 1 << 15
	if len(w) <= piece || m.workers < 2 {
		r.step(rate, step, w, g, state)
		return
	}
	kernel.Parallel(m.workers, (len(w)-1)/piece+1, func(i int) {
		lo, hi := i*piece, min((i+1)*piece, len(w))
		part := make([][]T, len(state))
		for k, x := range state {
			part[k] = x[lo:hi]
		}
		r.step(rate, step, w[lo:hi], g[lo:hi], part)
	})
}

// dense returns zeros of a table's size, for rules that want its gradient whole.
func (m *precision[T]) dense(p *Param) []T {
	if m.spread[p.name] == nil {
		m.spread[p.name] = make([]T, p.Len())
	}
	return m.spread[p.name]
}
