package verso

import (
	"github.com/seed6481993f/verso/internal/op"
	"github.com/seed6481993f/verso/internal/optim"
)

// rule is one optimiser with its options, in one precision.
type rule[T op.Float] struct {
	slots []string // names of the state vectors, each as long as the parameter; PyTorch's names
	start float64  // what they begin with
	// step makes update number n, from 1, of any part of a parameter.
	step func(rate float64, n int, w, g []T, state [][]T)
	// sparse says that a table may be updated by its touched rows alone.
	sparse bool
	// catchUp brings the state of a row up to date that missed n steps; nil where it does not change.
	catchUp func(n int, state [][]T)
}

func sgdRule[T op.Float](c *optim.SGDConfig) rule[T] {
	r := rule[T]{sparse: c.RowSparse()}
	if c.Momentum != 0 {
		r.slots = []string{"momentum_buffer"}
	}
	r.step = func(rate float64, n int, w, g []T, state [][]T) {
		optim.SGDStep(c, rate, n, w, g, slot(state, 0))
	}
	return r
}

func adaGradRule[T op.Float](c *optim.AdagradConfig) rule[T] {
	return rule[T]{
		slots: []string{"sum"}, start: c.InitialAccumulatorValue, sparse: c.RowSparse(),
		step: func(rate float64, n int, w, g []T, state [][]T) { optim.AdagradStep(c, rate, n, w, g, state[0]) },
	}
}

func adadeltaRule[T op.Float](c *optim.AdadeltaConfig) rule[T] {
	return rule[T]{
		slots: []string{"square_avg", "acc_delta"}, sparse: c.RowSparse(),
		step: func(rate float64, _ int, w, g []T, state [][]T) {
			optim.AdadeltaStep(c, rate, w, g, state[0], state[1])
		},
		catchUp: func(n int, state [][]T) { optim.AdadeltaCatchUp(c, n, state[0], state[1]) },
	}
}

func rmsPropRule[T op.Float](c *optim.RMSpropConfig) rule[T] {
	r := rule[T]{slots: []string{"square_avg"}, sparse: c.RowSparse()}
	avg, buf := -1, -1
	if c.Centered {
		avg, r.slots = len(r.slots), append(r.slots, "grad_avg")
	}
	if c.Momentum != 0 {
		buf, r.slots = len(r.slots), append(r.slots, "momentum_buffer")
	}
	r.step = func(rate float64, _ int, w, g []T, state [][]T) {
		optim.RMSpropStep(c, rate, w, g, state[0], slot(state, avg), slot(state, buf))
	}
	r.catchUp = func(n int, state [][]T) { optim.RMSpropCatchUp(c, n, state[0], slot(state, avg)) }
	return r
}

func adamRule[T op.Float](c *optim.AdamConfig) rule[T] {
	r := rule[T]{slots: []string{"exp_avg", "exp_avg_sq"}, sparse: c.RowSparse()}
	if c.AMSGrad {
		r.slots = append(r.slots, "max_exp_avg_sq")
	}
	r.step = func(rate float64, n int, w, g []T, state [][]T) {
		optim.AdamStep(c, rate, n, w, g, state[0], state[1], slot(state, 2))
	}
	return r
}

func sparseAdamRule[T op.Float](c *optim.SparseAdamConfig) rule[T] {
	return rule[T]{
		slots: []string{"exp_avg", "exp_avg_sq"}, sparse: true,
		step: func(rate float64, n int, w, g []T, state [][]T) {
			optim.SparseAdamStep(c, rate, n, w, g, state[0], state[1])
		},
	}
}

// slot returns a state vector, nil where the options need none.
func slot[T op.Float](state [][]T, i int) []T {
	if i < 0 || i >= len(state) {
		return nil
	}
	return state[i]
}
