package multimodal

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// replica is a compiled graph of one side; all replicas read the same weights.
type replica[E any] struct {
	machine *verso.Machine
	out     *gorgonia.Node
	feed    func(*verso.Machine, []E) error
}

// run appends the results of a batch.
func (r *replica[E]) run(batch []E, into []float32) ([]float32, error) {
	if err := r.feed(r.machine, batch); err != nil {
		return nil, err
	}
	if err := r.machine.Run(); err != nil {
		return nil, err
	}
	return append(into, r.machine.Float32s(r.out)...), nil
}

// feedRows binds a matrix of float32 rows.
func feedRows(machine *verso.Machine, n *gorgonia.Node, rows []float32, width int) error {
	return machine.Feed(n, tensor.New(tensor.WithShape(len(rows)/width, width), tensor.WithBacking(rows)))
}

// meanRow is the mean of rows.
func meanRow(rows []float32, width int) []float32 {
	if len(rows) == width {
		return rows
	}
	mean := make([]float32, width)
	for i := 0; i < len(rows); i += width {
		kernel.Axpy(float32(width)/float32(len(rows)), rows[i:i+width], mean)
	}
	return mean
}
