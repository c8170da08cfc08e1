package bert

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// replica is a compiled graph over a model's weights; a goroutine has it to itself.
type replica struct {
	m  *verso.Machine
	in Input
	at Rows           // the rows that are asked for, where the graph takes some
	y  *gorgonia.Node // the answer
}

// run computes the answer of a batch.
func (r *replica) run(ids, types [][]int) error {
	if err := r.in.Feed(r.m, ids, types); err != nil {
		return err
	}
	return r.m.Run()
}

// rowsInput adds the inputs of rows that are asked for.
func rowsInput(g *verso.Graph, name string) Rows {
	return Rows{Numbers: g.Input(name+".numbers", tensor.Int, 1), Lengths: g.Input(name+".lengths", tensor.Int, 1)}
}

// feedRows binds the rows that are wanted of each sequence of the given lengths,
// counted from its first.
func feedRows(m *verso.Machine, at Rows, ids, wanted [][]int) error {
	var numbers []int
	lengths := make([]int, len(ids))
	from := 0
	for i, s := range ids {
		for _, k := range wanted[i] {
			numbers = append(numbers, from+k)
		}
		lengths[i] = len(wanted[i])
		from += len(s)
	}
	if len(numbers) == 0 {
		numbers = append(numbers, -1)
	}
	if err := m.FeedInts(at.Numbers, numbers); err != nil {
		return err
	}
	return m.FeedInts(at.Lengths, lengths)
}
