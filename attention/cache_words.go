package attention

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Words makes a [Step] of a cache that is new and has one sequence for each that the
// search writes. embed writes what goes in for a word at a place over row: its
// vector, and what says where it stands, as [SinusoidAt]. out makes logits of what
// comes out of the last layer.
func (c *Cache) Words(embed func(word, place int, row []float32), out *verso.Linear) Step {
	step, _ := c.words(embed, out)
	return step
}

// words also returns where the last layer looked, as the steps go on.
func (c *Cache) words(embed func(word, place int, row []float32), out *verso.Linear) (Step, *looks) {
	var x, logp []float32
	var l looks
	return func(last, parents []int) ([]float32, error) {
		if err := c.Reorder(parents); err != nil {
			return nil, err
		}
		x = resize(x, len(last)*c.embed)
		for i, word := range last {
			embed(word, c.Len(), x[i*c.embed:(i+1)*c.embed])
		}
		y, err := c.Step(x)
		if err != nil {
			return nil, err
		}
		shape := out.Weight.Shape()
		if shape[1] != c.embed || out.Weight.Dtype() != tensor.Float32 {
			return nil, fmt.Errorf("%w: the output layer wants rows of %d float32, got %v of %v", verso.ErrShape, c.embed, shape, out.Weight.Dtype())
		}
		l = append(l, c.layers[len(c.layers)-1].looked)
		logp = rowsOf(out, len(last), y, logp) // (rows, words)
		kernel.LogSoftmaxRows(len(last), shape[0], logp, logp)
		return logp, nil
	}, &l
}
