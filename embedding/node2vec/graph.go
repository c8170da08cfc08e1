package node2vec

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// Edge is a connection with its strength.
type Edge struct {
	From, To string
	Weight   float64
}

// Graph is n nodes and the edges between them. It does not change, so many goroutines may read one.
//
// Nodes are numbered by their first appearance among the edges. The neighbours of node i stand sorted at
// begin[i] … begin[i+1]−1.
type Graph struct {
	names    []string
	index    map[string]int
	begin    []int // (n+1)
	to       []int32
	weight   []float64
	directed bool
	edges    int // as given, with parallel edges taken together
}

// NewGraph makes a graph of edges. Where it is not directed an edge goes both ways. Weights of edges between the same
// nodes add up. Errors: [ErrEdge], and [ErrGraph] for 2^31 nodes or more.
func NewGraph(edges iter.Seq[Edge], directed bool) (*Graph, error) {
	b := builder{graph: &Graph{index: map[string]int{}, directed: directed}}
	for e := range edges {
		if err := b.add(e); err != nil {
			return nil, err
		}
	}
	return b.build()
}

// arc is an edge in one direction.
type arc struct {
	from, to int32
	weight   float64
}

type builder struct {
	graph *Graph
	arcs  []arc
	n     int // edges added
}

func (b *builder) add(e Edge) error {
	b.n++
	if !(e.Weight > 0) || math.IsInf(e.Weight, 0) {
		return fmt.Errorf("%w: edge %d from %q to %q has the weight %v, want a finite number above 0", ErrEdge, b.n, e.From, e.To, e.Weight)
	}
	if e.From == "" || e.To == "" {
		return fmt.Errorf("%w: edge %d from %q to %q: want names", ErrEdge, b.n, e.From, e.To)
	}
	from, err := b.graph.number(e.From)
	if err != nil {
		return err
	}
	to, err := b.graph.number(e.To)
	if err != nil {
		return err
	}
	if !b.graph.directed && from > to {
		from, to = to, from
	}
	b.arcs = append(b.arcs, arc{from, to, e.Weight})
	return nil
}

func (g *Graph) number(name string) (int32, error) {
	i, ok := g.index[name]
	if !ok {
		if i = len(g.names); i == math.MaxInt32 {
			return 0, fmt.Errorf("%w: more than 2^31-1 nodes", ErrGraph)
		}
		name = strings.Clone(name) // else it would keep its whole line alive
		g.index[name] = i
		g.names = append(g.names, name)
	}
	return int32(i), nil
}

// mostWeight leaves room for what p and q do to the weights of a node.
const mostWeight = 1e290

func (b *builder) build() (*Graph, error) {
	g := b.graph
	arcs := together(b.arcs)
	g.edges = len(arcs)
	if !g.directed {
		for _, a := range arcs[:g.edges] {
			if a.from != a.to {
				arcs = append(arcs, arc{a.to, a.from, a.weight})
			}
		}
		slices.SortFunc(arcs, byNodes)
	}
	g.begin = make([]int, len(g.names)+1)
	g.to, g.weight = make([]int32, len(arcs)), make([]float64, len(arcs))
	for i, a := range arcs {
		g.begin[a.from+1]++
		g.to[i], g.weight[i] = a.to, a.weight
	}
	for i := range g.names {
		g.begin[i+1] += g.begin[i]
		sum := 0.0
		for _, w := range g.weight[g.begin[i]:g.begin[i+1]] {
			sum += w
		}
		if !(sum <= mostWeight) {
			return nil, fmt.Errorf("%w: the weights of the edges of %q add up to %v, want at most %v", ErrEdge, g.names[i], sum, mostWeight)
		}
	}
	return g, nil
}

func byNodes(a, b arc) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) }

// together sorts arcs and adds up the weights of those between the same nodes, in the order in which they came.
func together(arcs []arc) []arc {
	slices.SortStableFunc(arcs, byNodes)
	n := 0
	for i, a := range arcs {
		if i > 0 && byNodes(arcs[n-1], a) == 0 {
			arcs[n-1].weight += a.weight
			continue
		}
		arcs[n] = a
		n++
	}
	return arcs[:n]
}

// Len is the number of nodes n.
func (g *Graph) Len() int { return len(g.names) }

// Size is the number of edges; edges between the same nodes are one.
func (g *Graph) Size() int { return g.edges }

// Directed tells whether edges go one way only.
func (g *Graph) Directed() bool { return g.directed }

// Nodes returns a copy of the names of the nodes in the order of their numbers.
func (g *Graph) Nodes() []string { return slices.Clone(g.names) }

// Index returns the number of a node; ok is false, and i is −1, for one that is not there.
func (g *Graph) Index(name string) (i int, ok bool) {
	if i, ok = g.index[name]; ok {
		return i, true
	}
	return -1, false
}

// Neighbours yields the nodes to which edges lead from a node, in the order of their numbers, with the edges' weights;
// none for a node that is not there.
func (g *Graph) Neighbours(name string) iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		i, ok := g.index[name]
		if !ok {
			return
		}
		for k := g.begin[i]; k < g.begin[i+1]; k++ {
			if !yield(g.names[g.to[k]], g.weight[k]) {
				return
			}
		}
	}
}

// Edges yields the edges in the order of their nodes; of a graph that is not directed each once.
func (g *Graph) Edges() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for i, name := range g.names {
			for k := g.begin[i]; k < g.begin[i+1]; k++ {
				if !g.directed && int(g.to[k]) < i {
					continue
				}
				if !yield(Edge{name, g.names[g.to[k]], g.weight[k]}) {
					return
				}
			}
		}
	}
}

// neighbours returns the numbers of the nodes to which edges lead from node i, rising.
func (g *Graph) neighbours(i int32) []int32 { return g.to[g.begin[i]:g.begin[i+1]] }

// connected tells whether an edge leads from node i to node j: a search among the neighbours of i.
func (g *Graph) connected(i, j int32) bool {
	_, ok := slices.BinarySearch(g.neighbours(i), j)
	return ok
}
