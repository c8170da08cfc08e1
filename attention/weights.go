package attention

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Weights are the attention weights of a batch inside a graph: sequence after
// sequence, and within one as (heads, queries, keys).
type Weights struct {
	Values  *gorgonia.Node // (heads · Σ queries·keys); one 0 where there are none
	Queries *gorgonia.Node // lengths (batch)
	Keys    *gorgonia.Node // lengths (batch)
	Heads   int
}

// Mean returns the mean over heads.
func (w Weights) Mean(g *verso.Graph) Weights {
	if w.Heads == 1 {
		return w
	}
	w.Values = g.Apply("mean over heads", op.HeadMean(w.Heads), w.Values, w.Queries, w.Keys)
	w.Heads = 1
	return w
}

// Map is the weights of one head over one sequence: row i says how much query i
// took from each key. Rows sum to 1, or to 0 where the query sees no key.
type Map struct {
	Queries, Keys int
	Weights       []float32 // (Queries, Keys), row by row
}

// Row returns the weights of query i.
func (m Map) Row(i int) []float32 { return m.Weights[i*m.Keys : (i+1)*m.Keys] }

// Maps returns, after a run, a copy of the weights of every sequence: for each
// its heads.
func (w Weights) Maps(m *verso.Machine) ([][]Map, error) {
	if w.Values == nil || w.Queries == nil || w.Keys == nil {
		return nil, fmt.Errorf("%w: weights of no graph", verso.ErrGraph)
	}
	values := m.Float32s(w.Values)
	if values == nil {
		for _, v := range m.Float64s(w.Values) {
			values = append(values, float32(v))
		}
	}
	queries, keys := integers(w.Queries), integers(w.Keys)
	if queries == nil || len(queries) != len(keys) {
		return nil, fmt.Errorf("%w: weights of %d sequences of queries and %d of keys: has the graph run?", verso.ErrGraph, len(queries), len(keys))
	}
	out := make([][]Map, len(queries))
	for s, q := range queries {
		n := q * keys[s]
		for range w.Heads {
			if n > len(values) {
				return nil, fmt.Errorf("%w: weights want %d more numbers, got %d", verso.ErrShape, n, len(values))
			}
			out[s] = append(out[s], Map{Queries: q, Keys: keys[s], Weights: append([]float32{}, values[:n]...)})
			values = values[n:]
		}
	}
	return out, nil
}

func integers(n *gorgonia.Node) []int {
	if v, ok := n.Value().(tensor.Tensor); ok {
		x, _ := v.Data().([]int)
		return x
	}
	return nil
}

// Result is what an attention layer returns.
type Result struct {
	Context verso.Sequence // a row for each query: the values it took
	Weights Weights
	Scores  *gorgonia.Node // laid out as the weights, before the softmax and before any [Mask]
}

// attend turns scores into weights and sums the values.
func attend(g *verso.Graph, layer string, c op.AttentionConfig, scores *gorgonia.Node, queries, values verso.Sequence, mask Mask) Result {
	w := softmax(g, layer, c, scores, queries, values, mask)
	in := []*gorgonia.Node{w.Values, values.Rows, queries.Lengths, values.Lengths}
	if queries.Rows != nil {
		in = append(in, queries.Rows)
	}
	context := g.Apply(layer, op.AttentionContext(c.Heads), in...)
	return Result{Context: verso.Sequence{Rows: context, Lengths: queries.Lengths}, Weights: w, Scores: scores}
}

// softmax turns scores into weights.
func softmax(g *verso.Graph, layer string, c op.AttentionConfig, scores *gorgonia.Node, queries, keys verso.Sequence, mask Mask) Weights {
	in := mask.with(&c, scores, queries.Lengths, keys.Lengths)
	return Weights{Values: apply(g, layer, in)(op.AttentionSoftmax(c)), Queries: queries.Lengths, Keys: keys.Lengths, Heads: c.Heads}
}

// apply adds an operation unless its configuration was refused.
func apply(g *verso.Graph, layer string, in []*gorgonia.Node) func(op.Spec, error) *gorgonia.Node {
	return func(s op.Spec, err error) *gorgonia.Node {
		if err != nil {
			g.Fail(layer, fmt.Errorf("%w: %w", verso.ErrConfig, err))
			return nil
		}
		return g.Apply(layer, s, in...)
	}
}
