package op

import "github.com/seed6481993f/verso/internal/kernel"

// grain is the least number of elements worth a goroutine of its own.
const grain = 1 << 14

// split cuts n pieces of work (rows, elements) into a run for each worker and
// calls f with the bounds of each. It is for work in which every piece has
// results of its own: then the cut does not change a bit of them. Each piece
// touches about size elements; too little work stays in one run.
func (m *Mode) split(n, size int, f func(from, to int)) {
	runs := 1
	if m != nil {
		runs = max(1, min(m.Workers, n, n*size/grain))
	}
	kernel.Parallel(runs, runs, func(i int) { f(i*n/runs, (i+1)*n/runs) })
}
