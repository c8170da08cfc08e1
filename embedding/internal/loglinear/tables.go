package loglinear

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Tables are what is learned. Rows are Stride numbers apart, of which Dim count and the others are 0 and stay so: a whole number of
// cache lines, since the kernel is fastest there.
type Tables[T kernel.Float] struct {
	Dim, Stride int
	In, Out     []T
}

// maxNumbers bounds a table: 4 TiB of float32. make panics far beyond that.
const maxNumbers = 1 << 40

// NewTables makes tables of zeros: inputs and targets rows of dim numbers.
func NewTables[T kernel.Float](inputs, targets, dim int) (*Tables[T], error) {
	if dim < 1 || dim > 1<<20 {
		return nil, fmt.Errorf("%w: dimension %d, want 1 … 2^20", ErrConfig, dim)
	}
	stride := (dim + 15) / 16 * 16
	for _, n := range []int{inputs, targets} {
		if n < 0 || n > math.MaxInt32 || n > maxNumbers/stride {
			return nil, fmt.Errorf("%w: a table of %d rows of %d numbers", ErrConfig, n, dim)
		}
	}
	return &Tables[T]{Dim: dim, Stride: stride, In: make([]T, inputs*stride), Out: make([]T, targets*stride)}, nil
}

// Inputs is the number of rows of In.
func (t *Tables[T]) Inputs() int { return len(t.In) / t.Stride }

// Targets is the number of rows of Out.
func (t *Tables[T]) Targets() int { return len(t.Out) / t.Stride }

// Input returns row i of In.
func (t *Tables[T]) Input(i int) []T { return t.In[i*t.Stride : i*t.Stride+t.Dim] }

// Target returns row i of Out.
func (t *Tables[T]) Target(i int) []T { return t.Out[i*t.Stride : i*t.Stride+t.Dim] }

// Randomise draws the rows of In from U(-1/d, 1/d), as gensim and fastText do; word2vec's C program has half of it. Row i depends on the
// seed and i alone.
func (t *Tables[T]) Randomise(seed uint64) {
	for i := range t.Inputs() {
		r := rand.NewPCG(mix(seed), uint64(i))
		for j := range t.Dim {
			t.In[i*t.Stride+j] = T((float64(r.Uint64()>>11)/(1<<52) - 1) / float64(t.Dim))
		}
	}
}

// Finite returns [ErrNotFinite] where a number is NaN or infinite.
func (t *Tables[T]) Finite() error {
	for _, table := range []struct {
		name string
		x    []T
	}{{"inputs", t.In}, {"targets", t.Out}} {
		for i, x := range table.x {
			if x-x != 0 {
				return fmt.Errorf("%w: number %d of row %d of the %s is %v", ErrNotFinite, i%t.Stride, i/t.Stride, table.name, x)
			}
		}
	}
	return nil
}

// Compact moves the rows together, in place: from then on Stride is Dim.
func (t *Tables[T]) Compact() {
	pack := func(table []T) []T {
		n := len(table) / t.Stride
		for i := range n {
			copy(table[i*t.Dim:(i+1)*t.Dim], table[i*t.Stride:])
		}
		return table[: n*t.Dim : n*t.Dim]
	}
	t.In, t.Out, t.Stride = pack(t.In), pack(t.Out), t.Dim
}

// Dense copies a table without the zeros between its rows: In or Out of t.
func (t *Tables[T]) Dense(table []T) []T {
	n := len(table) / t.Stride
	d := make([]T, n*t.Dim)
	for i := range n {
		copy(d[i*t.Dim:(i+1)*t.Dim], table[i*t.Stride:])
	}
	return d
}

// mix spreads a seed over all bits (the last steps of SplitMix64, Steele, Lea & Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
