package op

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// pair is the queries and the keys of one sequence.
type pair struct {
	query, queries int // first row, and how many
	key, keys      int
	score          int // scores of one head before this sequence's
}

// pairs places the sequences of a ragged batch of queries beside those of a
// batch of keys. Where scores are kept, those of a batch stand sequence after
// sequence, and within one as (heads, queries, keys). A batch without a single
// score keeps one number that belongs to none.
type pairs struct {
	list    []pair
	queries int // rows that the lengths cover
	keys    int
	scores  int // of one head
}

// placePairs finds the places for rows of queries and of keys, as far as the
// lengths are known.
func placePairs[T Float](p *pairs, rowsQ, rowsK int, lengthsQ, lengthsK Value[T]) (err error) {
	for _, l := range []Value[T]{lengthsQ, lengthsK} {
		if err := wantIntegers("lengths", l); err != nil {
			return err
		}
	}
	if p.queries, err = Lengths(lengthsQ.Ints, rowsQ); err != nil {
		return fmt.Errorf("queries: %w", err)
	}
	if p.keys, err = Lengths(lengthsK.Ints, rowsK); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	p.list, p.scores = p.list[:0], 0
	if lengthsQ.Ints == nil || lengthsK.Ints == nil {
		return nil
	}
	if len(lengthsQ.Ints) != len(lengthsK.Ints) {
		return fmt.Errorf("%w: queries of %d sequences want keys of as many, got %d", ErrShape, len(lengthsQ.Ints), len(lengthsK.Ints))
	}
	var at pair
	for i, n := range lengthsQ.Ints {
		at.queries, at.keys, at.score = n, lengthsK.Ints[i], p.scores
		p.list = append(p.list, at)
		at.query, at.key = at.query+n, at.key+at.keys
		p.scores += n * at.keys
	}
	return nil
}

// placed checks that a value holds the scores of the given number of heads.
func (p *pairs) placed(what string, size, heads int) error {
	if want := max(1, heads*p.scores); len(p.list) > 0 && size != want {
		return fmt.Errorf("%w: %s of these lengths and %d heads want %d numbers, got %d", ErrShape, what, heads, want, size)
	}
	return nil
}

// wantIntegers returns an error unless the value is a list of integers, which may
// not be known yet.
func wantIntegers[T Float](what string, v Value[T]) error {
	if v.Data != nil {
		return fmt.Errorf("%w: %s wants integers, got floats %v", ErrShape, what, v.Shape)
	}
	return wantRank(what, v, 1)
}

// wantHeads checks queries and keys that are multiplied head by head.
func wantHeads[T Float](heads int, q, k Value[T]) error {
	if err := wantRank("the queries", q, 2); err != nil {
		return err
	}
	if err := wantRank("the keys", k, 2); err != nil {
		return err
	}
	if q.Cols() != k.Cols() || q.Cols()%heads != 0 {
		return fmt.Errorf("%w: %d heads want queries and keys of one multiple of features, got %v and %v", ErrShape, heads, q.Shape, k.Shape)
	}
	return nil
}

// head is one head of one sequence, with the memory of a worker.
type head[T Float] struct {
	pair
	headSight[T]
	sequence int
	index    int
	width, d int // numbers from row to row, and of the head in each
	block    int // queries in a block
	scale    T
	q, k     []T       // begin with the head's first number
	drop     *rand.PCG // draws what falls of the weights; nil where nothing does

	p, g, factor []T // weights of a block, their gradient, the dropout's factors
}

// sees returns how many queries a block from the given one has, and how many
// keys its last query sees.
func (h *head[T]) sees(from int) (rows, n int) {
	rows = min(h.block, h.queries-from)
	return rows, h.seen(from + rows)
}

// weights computes the weights of a block of queries for its first n keys.
func (h *head[T]) weights(from, rows, n int) []T {
	h.p = grow(h.p, rows*n)
	beta := T(0)
	if h.lay(h.p, from, rows, n) {
		beta = 1
	}
	kernel.Gemm(false, true, rows, n, h.d, h.scale, h.q[from*h.width:], h.width, h.k, h.width, beta, h.p, n)
	h.softmax(h.p, from, rows, n)
	return h.p
}

// factors draws the dropout's factors of the next n weights.
func (h *head[T]) factors(n int, p float64) []T {
	h.factor = grow(h.factor, n)
	drawMask(h.factor, p, h.drop)
	return h.factor
}

// substream returns the random numbers of one part of an operation at one step.
func (m *Mode) substream(number, part uint64) *rand.PCG {
	return rand.NewPCG(mix(mix(m.Seed)+number), mix(mix(mix(m.Step)+m.Shard)+part))
}
