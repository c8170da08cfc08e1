package kernel

import "sync"

// Work is counted in multiplications, some 55 of which a core with AVX does in a nanosecond.
const (
	leastWork  = 3_000_000 // for more than one goroutine: below, a helper that is late costs more than it brings
	leastPiece = 1 << 18
	muchWork   = 32_000_000 // worth waking a helper for
)

// run computes the batch on at most workers goroutines. C is cut between elements, never a sum, so the bits do not depend on the cut.
// float64 leaves it to Gonum.
func (b *batch[T]) run(workers int) {
	if workers < 2 || !isFloat32[T]() {
		b.compute(0, b.count)
		return
	}
	one := float64(b.m) * float64(b.n) * float64(b.k)
	if work := one * float64(b.count); work < leastWork || !worthwhile() && work < muchWork {
		b.compute(0, b.count)
		return
	}
	c := newCut[T]()
	defer c.release()
	if b.count >= 2*workers {
		c.batch = *b
		c.each = max(1, b.count/(32*workers), int(leastPiece/one))
		together(workers, (b.count+c.each-1)/c.each, c)
		return
	}
	rows, cols := b.grid(workers)
	for i := range b.count {
		c.product, c.count = b.product, 1
		b.place(&c.product, i)
		c.rows, c.cols, c.across = rows, cols, (b.n+cols-1)/cols
		together(workers, c.across*((b.m+rows-1)/rows), c)
	}
}

// grid returns the size of the pieces of C: four for each worker, or fewer when they would be too small. Square ones copy the least; columns
// are cut on whole panels.
func (p *product[T]) grid(workers int) (rows, cols int) {
	const panel = 32
	rows, cols = p.m, p.n
	for ((p.m+rows-1)/rows)*((p.n+cols-1)/cols) < 4*workers && rows*cols*p.k >= 2*leastPiece {
		switch {
		case cols >= 2*panel && (cols >= rows || rows < 28):
			cols = (cols/2 + panel - 1) / panel * panel
		case rows >= 28:
			rows = (rows + 1) / 2
		default:
			return rows, cols
		}
	}
	return rows, cols
}

// cut is a batch with the way it is cut: each products a piece, or pieces of rows×cols of a single one.
type cut[T Float] struct {
	batch[T]
	each               int
	rows, cols, across int // across pieces lie side by side
}

func (c *cut[T]) piece(i int) {
	if c.each > 0 {
		c.compute(i*c.each, min((i+1)*c.each, c.count))
		return
	}
	row, col := i/c.across*c.rows, i%c.across*c.cols
	part := batch[T]{count: 1, product: c.part(row, col, min(c.rows, c.m-row), min(c.cols, c.n-col))}
	part.compute(0, 1)
}

var cuts = sync.Pool{New: func() any { return new(cut[float32]) }}

func newCut[T Float]() *cut[T] {
	if c, ok := cuts.Get().(*cut[T]); ok {
		return c
	}
	return new(cut[T])
}

func (c *cut[T]) release() {
	*c = cut[T]{}
	cuts.Put(c)
}
