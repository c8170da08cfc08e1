package vectors

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/seed6481993f/verso/internal/kernel"
)

// MostSimilarAll answers many queries as [Vectors.MostSimilar] does each, with the same
// bits, on at most workers goroutines; 0 means runtime.GOMAXPROCS(0). It is much faster
// than one after the other: the table passes through the caches once for some hundred
// queries, as a matrix product. An error names the query, counted from 0; ctx is looked at
// in between.
func (v *Vectors) MostSimilarAll(ctx context.Context, queries []Query, k, workers int) ([][]Match, error) {
	if err := checkK(k); err != nil {
		return nil, err
	}
	if workers < 0 {
		return nil, fmt.Errorf("%w: %d workers, want 0 or more", ErrQuery, workers)
	}
	all := make([]prepared, len(queries))
	for i, q := range queries {
		var err error
		if all[i], err = v.prepare(q); err != nil {
			return nil, fmt.Errorf("query %d: %w", i, err)
		}
	}
	answers := make([][]Match, len(queries))
	err := v.searchAll(ctx, all, k, workers, func(i int, found []candidate) {
		answers[i] = v.appendMatches(nil, found)
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

const (
	together = 256  // terms of queries that are searched for together
	block    = 1024 // rows of a product with them, so that it stays in the second cache
	segment  = 256  // scores whose largest tells whether to look at them
)

// searchAll searches for many queries, some together, and calls found for each, from
// several goroutines.
func (v *Vectors) searchAll(ctx context.Context, all []prepared, k, workers int, found func(i int, list []candidate)) error {
	var starts []int // of the queries that go together
	terms := together
	for i, p := range all {
		if terms+p.terms > together {
			starts, terms = append(starts, i), 0
		}
		terms += p.terms
	}
	starts = append(starts, len(all))
	v.unitRows()
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	kernel.Parallel(workers, len(starts)-1, func(c int) {
		if ctx.Err() != nil {
			return
		}
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		v.search(s, all[starts[c]:starts[c+1]], k, func(i int, list []candidate) { found(starts[c]+i, list) })
	})
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("vectors: search: %w", err)
	}
	return nil
}

// scratch is the memory of a search.
type scratch struct {
	queries, scores []float32
	product         []float32
	best            []best
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// search finds the k best rows of each query and calls found with them.
func (v *Vectors) search(s *scratch, all []prepared, k int, found func(i int, list []candidate)) {
	from, to := v.Len(), 0
	s.queries = s.queries[:0]
	for len(s.best) < len(all) {
		s.best = append(s.best, best{})
	}
	for i, p := range all {
		from, to = min(from, p.from), max(to, p.to)
		s.queries = append(s.queries, p.rows...) // (terms of all, dim)
		s.best[i].reset(min(k, p.to-p.from))
	}
	terms := len(s.queries) / max(v.dim, 1)
	s.scores = append(s.scores[:0], make([]float32, terms*block)...)
	unit := v.unitRows()
	for base := from; base < to; base += block {
		n := min(block, to-base)
		scores := s.scores[:terms*n] // (terms, n)
		kernel.Gemm(false, true, terms, n, v.dim, 1, s.queries, v.dim, unit[base*v.dim:], v.dim, 0, scores, n)
		for i, p := range all {
			mine := scores[:p.terms*n]
			scores = scores[p.terms*n:]
			if p.multiply >= 0 {
				mine = s.cosMul(mine, p.multiply, n)
			}
			low, high := max(p.from, base), min(p.to, base+n)
			if low < high {
				s.best[i].offer(mine[low-base:high-base], low, p.skip)
			}
		}
	}
	for i := range all {
		found(i, s.best[i].sorted())
	}
}

// cosMul turns the cosines of the terms of a query, (terms, n), into scores, (n).
func (s *scratch) cosMul(cosines []float32, positive, n int) []float32 {
	s.product = append(s.product[:0], make([]float32, n)...)
	for j := range n {
		up, down := 1.0, 1.0
		for t := 0; t*n < len(cosines); t++ {
			if x := (1 + float64(cosines[t*n+j])) / 2; t < positive {
				up *= x
			} else {
				down *= x
			}
		}
		s.product[j] = float32(up / (down + 1e-6))
	}
	return s.product
}

type candidate struct {
	row   int
	score float32
}

// best keeps the k candidates with the largest scores, and more until they are sorted
// out: of equal scores the lower row.
type best struct {
	k     int
	floor float32 // a score that is not above it does not come in
	list  []candidate
}

func (b *best) reset(k int) {
	b.k, b.floor, b.list = k, float32(math.Inf(-1)), b.list[:0]
}

// offer looks at the scores of the rows from base on. Rows must ascend over the calls.
func (b *best) offer(scores []float32, base int, skip []int) {
	for ; len(scores) > 0; base += segment {
		part := scores[:min(segment, len(scores))]
		scores = scores[len(part):]
		if top, _ := kernel.Max(part); top <= b.floor { // of NaN it is not
			continue
		}
		for i, score := range part {
			if score > b.floor && !slices.Contains(skip, base+i) {
				b.list = append(b.list, candidate{base + i, score})
				if len(b.list) >= 2*b.k+8 {
					b.sorted()
				}
			}
		}
	}
}

// sorted cuts the list to the k best, best first.
func (b *best) sorted() []candidate {
	slices.SortFunc(b.list, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.row, y.row))
	})
	if len(b.list) >= b.k {
		b.list = b.list[:b.k]
		if b.k > 0 {
			b.floor = b.list[b.k-1].score
		}
	}
	return b.list
}
