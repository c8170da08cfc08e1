package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// PadMode says what a convolution sees beyond the ends of a sequence.
type PadMode int

// The four ways of PyTorch. The last three have no limit on the number of
// padded rows: the rule is continued where PyTorch wants it below the length.
const (
	PadZeros     PadMode = iota // zeros
	PadReflect                  // the sequence mirrored at its ends, c b | a b c | b a
	PadReplicate                // the row at the end again, a a | a b c | c c
	PadCircular                 // the sequence from its other end, b c | a b c | a b
)

// Conv1DConfig holds the options of [Conv1D].
type Conv1DConfig struct {
	Stride   int // rows from one window to the next, at least 1
	Dilation int // rows from one tap of a window to the next, at least 1
	Groups   int // at least 1; divides the features and the maps
	Left     int // rows of padding before every sequence
	Right    int // and after it
	PadMode  PadMode
	Mode     *Mode // for the number of workers; may be nil
}

// OutLength is the number of windows of the given width over n rows:
//
//	⌊(n + left + right − dilation·(width−1) − 1) / stride⌋ + 1
//
// or 0 where not a single one fits. An empty sequence has no row to mirror or
// repeat, so only zeros can pad it.
func (c Conv1DConfig) OutLength(n, width int) int {
	free := n + c.Left + c.Right - c.Dilation*(width-1) - 1
	if free < 0 || n == 0 && c.PadMode != PadZeros {
		return 0
	}
	return free/c.Stride + 1
}

// valid returns an error where an option is out of its range.
func (c Conv1DConfig) valid() error {
	if c.Stride < 1 || c.Dilation < 1 || c.Groups < 1 || c.Left < 0 || c.Right < 0 || c.PadMode < PadZeros || c.PadMode > PadCircular {
		return fmt.Errorf("%w: convolution with stride %d, dilation %d, %d groups, padding %d and %d of mode %d",
			ErrShape, c.Stride, c.Dilation, c.Groups, c.Left, c.Right, c.PadMode)
	}
	return nil
}

// Conv1DLengths maps the lengths of sequences to those after [Conv1D].
func Conv1DLengths(c Conv1DConfig, width int) IntSpec {
	return IntSpec{Name: "conv1d.lengths", F: func(out []int, in ...[]int) ([]int, error) {
		if err := c.valid(); err != nil {
			return nil, err
		}
		for _, n := range in[0] {
			out = append(out, c.OutLength(n, width))
		}
		return out, nil
	}}
}

// window is where one row of the result looks.
type window struct {
	start, n int // first row and length of its sequence
	at       int // row of the first tap relative to start, negative inside the padding
}

// row returns the row of x that tap j of a window reads, −1 for a zero row.
func (c *Conv1DConfig) row(w window, j int) int {
	p := w.at + j*c.Dilation
	if p < 0 || p >= w.n {
		switch c.PadMode {
		case PadReflect:
			period := max(1, 2*(w.n-1))
			if p = modulo(p, period); p >= w.n {
				p = period - p
			}
		case PadReplicate:
			p = min(max(p, 0), w.n-1)
		case PadCircular:
			p = modulo(p, w.n)
		default:
			return -1
		}
	}
	return w.start + p
}

// modulo is the remainder that is never negative.
func modulo(a, b int) int { return ((a % b) + b) % b }

// slide lists the windows of all sequences.
func (c *conv1d[T]) slide(lengths []int, width int) {
	c.windows, c.first = c.windows[:0], append(c.first[:0], 0)
	start := 0
	for _, n := range lengths {
		for t := range c.OutLength(n, width) {
			c.windows = append(c.windows, window{start: start, n: n, at: t*c.Stride - c.Left})
		}
		c.first = append(c.first, len(c.windows))
		start += n
	}
}

// gather lays the taps of windows side by side: the rows of X of one group.
func (c *conv1d[T]) gather(dst, x []T, s convSizes, group, from, to int) {
	whole := c.Groups == 1 && c.Dilation == 1
	for _, w := range c.windows[from:to] {
		if whole && w.at >= 0 && w.at+s.k <= w.n { // its rows lie together in x
			copy(dst[:s.taps], x[(w.start+w.at)*s.in:])
			dst = dst[s.taps:]
			continue
		}
		for j := range s.k {
			tap := dst[:s.groupIn]
			dst = dst[s.groupIn:]
			if r := c.row(w, j); r >= 0 {
				copy(tap, x[r*s.in+group*s.groupIn:])
			} else {
				clear(tap)
			}
		}
	}
}

// scatter adds rows of X to the rows of dx that their taps came from.
func (c *conv1d[T]) scatter(dx, taps []T, s convSizes, group, from, to int) {
	whole := c.Groups == 1 && c.Dilation == 1
	for _, w := range c.windows[from:to] {
		if whole && w.at >= 0 && w.at+s.k <= w.n {
			at := (w.start + w.at) * s.in
			kernel.Add(dx[at:at+s.taps], dx[at:at+s.taps], taps[:s.taps])
			taps = taps[s.taps:]
			continue
		}
		for j := range s.k {
			tap := taps[:s.groupIn]
			taps = taps[s.groupIn:]
			if r := c.row(w, j); r >= 0 {
				at := r*s.in + group*s.groupIn
				kernel.Add(dx[at:at+s.groupIn], dx[at:at+s.groupIn], tap)
			}
		}
	}
}
