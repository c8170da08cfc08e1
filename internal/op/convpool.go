package op

import (
	"fmt"
	"slices"

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
// features are 0 and get no gradient. Of equal windows the first wins; a NaN wins
// over all, so that it is seen.
//
// Inputs: x, lengths, W and b in turn for each width.
//
// Method: a window is the sum of its rows' shares, a row's share in a tap being a
// product with the filters. [phases] cuts rows and taps into streams whose
// products together are two thirds of those. The filters are packed once a pass,
// outside training once for all, and the rows taken a block at a time so that the
// shares stay in cache. The backward pass knows which window won and touches
// nothing else: batch·maps windows instead of total·maps.
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

// CheckPooled returns an error unless [ConvMaxPool] has the activation. Those it has
// are monotone: the maximum over time of the activation is that of the maximum.
func CheckPooled(a Activation) error {
	switch a {
	case "", Identity, ReLU, Tanh:
		return nil
	}
	return fmt.Errorf("a convolution with its pooling wants activation identity, relu or tanh, got %q", string(a))
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

	phases phases[T]
	packed []T   // (taps·maps, features in): W with the tap outermost and the map next
	kept   [][]T // W of the run before, outside training
	blocks []convBlock[T]
	dpack  []T // gradient of packed

	g      []T   // (batch, features out): gradients of the windows' sums
	factor []T   // the factors of a sum of rows
	source []int // and the rows
	end    []int // of each row of a sequence: the end of its part of them
}

// convBlock is the scratch of one worker.
type convBlock[T Float] struct {
	stream []T       // of one leaf, for the sequences of a block
	leaves [][]T     // of each leaf: its shares for these
	shares []view[T] // of them, those of one sequence
	source []int     // rows of a sequence that make a row of a stream
	sign   []T
	taken  []T     // memory of the windows of one width
	at     []int32 // maps: the window that won
}

// take returns rows from..to−1 of maps numbers each, with undefined content,
// valid until taken is emptied.
func (b *convBlock[T]) take(from, to, maps int) view[T] {
	n := max(0, to-from) * maps
	have := len(b.taken)
	if cap(b.taken) < have+n {
		have, b.taken = 0, make([]T, 0, 2*(have+n)) // rows taken before keep the old memory
	}
	b.taken = b.taken[:have+n]
	return view[T]{b.taken[have:], from, max(from, to), maps}
}

// blockRows is how many rows are multiplied at once: few enough that what is
// made of them stays in the second cache beside the packed filters of a leaf.
const blockRows = 192

func (c *convMaxPool[T]) Shape(in []Value[T]) ([]int, error) {
	x, lengths := in[0], in[1]
	if err := CheckPooled(c.Activation); err != nil {
		return nil, err
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

// shares is the number of columns of all filters side by side: taps times maps over all widths.
func (c *convMaxPool[T]) shares() int {
	n := 0
	for i, k := range c.Widths {
		n += k * c.maps[i]
	}
	return n
}

func (c *convMaxPool[T]) Forward(in []Value[T], y Value[T]) error {
	x, lengths := in[0], in[1].Ints
	e := x.Cols()
	c.winner = grow(c.winner, len(y.Data))
	c.start = c.start[:0]
	row := 0
	for _, n := range lengths {
		c.start = append(c.start, row)
		row += n
	}
	pieces, workers := c.cut(lengths)
	planned, changed := c.phases.plan(c.Widths, c.maps), c.changed(in)
	if planned || changed {
		c.pack(in, e)
		kernel.Parallel(workers, len(c.phases.leaves), func(i int) { c.phases.leaves[i].pack(c.packed, c.maps, c.Widths, e) })
	}
	if len(c.blocks) < workers {
		c.blocks = make([]convBlock[T], workers)
	}
	kernel.Parallel(workers, workers, func(i int) { c.forward(&c.blocks[i], pieces[i], pieces[i+1], in, e, y) })
	return nil
}

// changed tells whether the filters differ from those that are packed. Training
// changes them at every step; for a single sentence packing would cost more than the products.
func (c *convMaxPool[T]) changed(in []Value[T]) bool {
	if c.Mode != nil && c.Mode.Train {
		for i := range c.kept {
			c.kept[i] = c.kept[i][:0]
		}
		return true
	}
	changed := c.kept == nil
	if changed {
		c.kept = make([][]T, len(c.Widths))
	}
	for i := range c.Widths {
		if w := in[2+2*i].Data; !slices.Equal(c.kept[i], w) {
			changed, c.kept[i] = true, append(c.kept[i][:0], w...)
		}
	}
	return changed
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
func (c *convMaxPool[T]) forward(b *convBlock[T], from, to int, in []Value[T], e int, y Value[T]) {
	x, lengths := in[0].Data, in[1].Ints
	if leaves := c.phases.leaves; len(b.leaves) != len(leaves) {
		b.leaves, b.shares = make([][]T, len(leaves)), make([]view[T], len(leaves))
	}
	for i := from; i < to; {
		first, rows := i, 0
		for ; i < to && (rows == 0 || rows+lengths[i] <= blockRows); i++ {
			rows += lengths[i]
		}
		for l := range c.phases.leaves {
			c.multiply(b, l, x, lengths, first, i, e)
		}
		for l := range b.shares {
			b.shares[l] = view[T]{data: b.leaves[l], stride: c.phases.leaves[l].columns}
		}
		for s := first; s < i; s++ {
			for l := range b.shares {
				v := &b.shares[l]
				v.data = v.data[(v.to-v.from)*v.stride:]
				v.from, v.to = c.phases.leaves[l].span(lengths[s])
			}
			c.pool(b, lengths[s], in, y.Data[s*y.Cols():], c.winner[s*y.Cols():])
		}
	}
}

// multiply forms the stream of a leaf over some sequences and its shares.
func (c *convMaxPool[T]) multiply(b *convBlock[T], l int, x []T, lengths []int, first, after, e int) {
	leaf := &c.phases.leaves[l]
	rows := 0
	for _, n := range lengths[first:after] {
		from, to := leaf.span(n)
		rows += to - from
	}
	if rows == 0 {
		return
	}
	b.stream, b.leaves[l] = grow(b.stream, rows*e), grow(b.leaves[l], rows*leaf.columns)
	clear(b.stream)
	at := 0
	for s := first; s < after; s++ {
		n := lengths[s]
		own := x[c.start[s]*e : (c.start[s]+n)*e]
		for p, to := leaf.span(n); p < to; p++ {
			b.source, b.sign = b.source[:0], b.sign[:0]
			for i, o := range leaf.offset {
				if r := p*leaf.step + o; r >= 0 && r < n {
					b.source, b.sign = append(b.source, r), append(b.sign, leaf.sign[i])
				}
			}
			kernel.AddRows(b.stream[at:at+e], b.sign, b.source, own)
			at += e
		}
	}
	kernel.GemmPacked(kernel.Options[T]{}, false, rows, 1, b.stream, e, &leaf.packed, 0, b.leaves[l], leaf.columns)
}
