package op

import "github.com/seed6481993f/verso/internal/kernel"

func (c *convMaxPool[T]) Backward(in []Value[T], y, dy Value[T], din []Grad[T]) error {
	x, lengths := in[0], in[1].Ints
	e, features := x.Cols(), y.Cols()
	dx := din[0]
	if dx.Wanted() {
		dx.Clear()
	}
	wantW := false
	for i := range c.Widths {
		wantW = wantW || din[2+2*i].Wanted()
		if g := din[3+2*i]; g.Wanted() {
			g.Clear()
		}
	}
	c.slopes(y.Data, dy.Data)
	feature := 0
	for i := range c.Widths {
		if db := din[3+2*i]; db.Wanted() {
			for s := range lengths {
				kernel.Add(db.Data, db.Data, c.g[s*features+feature:s*features+feature+c.maps[i]])
			}
		}
		feature += c.maps[i]
	}
	if wantW {
		c.dpack = grow(c.dpack, len(c.packed))
		c.backwardFilters(x.Data, lengths, e, features)
		c.unpack(din, e)
	}
	if dx.Wanted() {
		c.backwardInput(dx.Data, lengths, e, features)
	}
	return nil
}

// slopes writes to c.g the gradients of the windows' sums: 0 where there is no
// window.
func (c *convMaxPool[T]) slopes(y, dy []T) {
	c.g = grow(c.g, len(dy))
	switch c.Activation {
	case ReLU:
		kernel.ReLUGrad(c.g, y, dy)
	case Tanh:
		kernel.TanhGrad(c.g, y, dy)
	default:
		copy(c.g, dy)
	}
	for at, t := range c.winner {
		if t == NoWindow {
			c.g[at] = 0
		}
	}
}

// backwardFilters writes dpack. The gradient of a map's tap is a sum of rows of
// x, one of each sequence, and is formed whole before the next.
func (c *convMaxPool[T]) backwardFilters(x []T, lengths []int, e, features int) {
	clear(c.dpack)
	row, feature := 0, 0
	for i, k := range c.Widths {
		for f := range c.maps[i] {
			for j := range k {
				c.factor, c.source = c.factor[:0], c.source[:0]
				for s, n := range lengths {
					at := s*features + feature + f
					t, g := c.winner[at], c.g[at]
					if g == 0 || t+j < 0 || t+j >= n {
						continue // dropped, cut off by ReLU, or in the padding
					}
					c.factor = append(c.factor, g)
					c.source = append(c.source, c.start[s]+t+j)
				}
				w := (row + j*c.maps[i] + f) * e
				kernel.AddRows(c.dpack[w:w+e], c.factor, c.source, x)
			}
		}
		row += k * c.maps[i]
		feature += c.maps[i]
	}
}

// backwardInput adds the gradient of x. That of a row is a sum of filters' taps: the
// windows over a sequence are sorted by the rows they cover, in order of
// filters and taps.
func (c *convMaxPool[T]) backwardInput(dx []T, lengths []int, e, features int) {
	for s, n := range lengths {
		c.end = grow(c.end, n+1)
		clear(c.end)
		c.eachTap(s, n, features, func(row, _ int, _ T) { c.end[row+1]++ })
		for r := range n {
			c.end[r+1] += c.end[r]
		}
		c.factor, c.source = grow(c.factor, c.end[n]), grow(c.source, c.end[n])
		c.eachTap(s, n, features, func(row, tap int, g T) {
			at := c.end[row]
			c.factor[at], c.source[at] = g, tap
			c.end[row]++
		})
		from := 0
		for r := range n {
			to := c.end[r]
			q := (c.start[s] + r) * e
			kernel.AddRows(dx[q:q+e], c.factor[from:to], c.source[from:to], c.packed)
			from = to
		}
	}
}

// eachTap calls f for every row that a winning window of sequence s covers,
// with the row of packed it met there and the gradient.
func (c *convMaxPool[T]) eachTap(s, n, features int, f func(row, tap int, g T)) {
	tap, at := 0, s*features
	for i, k := range c.Widths {
		maps := c.maps[i]
		for m := range maps {
			t, g := c.winner[at], c.g[at]
			at++
			if g == 0 {
				continue
			}
			for j := max(0, -t); j < min(k, n-t); j++ {
				f(t+j, tap+j*maps+m, g)
			}
		}
		tap += k * maps
	}
}

// pack lays the filters out for the product: rows in the order width, tap, map,
// each of the input's features.
func (c *convMaxPool[T]) pack(in []Value[T], e int) {
	c.packed = grow(c.packed, c.shares()*e)
	at := 0
	for i, k := range c.Widths {
		w := in[2+2*i].Data // (maps, e, k)
		for j := range k {
			for f := range c.maps[i] {
				src, dst := w[f*e*k:(f+1)*e*k], c.packed[at:at+e]
				for q := range dst {
					dst[q] = src[q*k+j]
				}
				at += e
			}
		}
	}
}

// unpack brings the filters' gradient back into their own layout.
func (c *convMaxPool[T]) unpack(din []Grad[T], e int) {
	at := 0
	for i, k := range c.Widths {
		g, maps := din[2+2*i], c.maps[i]
		if g.Wanted() {
			for f := range maps {
				for j := range k {
					dst, src := g.Data[f*e*k:(f+1)*e*k], c.dpack[at+(j*maps+f)*e:at+(j*maps+f+1)*e]
					if g.Add {
						for q, v := range src {
							dst[q*k+j] += v
						}
					} else {
						for q, v := range src {
							dst[q*k+j] = v
						}
					}
				}
			}
		}
		at += k * maps * e
	}
}
