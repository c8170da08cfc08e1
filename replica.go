package verso

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/op"
)

// batchRunner computes the mean loss and the gradient of a batch.
type batchRunner interface {
	// run returns a weight of 0, and no gradient, where there is nothing to learn.
	// Gradients are valid until the next call.
	run(step uint64, examples []int) (loss, weight float64, grads []ParamGradient, err error)
	learning() []*Param
	close()
}

func newBatchRunner(t Task, c FitConfig) (batchRunner, error) {
	if t.Params.Dtype() == tensor.Float64 {
		return newReplicas[float64](t, c)
	}
	return newReplicas[float32](t, c)
}

// replicas are graphs of one model over shared weights, one a shard. They are
// built once and serve every batch.
type replicas[T op.Float] struct {
	weight  func(examples []int) float64
	workers int
	list    []*replica[T]
	params  []*Param // that learn, in the order of Task.Params
	active  []*replica[T]
	pieces  []piece       // of the gradients, that are added by themselves
	dense   [][]T         // sums over shards, a parameter each
	rows    []*op.Rows[T] // of tables
	grads   []ParamGradient
}

// piece is a run of a parameter's elements; of a table it is all of them.
type piece struct{ param, from, to int }

// replica is the graph of one shard, with its part of the batch.
type replica[T op.Float] struct {
	machine  *Machine
	loss     *gorgonia.Node
	feed     func(*Machine, []int) error
	sinks    []*op.Sink[T] // of replicas.params
	examples []int
	weight   float64
	err      error
}

func newReplicas[T op.Float](t Task, c FitConfig) (*replicas[T], error) {
	r := &replicas[T]{weight: t.Weight, workers: c.Workers}
	if r.weight == nil {
		r.weight = func(examples []int) float64 { return float64(len(examples)) }
	}
	for shard := range min(c.Shards, c.Batch, t.Examples) {
		one, err := newReplica[T](t, c, shard)
		if err != nil {
			r.close()
			return nil, err
		}
		r.list = append(r.list, one)
	}
	if err := r.align(t.Params); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func newReplica[T op.Float](t Task, c FitConfig, shard int) (*replica[T], error) {
	g := NewGraph(c.Seed)
	g.SetTraining(true)
	g.Mode().Shard = uint64(shard)
	g.Mode().Workers = max(1, c.Workers/c.Shards)
	loss, feed, err := t.Build(g)
	if err != nil {
		return nil, fmt.Errorf("building the model: %w", err)
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	if loss == nil || feed == nil || !loss.IsScalar() {
		return nil, fmt.Errorf("%w: Build must return a scalar loss and a function that feeds it", ErrConfig)
	}
	m, err := g.Compile(loss)
	if err != nil {
		return nil, err
	}
	return &replica[T]{machine: m, loss: loss, feed: feed}, nil
}

// align finds the parameters that learn, and their gradients in every replica.
func (r *replicas[T]) align(ps *Params) error {
	learns := map[*Param]bool{}
	for _, p := range r.list[0].machine.params {
		learns[p] = true
	}
	for _, p := range ps.All() {
		if learns[p] {
			r.params = append(r.params, p)
			delete(learns, p)
		}
	}
	for _, p := range r.list[0].machine.params {
		if learns[p] {
			return fmt.Errorf("%w: parameter %q learns but is not in Task.Params: add it or freeze it", ErrConfig, p.name)
		}
	}
	for _, one := range r.list {
		g := one.machine.graph
		for _, p := range r.params {
			s, ok := g.sinks[g.params[p]].(*op.Sink[T])
			if !ok {
				return fmt.Errorf("%w: Build made different models: parameter %q is not in all of them", ErrConfig, p.name)
			}
			one.sinks = append(one.sinks, s)
		}
	}
	r.dense, r.rows = make([][]T, len(r.params)), make([]*op.Rows[T], len(r.params))
	for k, p := range r.params {
		step := gradientPiece
		if p.table {
			step = p.Len()
		}
		for from := 0; from < p.Len(); from += step {
			r.pieces = append(r.pieces, piece{k, from, min(from+step, p.Len())})
		}
	}
	return nil
}

func (r *replicas[T]) learning() []*Param { return r.params }

func (r *replicas[T]) close() {
	for _, one := range r.list {
		_ = one.machine.Close()
	}
}

func (r *replicas[T]) run(step uint64, examples []int) (loss, weight float64, grads []ParamGradient, err error) {
	if weight, err = r.cut(examples); err != nil || weight == 0 {
		return 0, 0, nil, err
	}
	kernel.Parallel(r.workers, len(r.active), func(i int) {
		one := r.active[i]
		one.machine.graph.SetStep(step)
		if one.err = one.feed(one.machine, one.examples); one.err == nil {
			one.err = one.machine.Run()
		}
	})
	for _, one := range r.active {
		if one.err != nil {
			return 0, 0, nil, one.err
		}
		loss += one.weight / weight * one.machine.Scalar(one.loss)
	}
	return loss, weight, r.sum(weight), nil
}

// cut gives each shard its part of the batch and returns the sum of their weights.
func (r *replicas[T]) cut(examples []int) (total float64, err error) {
	r.active = r.active[:0]
	n := min(len(r.list), len(examples))
	for i, one := range r.list[:n] {
		one.examples = examples[i*len(examples)/n : (i+1)*len(examples)/n]
		one.weight = r.weight(one.examples)
		if !finite(one.weight) || one.weight < 0 {
			return 0, fmt.Errorf("%w: Task.Weight of %d examples is %v", ErrConfig, len(one.examples), one.weight)
		}
		if one.weight > 0 {
			r.active = append(r.active, one)
			total += one.weight
		}
	}
	return total, nil
}

// sum adds the shards' gradients in their order. Those of one shard alone are handed on as they are.
func (r *replicas[T]) sum(weight float64) []ParamGradient {
	r.grads = r.grads[:0]
	if len(r.active) > 1 {
		r.prepare()
		kernel.Parallel(r.workers, len(r.pieces), func(i int) {
			if at := r.pieces[i]; r.rows[at.param] != nil {
				r.sumRows(at.param, weight)
			} else {
				r.sumPiece(at, weight)
			}
		})
	}
	for k, p := range r.params {
		if len(r.active) == 1 {
			if g, ok := sinkGradient(p, r.active[0].sinks[k]); ok {
				r.grads = append(r.grads, g)
			}
		} else if rows := r.rows[k]; rows != nil {
			r.grads = append(r.grads, newGradient(p, true, rows.Index, rows.Data))
		} else {
			r.grads = append(r.grads, newGradient(p, false, nil, r.dense[k]))
		}
	}
	return r.grads
}

// prepare makes memory for the sums, at the first one.
func (r *replicas[T]) prepare() {
	for k, p := range r.params {
		switch {
		case r.rows[k] != nil || r.dense[k] != nil:
		case p.table:
			r.rows[k] = op.NewRows[T](p.value.Shape()[0], p.width())
		default:
			r.dense[k] = make([]T, p.Len())
		}
	}
}

// sumRows adds the touched rows of a table.
func (r *replicas[T]) sumRows(k int, weight float64) {
	sum := r.rows[k]
	sum.Reset()
	for _, one := range r.active {
		rows := one.sinks[k].Rows()
		for j, i := range rows.Index {
			kernel.Axpy(T(one.weight/weight), rows.Data[j*rows.Width:(j+1)*rows.Width], sum.Row(i))
		}
	}
}

// sumPiece adds a piece of a dense gradient.
func (r *replicas[T]) sumPiece(at piece, weight float64) {
	sum, first := r.dense[at.param][at.from:at.to], true
	for _, one := range r.active {
		d := one.sinks[at.param].Dense()
		switch {
		case d == nil:
		case first:
			copy(sum, d[at.from:at.to])
			kernel.Scale(T(one.weight/weight), sum)
			first = false
		default:
			kernel.Axpy(T(one.weight/weight), d[at.from:at.to], sum)
		}
	}
	if first {
		clear(sum)
	}
}
