package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Conv1D is a convolution over time of a ragged batch (cross-correlation, as
// everywhere in neural networks):
//
//	x (total, in), lengths (batch), W (out, in/groups, k), b (out) → y (total', out)
//	y_t = b + Σ_j W[:, :, j] · x_{t·stride + j·dilation − left}
//
// Each sequence is convolved alone: windows see padding, never a neighbour. The
// new lengths are [Conv1DLengths]; a sequence too short for a window gets
// length 0, and where all do, the result is one row of zeros that no length
// covers. Map m sees the features of its group m·groups/out alone.
//
// Inputs: x, lengths, W and, where there is one, b.
//
// Method: the taps of a block of windows are laid side by side, X (rows,
// k·in), and multiplied, Y = X Wᵀ, while they are in cache. Backward:
// dW = dYᵀ X, db = Σ dY, and dX = dY W is added to the rows the taps came from.
func Conv1D(c Conv1DConfig) Spec {
	return Spec{Name: "conv1d", F32: &conv1d[float32]{Conv1DConfig: c}, F64: &conv1d[float64]{Conv1DConfig: c}}
}

type conv1d[T Float] struct {
	Conv1DConfig
	windows []window
	first   []int // the first window of each sequence, and the number of all
	packed  []T   // (out, k·in/groups): W with the taps before the features
	dpacked []T   // its gradient
	scratch [][]T // of each worker: (rows of a block, k·in/groups)
}

// blockTaps is how many numbers of X are made at once: 512 KB of float32, half
// of a second-level cache. Fewer would have the product prepare W more often.
const blockTaps = 128 << 10

// sizes of a convolution.
type convSizes struct {
	in, out, k         int
	groupIn, groupOut  int // features and maps of a group
	taps, windows, row int // columns of X; rows of X in all and in a block
}

func (c *conv1d[T]) sizes(in []Value[T]) convSizes {
	x, w := in[0], in[2]
	s := convSizes{in: x.Cols(), out: w.Shape[0], k: w.Shape[2], groupIn: w.Shape[1], groupOut: w.Shape[0] / c.Groups, windows: len(c.windows)}
	s.taps = s.k * s.groupIn
	s.row = max(16, blockTaps/s.taps)
	return s
}

func (c *conv1d[T]) Shape(in []Value[T]) ([]int, error) {
	if err := c.valid(); err != nil {
		return nil, err
	}
	x, lengths, w := in[0], in[1], in[2]
	if err := wantRank("the input", x, 2); err != nil {
		return nil, err
	}
	if err := wantRank("the lengths", lengths, 1); err != nil {
		return nil, err
	}
	if err := wantRank("the weight", w, 3); err != nil {
		return nil, err
	}
	if w.Shape[1]*c.Groups != x.Cols() || w.Shape[0]%c.Groups != 0 {
		return nil, fmt.Errorf("%w: weight %v in %d groups wants rows of %d features and maps in equal groups, got %v", ErrShape, w.Shape, c.Groups, w.Shape[1]*c.Groups, x.Shape)
	}
	if len(in) > 3 && (len(in[3].Shape) != 1 || in[3].Shape[0] != w.Shape[0]) {
		return nil, fmt.Errorf("%w: %d maps want a bias of %d, got %v", ErrShape, w.Shape[0], w.Shape[0], in[3].Shape)
	}
	if _, err := Lengths(lengths.Ints, x.Rows()); err != nil {
		return nil, err
	}
	if lengths.Ints == nil {
		return []int{x.Rows(), w.Shape[0]}, nil
	}
	rows := 0
	for _, n := range lengths.Ints {
		rows += c.OutLength(n, w.Shape[2])
	}
	return []int{max(rows, 1), w.Shape[0]}, nil
}

func (c *conv1d[T]) Forward(in []Value[T], y Value[T]) error {
	x, w := in[0], in[2]
	c.slide(in[1].Ints, w.Shape[2])
	s := c.sizes(in)
	if s.windows == 0 {
		clear(y.Data)
		return nil
	}
	c.pack(w.Data, s)
	c.parallel(s.windows, func(piece, from, to int) {
		for ; from < to; from += s.row {
			end := min(from+s.row, to)
			rows, block := end-from, y.Data[from*s.out:end*s.out]
			for g := range c.Groups {
				taps := c.taps(piece, rows*s.taps)
				c.gather(taps, x.Data, s, g, from, end)
				kernel.Gemm(false, true, rows, s.groupOut, s.taps, 1, taps, s.taps, c.packed[g*s.groupOut*s.taps:], s.taps, 0, block[g*s.groupOut:], s.out)
			}
			if len(in) > 3 {
				kernel.AddBias(rows, s.out, in[3].Data, block)
			}
		}
	})
	return nil
}

func (c *conv1d[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	s := c.sizes(in)
	if dx := din[0]; dx.Wanted() {
		dx.Clear()
		c.backX(dx.Data, dy.Data, s)
	}
	if dw := din[2]; dw.Wanted() {
		dw.Clear()
		c.backW(dw.Data, in[0].Data, dy.Data, s)
	}
	if len(in) > 3 && din[3].Wanted() {
		kernel.SumRows(s.windows, s.out, dy.Data[:s.windows*s.out], din[3].Data, din[3].Add)
	}
	return nil
}

// backX adds to dx. Workers take whole sequences: no two write to one row.
func (c *conv1d[T]) backX(dx, dy []T, s convSizes) {
	c.parallel(len(c.first)-1, func(piece, from, to int) {
		from, to = c.first[from], c.first[to]
		for ; from < to; from += s.row {
			end := min(from+s.row, to)
			rows := end - from
			for g := range c.Groups {
				taps := c.taps(piece, rows*s.taps)
				kernel.Gemm(false, false, rows, s.taps, s.groupOut, 1, dy[from*s.out+g*s.groupOut:], s.out, c.packed[g*s.groupOut*s.taps:], s.taps, 0, taps, s.taps)
				c.scatter(dx, taps, s, g, from, end)
			}
		}
	})
}

// backW adds to dw. Workers take maps, each over all windows in order, so that
// sums come out the same whatever their number.
func (c *conv1d[T]) backW(dw, x, dy []T, s convSizes) {
	if s.windows == 0 {
		return
	}
	c.dpacked = grow(c.dpacked, s.out*s.taps)
	c.parallel(s.out, func(piece, low, high int) {
		for low < high {
			g := low / s.groupOut
			end := min(high, (g+1)*s.groupOut) // maps of one group
			for from := 0; from < s.windows; from += s.row {
				to := min(from+s.row, s.windows)
				taps := c.taps(piece, (to-from)*s.taps)
				c.gather(taps, x, s, g, from, to)
				kernel.Gemm(true, false, end-low, s.taps, to-from, 1, dy[from*s.out+low:], s.out, taps, s.taps, beta[T](from > 0), c.dpacked[low*s.taps:], s.taps)
			}
			low = end
		}
	})
	for m := range s.out {
		dst, src := dw[m*s.taps:(m+1)*s.taps], c.dpacked[m*s.taps:(m+1)*s.taps]
		for j := range s.k {
			for q, v := range src[j*s.groupIn : (j+1)*s.groupIn] {
				dst[q*s.k+j] += v
			}
		}
	}
}

// beta is the factor for what a result holds already.
func beta[T Float](add bool) T {
	if add {
		return 1
	}
	return 0
}

// parallel cuts n things into a piece for each worker.
func (c *conv1d[T]) parallel(n int, f func(piece, from, to int)) {
	workers := 1
	if c.Mode != nil {
		workers = max(1, min(c.Mode.Workers, n))
	}
	for len(c.scratch) < workers {
		c.scratch = append(c.scratch, nil)
	}
	kernel.Parallel(workers, workers, func(i int) { f(i, i*n/workers, (i+1)*n/workers) })
}

// taps returns a worker's memory for n numbers of X.
func (c *conv1d[T]) taps(piece, n int) []T {
	c.scratch[piece] = grow(c.scratch[piece], n)
	return c.scratch[piece]
}

// pack lays W (out, in/groups, k) out with the taps before the features.
func (c *conv1d[T]) pack(w []T, s convSizes) {
	c.packed = grow(c.packed, s.out*s.taps)
	for m := range s.out {
		src, dst := w[m*s.taps:(m+1)*s.taps], c.packed[m*s.taps:(m+1)*s.taps]
		for j := range s.k {
			for q := range s.groupIn {
				dst[j*s.groupIn+q] = src[q*s.k+j]
			}
		}
	}
}
