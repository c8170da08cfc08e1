package op

import "github.com/seed6481993f/verso/internal/kernel"

// Sink collects the gradient of one parameter in one graph: dense, or the
// touched rows of a table.
type Sink[T Float] struct {
	dense   []T
	rows    *Rows[T]
	written bool
}

// NewSink returns a dense sink. It takes the size of its input at each run.
func NewSink[T Float]() *Sink[T] { return &Sink[T]{} }

// NewRowSink returns a row-sparse sink for a table of rows × width.
func NewRowSink[T Float](rows, width int) *Sink[T] {
	return &Sink[T]{rows: NewRows[T](rows, width)}
}

// Reset forgets the gradient of the last step. Dense memory is not touched:
// the first operation that writes overwrites it.
func (s *Sink[T]) Reset() {
	s.written = false
	if s.rows != nil {
		s.rows.Reset()
	}
}

// Dense returns the gradient as a whole, nil for a row-sparse sink or where no
// operation wrote one.
func (s *Sink[T]) Dense() []T {
	if !s.written {
		return nil
	}
	return s.dense
}

// Rows returns the touched rows; nil for a dense sink.
func (s *Sink[T]) Rows() *Rows[T] { return s.rows }

// grad hands the sink to the backward pass of an input of n elements.
func (s *Sink[T]) grad(n int) Grad[T] {
	if s.rows != nil {
		return Grad[T]{Rows: s.rows, Add: true}
	}
	add := s.written
	if !add {
		s.dense = grow(s.dense, n)
	}
	s.written = true
	return Grad[T]{Data: s.dense, Add: add}
}

// Rows is a row-sparse gradient: the rows of a table that were touched, in the
// order of first touch, so that sums come out the same at every run.
type Rows[T Float] struct {
	Width int
	Index []int // touched rows
	Data  []T   // len(Index) × Width
	slot  []int32
}

// NewRows returns an empty gradient for a table of rows × width.
func NewRows[T Float](rows, width int) *Rows[T] {
	return &Rows[T]{Width: width, slot: make([]int32, rows)}
}

// Reset forgets all rows; it costs time in touched rows, not in table rows.
func (r *Rows[T]) Reset() {
	for _, i := range r.Index {
		r.slot[i] = 0
	}
	r.Index, r.Data = r.Index[:0], r.Data[:0]
}

// Row returns the gradient of table row i, zero at first touch. It is valid
// until the next call.
func (r *Rows[T]) Row(i int) []T {
	s := int(r.slot[i]) - 1
	if s < 0 {
		s = len(r.Index)
		r.slot[i] = int32(s + 1)
		r.Index = append(r.Index, i)
		n := len(r.Data)
		r.Data = grow2(r.Data, n+r.Width)
		clear(r.Data[n:])
	}
	return r.Data[s*r.Width : (s+1)*r.Width]
}

// addAll adds a dense gradient of the whole table.
func (r *Rows[T]) addAll(dense []T) {
	for i := range len(dense) / r.Width {
		row := r.Row(i)
		kernel.Add(row, row, dense[i*r.Width:(i+1)*r.Width])
	}
}

// grow2 extends a slice to n elements, keeping what it holds.
func grow2[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	t := make([]T, n, 2*n)
	copy(t, s)
	return t
}
