package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// ConvMaxPoolConfig holds the options of [ConvMaxPool].
type ConvMaxPoolConfig struct {
	Widths     []int      // filter widths in rows (words)
	Pad        int        // virtual zero rows before and after every sequence
	Activation Activation // applied before the maximum: Identity, ReLU or Tanh
	Mode       *Mode      // for the number of workers; may be nil
}

// ConvMaxPool is a bank of convolutions over time with several widths, bias,
// activation and maximum over time, as one operation over a ragged batch:
//
//	x (total, features), lengths (batch), and for each width k: W_k (maps, features, k), b_k (maps)
//	c_t = f( Σ_j W_k[:, :, j] · x_{t+j} + b_k ),  t = −pad … length+pad−k
//	y = max over t of c_t → (batch, maps of width 1 | maps of width 2 | …)
//
// Rows outside the sequence are zero; they are neither stored nor multiplied.
// A sequence shorter than a filter even with its padding has no window: its
// features are 0 and get no gradient. Of equal windows the first wins.
//
// Inputs: x, lengths, W and b in turn for each width.
//
// Method: one matrix product gives every row's share in every tap of every
// filter, P = x Wᵀ (rows × taps·maps), a block of rows at a time so that P
// stays in cache; a window is the sum of k shares on a diagonal. The backward
// pass knows which window won and touches nothing else: batch·maps windows
// instead of total·maps.
//
// Source: Kim 2014, Convolutional Neural Networks for Sentence Classification,
// section 2, equations 2 and 3.
func ConvMaxPool(c ConvMaxPoolConfig) (Spec, Winners) {
	f32 := &convMaxPool[float32]{ConvMaxPoolConfig: c}
	f64 := &convMaxPool[float64]{ConvMaxPoolConfig: c}
	return Spec{Name: "conv-max-pool", F32: f32, F64: f64}, func() []int {
		if f64.winner != nil {
			return f64.winner
		}
		return f32.winner
	}
}

// Winners returns, for each sequence and feature of the last run, the row of
// the window that won relative to the sequence's first (negative inside the
// padding), or [NoWindow]. It is valid until the next run.
type Winners func() []int

// NoWindow marks a feature of a sequence that is too short for its filter.
const NoWindow = kernel.NoWindow

type convMaxPool[T Float] struct {
	ConvMaxPoolConfig
	maps   []int // of each width
	start  []int // first row of each sequence
	winner []int // (batch, features out)

	packed []T // (taps·maps, features in): W with the tap outermost and the map next
	blocks []convBlock[T]
	dpack  []T // gradient of packed

	g      []T   // (batch, features out): gradients of the windows' sums
	factor []T   // the factors of a sum of rows
	source []int // and the rows
	end    []int // of each row of a sequence: the end of its part of them
}

// convBlock is the scratch of one worker.
type convBlock[T Float] struct {
	shares []T     // (rows of a block, taps·maps)
	at     []int32 // maps: the window that won
}

// blockRows is how many rows are multiplied at once. The product packs the
// filters anew for every block, 1.4 MB in Kim's size, so that many rows should
// share the packing; the shares, 3.7 MB then, are read once from the third-level cache.
const blockRows = 768

func (c *convMaxPool[T]) Shape(in []Value[T]) ([]int, error) {
	x, lengths := in[0], in[1]
	switch c.Activation {
	case "", Identity, ReLU, Tanh: // monotone: the maximum over time of the activation is the activation of the maximum
	default:
		return nil, fmt.Errorf("%w: a convolution with its pooling wants identity, relu or tanh, got activation %q", ErrInput, string(c.Activation))
	}
	if err := wantRank("the input", x, 2); err != nil {
		return nil, err
	}
	if err := wantRank("the lengths", lengths, 1); err != nil {
		return nil, err
	}
	if _, err := Lengths(lengths.Ints, x.Rows()); err != nil {
		return nil, err
	}
	c.maps = c.maps[:0]
	features := 0
	for i, k := range c.Widths {
		w, b := in[2+2*i], in[3+2*i]
		if len(w.Shape) != 3 || w.Shape[1] != x.Cols() || w.Shape[2] != k {
			return nil, fmt.Errorf("%w: filters of width %d over %d features want shape (maps, %d, %d), got %v", ErrShape, k, x.Cols(), x.Cols(), k, w.Shape)
		}
		if len(b.Shape) != 1 || b.Shape[0] != w.Shape[0] {
			return nil, fmt.Errorf("%w: %d filters want a bias of %d, got %v", ErrShape, w.Shape[0], w.Shape[0], b.Shape)
		}
		c.maps = append(c.maps, w.Shape[0])
		features += w.Shape[0]
	}
	return []int{lengths.Shape[0], features}, nil
}

// shares is the number of columns of P: taps times maps over all widths.
func (c *convMaxPool[T]) shares() int {
	n := 0
	for i, k := range c.Widths {
		n += k * c.maps[i]
	}
	return n
}

func (c *convMaxPool[T]) Forward(in []Value[T], y Value[T]) error {
	x, lengths := in[0], in[1].Ints
	e, p := x.Cols(), c.shares()
	c.pack(in, e)
	c.winner = grow(c.winner, len(y.Data))
	c.start = c.start[:0]
	row := 0
	for _, n := range lengths {
		c.start = append(c.start, row)
		row += n
	}
	pieces, workers := c.cut(lengths)
	if len(c.blocks) < len(pieces)-1 {
		c.blocks = make([]convBlock[T], len(pieces)-1)
	}
	kernel.Parallel(workers, len(pieces)-1, func(i int) {
		c.forward(&c.blocks[i], pieces[i], pieces[i+1], in, e, p, y)
	})
	return nil
}

// cut divides the batch into runs of sequences for the workers. Every run has
// results of its own, so the cut does not change a bit of them.
func (c *convMaxPool[T]) cut(lengths []int) (bounds []int, workers int) {
	workers = 1
	if c.Mode != nil {
		workers = max(1, min(c.Mode.Workers, len(lengths)))
	}
	for i := range workers + 1 {
		bounds = append(bounds, i*len(lengths)/workers)
	}
	return bounds, workers
}

// forward computes the features of sequences from up to to: as many whole
// sequences at a time as fill a block.
func (c *convMaxPool[T]) forward(b *convBlock[T], from, to int, in []Value[T], e, p int, y Value[T]) {
	x, lengths := in[0].Data, in[1].Ints
	for i := from; i < to; {
		first, rows := i, 0
		for ; i < to && (rows == 0 || rows+lengths[i] <= blockRows); i++ {
			rows += lengths[i]
		}
		b.shares = grow(b.shares, rows*p)
		if rows > 0 {
			kernel.Gemm(false, true, rows, p, e, 1, x[c.start[first]*e:], e, c.packed, e, 0, b.shares, p)
		}
		for s := first; s < i; s++ {
			c.pool(b, b.shares[(c.start[s]-c.start[first])*p:], lengths[s], p, in, y.Data[s*y.Cols():], c.winner[s*y.Cols():])
		}
	}
}

// pool slides the windows of all widths over one sequence's shares and keeps
// the maximum of each map and where it was.
func (c *convMaxPool[T]) pool(b *convBlock[T], shares []T, n, p int, in []Value[T], y []T, winner []int) {
	column, feature := 0, 0
	for i, k := range c.Widths {
		maps, bias := c.maps[i], in[3+2*i].Data
		out, won := y[feature:feature+maps], winner[feature:feature+maps]
		b.at = grow(b.at, maps)
		kernel.WindowMax(n, k, c.Pad, shares[min(column, len(shares)):], p, out, b.at)
		for f, t := range b.at {
			won[f] = int(t)
			out[f] += bias[f]
		}
		c.activate(out, won)
		column += k * maps
		feature += maps
	}
}

func (c *convMaxPool[T]) activate(out []T, won []int) {
	switch c.Activation {
	case ReLU:
		kernel.ReLU(out, out)
	case Tanh:
		kernel.Tanh(out, out)
	}
	for f := range out {
		if won[f] == NoWindow {
			out[f] = 0
		}
	}
}

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
