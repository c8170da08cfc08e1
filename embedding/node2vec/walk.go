package node2vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/alias"
)

// WalkConfig says how a graph is walked on; begin with [DefaultWalkConfig].
type WalkConfig struct {
	Walks  int     // from each node
	Length int     // nodes of a walk, the first included; a node without edges from it ends a walk
	P      float64 // the higher, the rarer a walk turns back
	Q      float64 // the higher, the nearer a walk stays to where it comes from
	Seed   uint64
}

// DefaultWalkConfig returns the paper's settings: 10 walks of 80 nodes from each node, p = q = 1.
func DefaultWalkConfig() WalkConfig { return WalkConfig{Walks: 10, Length: 80, P: 1, Q: 1, Seed: 1} }

func (c *WalkConfig) validate() error {
	for _, bound := range []struct {
		name  string
		value int
	}{{"Walks", c.Walks}, {"Length", c.Length}} {
		if bound.value < 1 || bound.value > math.MaxInt32 {
			return fmt.Errorf("%w: %s wants 1 … 2^31-1, got %d", ErrConfig, bound.name, bound.value)
		}
	}
	for _, bound := range []struct {
		name  string
		value float64
	}{{"P", c.P}, {"Q", c.Q}} {
		if !(bound.value >= 1e-6 && bound.value <= 1e6) {
			return fmt.Errorf("%w: %s wants 1e-6 … 1e6, got %v", ErrConfig, bound.name, bound.value)
		}
	}
	return nil
}

// Walker walks on a graph. Every walk is a function of the seed and its number, so walks can be made in any order and
// from many goroutines.
type Walker struct {
	graph  *Graph
	c      WalkConfig
	cells  []alias.Cell // tables of each node's edges, where the graph has them
	sums   []float64    // of the weights of each node's edges
	most   float64      // the largest bias of a step that does not turn back: max(1, 1/q)
	starts []int32      // of the walks
}

// NewWalker sets alias tables up: 8 bytes an edge and direction, and 4 a walk. Errors: [ErrConfig], and [ErrGraph] for a graph without
// nodes.
func NewWalker(g *Graph, c WalkConfig) (*Walker, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if g.Len() == 0 {
		return nil, fmt.Errorf("%w: no nodes", ErrGraph)
	}
	if c.Walks > math.MaxInt32/g.Len() {
		return nil, fmt.Errorf("%w: %d walks from each of %d nodes, want at most 2^31-1 together", ErrConfig, c.Walks, g.Len())
	}
	w := &Walker{
		graph: g, c: c, most: max(1, 1/c.Q),
		cells: make([]alias.Cell, len(g.to)), sums: make([]float64, g.Len()),
	}
	for i := range g.names {
		begin, end := g.begin[i], g.begin[i+1]
		for _, x := range g.weight[begin:end] {
			w.sums[i] += x
		}
		alias.Fill(w.cells[begin:end], g.weight[begin:end], w.sums[i])
	}
	for k := range c.Walks {
		order := rand.New(rand.NewPCG(c.Seed, uint64(k))).Perm(g.Len())
		for _, i := range order {
			w.starts = append(w.starts, int32(i))
		}
	}
	return w, nil
}

// draw draws a neighbour by the weights of the edges.
func (w *Walker) draw(r *rand.Rand, node int32) int32 {
	begin, end := w.graph.begin[node], w.graph.begin[node+1]
	return w.graph.to[begin+int(alias.Draw(w.cells[begin:end], r.Uint64()))]
}

// Len is the number of walks: Walks times the number of nodes.
func (w *Walker) Len() int { return len(w.starts) }

// Walk appends the numbers of the nodes of walk i, 0 … Len()−1, to dst. Each run of as many walks as there are nodes
// begins once at each, in an order drawn with the seed. Other i give no nodes.
func (w *Walker) Walk(dst []int32, i int) []int32 {
	if i < 0 || i >= w.Len() {
		return dst
	}
	r := rand.New(rand.NewPCG(w.c.Seed, 1<<63|uint64(i)))
	at, last := w.starts[i], int32(-1)
	dst = append(dst, at)
	for range w.c.Length - 1 {
		if len(w.graph.neighbours(at)) == 0 {
			break
		}
		at, last = w.step(r, last, at), at
		dst = append(dst, at)
	}
	return dst
}

// step draws the node after at for a walk that came from last (−1: it begins). The weights are
//
//	w_x/p  where x is last
//	w_x    where an edge leads from last to x
//	w_x/q  else
//
// Candidates are drawn by the weights of the edges alone and accepted with the probability of their bias over the largest,
// which comes to the same distribution (Yang et al. 2019); what turning back has beyond the largest is put aside first.
// A table for each pair of node and last would take memory by the square of the degrees. Where nearly all weight is refused, as
// that of turning back with a large p, some draws without success are followed by an exact one.
func (w *Walker) step(r *rand.Rand, last, at int32) int32 {
	neighbours := w.graph.neighbours(at)
	if len(neighbours) == 1 {
		return neighbours[0]
	}
	if last < 0 || w.c.P == 1 && w.c.Q == 1 {
		return w.draw(r, at)
	}
	back := 1 / w.c.P
	extra := 0.0
	if back > w.most {
		if k, ok := slices.BinarySearch(neighbours, last); ok {
			extra = (back - w.most) * w.graph.weight[w.graph.begin[at]+k]
		}
	}
	for range tries {
		if extra > 0 && r.Float64()*(w.most*w.sums[at]+extra) < extra {
			return last
		}
		x := w.draw(r, at)
		if bias := min(w.bias(last, x), w.most); bias >= w.most || r.Float64()*w.most < bias {
			return x
		}
	}
	return w.exact(r, last, at)
}

// tries is how often a candidate may be refused.
const tries = 32

// bias is by what the weight of an edge to x is multiplied for a walk that came from last.
func (w *Walker) bias(last, x int32) float64 {
	switch {
	case x == last:
		return 1 / w.c.P
	case w.c.Q != 1 && !w.graph.connected(last, x):
		return 1 / w.c.Q
	}
	return 1
}

// exact draws a step by adding all weights up.
func (w *Walker) exact(r *rand.Rand, last, at int32) int32 {
	neighbours, weights := w.graph.neighbours(at), w.graph.weight[w.graph.begin[at]:]
	sum := 0.0
	for k, x := range neighbours {
		sum += weights[k] * w.bias(last, x)
	}
	drawn := r.Float64() * sum
	for k, x := range neighbours {
		if drawn -= weights[k] * w.bias(last, x); drawn < 0 {
			return x
		}
	}
	return neighbours[len(neighbours)-1] // rounding
}
