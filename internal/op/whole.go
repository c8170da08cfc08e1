package op

// whole is memory for a gradient that an operation computes as a whole, so that
// its arithmetic need not know whether the gradient is to be overwritten or
// added to.
type whole[T Float] struct{ buf []T }

// of returns n numbers to write the gradient to: its own memory where that may
// be overwritten. Their content is undefined.
func (w *whole[T]) of(g Grad[T], n int) []T {
	if g.Data != nil && !g.Add {
		return g.Data
	}
	w.buf = grow(w.buf, n)
	return w.buf
}

// give hands on what was written to the memory from of.
func (w *whole[T]) give(g Grad[T], d []T) {
	if g.Data != nil && !g.Add {
		return
	}
	g.AddScaled(1, d)
}
