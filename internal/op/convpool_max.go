package op

import "github.com/seed6481993f/verso/internal/kernel"

// pool keeps the largest window of each map over one sequence of n rows and
// where it was. Windows that see nothing but padding are zero; the first of them
// stands for all.
func (c *convMaxPool[T]) pool(b *convBlock[T], n int, in []Value[T], y []T, winner []int) {
	feature := 0
	for w, k := range c.Widths {
		maps, bias := c.maps[w], in[3+2*w].Data
		out, won := y[feature:feature+maps], winner[feature:feature+maps]
		feature += maps
		if n+2*c.Pad < k {
			clear(out)
			fill(won, NoWindow)
			continue
		}
		if n == 0 {
			clear(out)
			fill(won, -c.Pad)
		} else {
			from, to := max(-c.Pad, 1-k), min(n+c.Pad-k, n-1)+1
			b.taken, b.at = b.taken[:0], grow(b.at, maps)
			sums := c.phases.windows(b, w, c.phases.cuts, 0, from, to)
			kernel.WindowMax(to-from, 1, 0, sums.data, sums.stride, out, b.at)
			for f, t := range b.at {
				won[f] = from + int(t)
				if c.Pad >= k && out[f] <= 0 { // a NaN stays
					out[f], won[f] = 0, -c.Pad
				}
			}
		}
		kernel.Add(out, out, bias)
		c.activate(out)
	}
}

// fill sets all numbers to v.
func fill(s []int, v int) {
	for i := range s {
		s[i] = v
	}
}

func (c *convMaxPool[T]) activate(out []T) {
	switch c.Activation {
	case ReLU:
		kernel.ReLU(out, out)
	case Tanh:
		kernel.Tanh(out, out)
	}
}
