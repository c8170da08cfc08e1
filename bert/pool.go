package bert

import (
	"sync"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/reuse"
)

// replica is a compiled graph over a model's weights; a goroutine has it to itself.
type replica struct {
	m  *verso.Machine
	in Input
	at Rows           // the rows that are asked for, where the graph takes some
	y  *gorgonia.Node // the answer
}

// pools are graphs of several kinds.
type pools[K comparable] struct {
	mu    sync.Mutex
	kinds map[K]*reuse.Pool[*replica]
	build func(K) (*replica, error)
}

func (p *pools[K]) of(kind K) *reuse.Pool[*replica] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kinds[kind] == nil {
		if p.kinds == nil {
			p.kinds = map[K]*reuse.Pool[*replica]{}
		}
		p.kinds[kind] = reuse.New(func() (*replica, error) { return p.build(kind) })
	}
	return p.kinds[kind]
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
