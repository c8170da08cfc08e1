package op

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// sight is what the queries of a batch see of its keys. A key mask and a bias,
// where there are any, are its optional inputs, in this order; neither has numbers
// for the keys ahead.
type sight[T Float] struct {
	AttentionConfig
	pairs
	biasHeads int // heads that the bias has: one for all, or each its own
}

// place finds the places of the sequences and checks the optional inputs.
func (s *sight[T]) place(rowsQ, rowsK int, lengthsQ, lengthsK Value[T], optional []Value[T]) error {
	if err := placePairs(&s.pairs, rowsQ, rowsK, lengthsQ, lengthsK); err != nil {
		return err
	}
	for i, p := range s.list {
		if p.keys < s.Ahead {
			return fmt.Errorf("%w: sequence %d wants its keys and %d ahead of them, got %d in all", ErrShape, i, s.Ahead, p.keys)
		}
	}
	if s.Mask {
		if err := s.wantMask(optional[0]); err != nil {
			return err
		}
	}
	if s.Bias {
		return s.wantBias(optional[len(optional)-1])
	}
	return nil
}

// wantMask checks that a key mask has a number for each key.
func (s *sight[T]) wantMask(mask Value[T]) error {
	if err := wantIntegers("the key mask", mask); err != nil {
		return err
	}
	if keys := max(1, s.keys-len(s.list)*s.Ahead); len(s.list) > 0 && mask.Ints != nil && len(mask.Ints) != keys {
		return fmt.Errorf("%w: %d keys want a mask of as many integers, got %v", ErrShape, keys, mask.Shape)
	}
	return nil
}

// wantBias checks that a bias has a number for each score, of all heads or of one.
func (s *sight[T]) wantBias(bias Value[T]) error {
	if bias.Ints != nil {
		return fmt.Errorf("%w: a bias of scores wants floats, got integers %v", ErrShape, bias.Shape)
	}
	if len(s.list) == 0 {
		return nil // lengths are not known yet
	}
	one, n := s.scores-s.queries*s.Ahead, size(bias.Shape)
	if s.biasHeads = n / max(1, one); n != max(1, one) && n != max(1, s.Heads*one) {
		return fmt.Errorf("%w: a bias of these lengths wants %d numbers, or %d for %d heads, got %d", ErrShape, max(1, one), max(1, s.Heads*one), s.Heads, n)
	}
	return nil
}

// head returns what the queries of one head of a sequence see.
func (s *sight[T]) head(optional []Value[T], sequence, head int) headSight[T] {
	p := s.list[sequence]
	v := headSight[T]{causal: s.Causal, ahead: s.Ahead, own: p.keys - s.Ahead}
	if s.Mask {
		key := p.key - sequence*s.Ahead
		v.mask = optional[0].Ints[key : key+v.own]
	}
	if s.Bias {
		v.bias = s.ofHead(optional[len(optional)-1].Data, sequence, head)
	}
	return v
}

// ofHead returns the part of a bias, or of its gradient, that one head of a
// sequence reads.
func (s *sight[T]) ofHead(bias []T, sequence, head int) []T {
	p := s.list[sequence]
	n := p.queries * (p.keys - s.Ahead)
	from := s.biasHeads*(p.score-p.query*s.Ahead) + head%max(1, s.biasHeads)*n
	return bias[from : from+n]
}

// headSight is what the queries of one head of one sequence see.
type headSight[T Float] struct {
	causal bool
	ahead  int   // keys that every query sees, before the sequence's own
	own    int   // keys of the sequence
	mask   []int // of its own keys; nil where none is hidden
	bias   []T   // (queries, own); nil where nothing is added
}

// seen returns how many keys the queries before the given one see at most.
func (v headSight[T]) seen(query int) int {
	if v.causal {
		return v.ahead + min(v.own, query)
	}
	return v.ahead + v.own
}

// lay writes what is added to scores, rows×n from query from on. It does nothing
// and returns false where that is nothing.
func (v headSight[T]) lay(s []T, from, rows, n int) bool {
	if v.bias == nil {
		return false
	}
	for i := range rows {
		row := s[i*n : (i+1)*n]
		clear(row[:v.ahead])
		copy(row[v.ahead:], v.bias[(from+i)*v.own:(from+i+1)*v.own])
	}
	return true
}

// layBack adds the gradient of scores, rows×n from query from on, to that of the
// bias.
func (v headSight[T]) layBack(ds, dbias []T, from, rows, n int) {
	for i := range rows {
		d := dbias[(from+i)*v.own:][:n-v.ahead]
		kernel.Add(d, d, ds[i*n+v.ahead:(i+1)*n])
	}
}

// softmax replaces scores, rows×n from query from on, by weights: 0 for keys that
// the query does not see.
func (v headSight[T]) softmax(s []T, from, rows, n int) {
	low := T(math.Inf(-1))
	for j := range min(n-v.ahead, len(v.mask)) {
		if v.mask[j] == 0 {
			for i := range rows {
				s[i*n+v.ahead+j] = low
			}
		}
	}
	if !v.causal {
		kernel.SoftmaxRows(rows, n, s, s)
		return
	}
	for i := range rows {
		row, seen := s[i*n:(i+1)*n], min(n, v.seen(from+i+1))
		kernel.SoftmaxRows(1, seen, row[:seen], row[:seen])
		clear(row[seen:])
	}
}
