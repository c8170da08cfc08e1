package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// LinearCrossEntropyConfig holds the options of [LinearCrossEntropy], which mean
// what they mean in [Linear] and [CrossEntropy].
type LinearCrossEntropyConfig struct {
	Bias           bool
	IgnoreIndex    int
	LabelSmoothing float64
	Reduction      Reduction
	Mode           *Mode // for the number of workers; may be nil
}

// LinearCrossEntropy is the cross entropy of the logits that a linear map makes,
// for vocabularies:
//
//	x (…, in), W (out, in), b (out), labels (…) → loss
//	z_i = W x_i + b,  ℓ_i = log Σ_j e^{z_ij} − Σ_j a_ij z_ij
//	a_ij = (1 − ε) [j = label_i] + ε/out
//
// Inputs: x, W, with a bias b, and the labels. With p_i = softmax(z_i) and g_i the
// gradient of ℓ_i, which is 0 for a label that is ignored,
// Gradients: dz_ij = g_i (p_ij − a_ij), dx = dz W, dW = dzᵀ x, db = Σ_i dz_i.
//
// Logits are made, and come back as dz, a tile of tileColumns words for all rows at a
// time, so that all that is done with a tile finds it in the second cache. Between
// the passes e^{z − the tile's largest} is kept, so that exponentials are taken once.
// Cost: 6·rows·in·out operations, memory of the logits' size.
func LinearCrossEntropy(c LinearCrossEntropyConfig) (Spec, error) {
	if err := checkSmoothing(c.LabelSmoothing); err != nil {
		return Spec{}, err
	}
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	return Spec{
		Name: "linear-cross-entropy",
		F32:  &linearCrossEntropy[float32]{LinearCrossEntropyConfig: c},
		F64:  &linearCrossEntropy[float64]{LinearCrossEntropyConfig: c},
	}, nil
}

const (
	// tileColumns is a number of whole vectors that puts neighbouring rows of a tile
	// into different sets of a cache.
	tileColumns = 224
	// tileGroups is into how many runs of tiles the backward pass is cut, each with its
	// part of dx: a constant, since the cut decides the order of the sum.
	tileGroups = 8
)

type linearCrossEntropy[T Float] struct {
	LinearCrossEntropyConfig
	rows, in, out int
	powers        []T       // tile by tile (rows, columns): e^(z − the largest z of the row of the tile)
	shifts        []T       // (tiles, rows): that largest z; then e^(it − top)
	sums          []T       // (tiles, rows): Σ of the powers
	logits        []T       // (tiles, rows): Σ z, where labels are smoothed
	labelled      []T       // z of each row's label
	top           []T       // the largest z of each row
	norm          []float64 // Σ_j e^{z_ij − top}
	losses        []float64
	count         float64 // what the mean divides by
	x             kernel.Packed[T]
	groups        [tileGroups]tileGroup[T]
}

// tileGroup is the memory of a run of tiles in the backward pass.
type tileGroup[T Float] struct {
	dz []T // of a tile
	dx []T // the share of the run
}

func (c *linearCrossEntropy[T]) Shape(in []Value[T]) ([]int, error) {
	z, err := linear[T]{bias: c.Bias}.Shape(in)
	if err != nil {
		return nil, err
	}
	labels, each := in[len(in)-1], z[:len(z)-1]
	if !slices.Equal(labels.Shape, each) && !(len(each) == 0 && size(labels.Shape) == 1) {
		return nil, fmt.Errorf("%w: rows %v want labels %v, got %v", ErrShape, in[0].Shape, each, labels.Shape)
	}
	c.out, c.in = in[1].Shape[0], in[1].Shape[1]
	if err := checkLabels(labels.Ints, c.IgnoreIndex, c.out); err != nil {
		return nil, err
	}
	return c.Reduction.shape(each), nil
}

// workers is how many goroutines may compute.
func (c *linearCrossEntropy[T]) workers() int {
	if c.Mode == nil {
		return 1
	}
	return c.Mode.Workers
}

// tiles is their number, tile the columns of one.
func (c *linearCrossEntropy[T]) tiles() int { return (c.out + tileColumns - 1) / tileColumns }

func (c *linearCrossEntropy[T]) tile(t int) (from, columns int) {
	return t * tileColumns, min(tileColumns, c.out-t*tileColumns)
}

func (c *linearCrossEntropy[T]) Forward(in []Value[T], y Value[T]) error {
	labels := in[len(in)-1].Ints
	c.rows = len(labels)
	n := c.tiles() * c.rows
	c.powers, c.shifts, c.sums, c.logits = grow(c.powers, c.rows*c.out), grow(c.shifts, n), grow(c.sums, n), grow(c.logits, n)
	c.labelled, c.top, c.norm, c.losses = grow(c.labelled, c.rows), grow(c.top, c.rows), grow(c.norm, c.rows), grow(c.losses, c.rows)
	kernel.Parallel(c.workers(), c.tiles(), func(t int) { c.forwardTile(t, in, labels) })
	c.normalise()
	c.lose(labels)
	c.count = Normaliser(CrossEntropyConfig{IgnoreIndex: c.IgnoreIndex}, labels)
	reduce(c.Reduction, y.Data, c.losses, c.count)
	return nil
}

// forwardTile makes the logits of a tile, and of them their powers.
func (c *linearCrossEntropy[T]) forwardTile(t int, in []Value[T], labels []int) {
	from, n := c.tile(t)
	z := c.powers[from*c.rows : (from+n)*c.rows] // (rows, n)
	var o kernel.Options[T]
	if c.Bias {
		o.Bias = in[2].Data[from : from+n]
	}
	kernel.GemmWith(o, false, true, c.rows, n, c.in, 1, in[0].Data, c.in, in[1].Data[from*c.in:], c.in, 0, z, n)
	for i, label := range labels {
		row, at := z[i*n:(i+1)*n], t*c.rows+i
		if label >= from && label < from+n {
			c.labelled[i] = row[label-from]
		}
		if c.LabelSmoothing > 0 {
			c.logits[at] = kernel.Sum(row)
		}
		if c.shifts[at] = kernel.Largest(row); math.IsInf(float64(c.shifts[at]), -1) {
			clear(row) // words that are masked out
			c.sums[at] = 0
			continue
		}
		c.sums[at] = kernel.ExpSum(row, row, c.shifts[at])
	}
}

// normalise finds top and norm of all rows, tile by tile.
func (c *linearCrossEntropy[T]) normalise() {
	copy(c.top, c.shifts)
	for shifts := range slices.Chunk(c.shifts, c.rows) {
		for i, z := range shifts {
			c.top[i] = max(c.top[i], z)
		}
	}
	clear(c.norm)
	for from := 0; from < len(c.shifts); from += c.rows {
		shifts := c.shifts[from : from+c.rows]
		for i, top := range c.top {
			shifts[i] -= top
		}
		kernel.Exp(shifts, shifts)
		for i, e := range shifts {
			c.norm[i] += float64(e) * float64(c.sums[from+i])
		}
	}
}

// lose finds the losses of all rows.
func (c *linearCrossEntropy[T]) lose(labels []int) {
	eps := c.LabelSmoothing
	for i, label := range labels {
		if c.losses[i] = 0; label == c.IgnoreIndex {
			continue
		}
		c.losses[i] = float64(c.top[i]) + math.Log(c.norm[i]) - (1-eps)*float64(c.labelled[i])
		if eps > 0 {
			for at := i; at < len(c.logits); at += c.rows {
				c.losses[i] -= eps / float64(c.out) * float64(c.logits[at])
			}
		}
	}
}

func (c *linearCrossEntropy[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x, dx, dw := in[0].Data, din[0], din[1]
	if dw.Wanted() {
		c.x.Pack(false, c.rows, c.in, x, c.in)
	}
	tiles := c.tiles()
	groups := min(tileGroups, tiles)
	kernel.Parallel(c.workers(), groups, func(k int) {
		g := &c.groups[k]
		to, beta := dx.Data, dx.Beta()
		if k > 0 && dx.Wanted() {
			g.dx = grow(g.dx, len(x))
			to, beta = g.dx, 0
		}
		for t := k * tiles / groups; t < (k+1)*tiles/groups; t++ {
			c.backwardTile(t, g, in, dy, to, beta, din)
			beta = 1
		}
	})
	if dx.Wanted() {
		for _, g := range c.groups[1:groups] {
			kernel.Add(dx.Data, dx.Data, g.dx)
		}
	}
	return nil
}

// backwardTile makes dz of a tile and all that depends on it; dx is added to beta
// times what it is.
func (c *linearCrossEntropy[T]) backwardTile(t int, g *tileGroup[T], in []Value[T], dy Value[T], dx []T, beta T, din []Grad[T]) {
	from, n := c.tile(t)
	g.dz = grow(g.dz, c.rows*n)
	c.gradient(t, g.dz, in[len(in)-1].Ints, dy.Data)
	if dx != nil {
		kernel.Gemm(false, false, c.rows, c.in, n, 1, g.dz, n, in[1].Data[from*c.in:], c.in, beta, dx, c.in)
	}
	if dw := din[1]; dw.Wanted() {
		kernel.GemmPacked(kernel.Options[T]{}, true, n, 1, g.dz, n, &c.x, dw.Beta(), dw.Data[from*c.in:], c.in)
	}
	if c.Bias && din[2].Wanted() {
		kernel.SumRows(c.rows, n, g.dz, din[2].Data[from:from+n], din[2].Add)
	}
}

// gradient writes dz of a tile.
func (c *linearCrossEntropy[T]) gradient(t int, dz []T, labels []int, dy []T) {
	from, n := c.tile(t)
	copy(dz, c.powers[from*c.rows:(from+n)*c.rows])
	for i, label := range labels {
		d, at := dz[i*n:(i+1)*n], t*c.rows+i
		if label == c.IgnoreIndex {
			clear(d)
			continue
		}
		g := share(c.Reduction, i, dy, c.count)
		kernel.Scale(T(g*float64(c.shifts[at])/c.norm[i]), d)
		if c.LabelSmoothing > 0 {
			spread := T(g * c.LabelSmoothing / float64(c.out))
			for j := range d {
				d[j] -= spread
			}
		}
		if label >= from && label < from+n {
			d[label-from] -= T(g * (1 - c.LabelSmoothing))
		}
	}
}
