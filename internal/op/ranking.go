package op

import "fmt"

// inBatch are the pairs of a matrix of scores: score (i, i) belongs to a
// true pair, (i, j) to a wrong one unless i and j have an id in common.
type inBatch[T Float] struct{ in []Value[T] }

// pairShape checks the inputs of a ranking loss: scores, then any number of
// vectors of ids.
func pairShape[T Float](in []Value[T]) error {
	s := in[0]
	if len(s.Shape) != 2 || s.Shape[0] != s.Shape[1] {
		return fmt.Errorf("%w: scores of a batch want a square matrix, got %v", ErrShape, s.Shape)
	}
	for _, ids := range in[1:] {
		if len(ids.Shape) != 1 || ids.Ints != nil && len(ids.Ints) != s.Shape[0] {
			return fmt.Errorf("%w: scores %v want %d ids, got %v", ErrShape, s.Shape, s.Shape[0], ids.Shape)
		}
	}
	return nil
}

// negative reports whether column j is a wrong answer to row i, and so row i one
// to column j.
func (p inBatch[T]) negative(i, j int) bool {
	if i == j {
		return false
	}
	for _, ids := range p.in[1:] {
		if ids.Ints[i] == ids.Ints[j] {
			return false
		}
	}
	return true
}
