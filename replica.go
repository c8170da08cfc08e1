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
	dense   [][]T         // sums over shards, a parameter each
	rows    []*op.Rows[T] // of tables
	grads   []ParamGradient
}

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
		kernel.Parallel(r.workers, len(r.params), func(k int) { r.sumOne(k, weight) })
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

// sumOne adds one parameter's gradients.
func (r *replicas[T]) sumOne(k int, weight float64) {
	p := r.params[k]
	if p.table {
		if r.rows[k] == nil {
			r.rows[k] = op.NewRows[T](p.value.Shape()[0], p.width())
		}
		r.rows[k].Reset()
	} else {
		if r.dense[k] == nil {
			r.dense[k] = make([]T, p.Len())
		}
		clear(r.dense[k])
	}
	for _, one := range r.active {
		scale := T(one.weight / weight)
		if rows := one.sinks[k].Rows(); rows != nil {
			for j, i := range rows.Index {
				kernel.Axpy(scale, rows.Data[j*rows.Width:(j+1)*rows.Width], r.rows[k].Row(i))
			}
		} else if d := one.sinks[k].Dense(); d != nil {
			kernel.Axpy(scale, d, r.dense[k])
		}
	}
}
