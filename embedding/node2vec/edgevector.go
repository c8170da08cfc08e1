package node2vec

import (
	"fmt"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// EdgeOperator makes a vector of an edge of those of its ends, element by element (Grover & Leskovec 2016, table 1).
type EdgeOperator int

const (
	Average    EdgeOperator = iota // (a + b)/2
	Hadamard                       // a·b
	WeightedL1                     // |a − b|
	WeightedL2                     // (a − b)²
)

// EdgeVector returns the vector of an edge, to learn from which edges there are. Unknown nodes are [ErrNode], unknown
// operators [ErrConfig].
func EdgeVector(v *vectors.Vectors, from, to string, op EdgeOperator) ([]float32, error) {
	a, ok := v.Row(from)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNode, from)
	}
	b, ok := v.Row(to)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNode, to)
	}
	edge := make([]float32, len(a))
	for i, x := range a {
		y := b[i]
		switch op {
		case Average:
			edge[i] = (x + y) / 2
		case Hadamard:
			edge[i] = x * y
		case WeightedL1:
			edge[i] = max(x-y, y-x)
		case WeightedL2:
			edge[i] = (x - y) * (x - y)
		default:
			return nil, fmt.Errorf("%w: edge operator %d", ErrConfig, op)
		}
	}
	return edge, nil
}
