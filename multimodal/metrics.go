package multimodal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
)

// Ranking is how well a number of queries found their right answers. Ranks count
// from 1, the best place.
//
// Ties are settled against the model: a wrong item with the score of a right one
// stands before it, so that equal scores for everything earn the last place and
// not the first. A score that is NaN stands after all others.
type Ranking struct {
	n     int       // items
	right []int     // of each query, how many right answers there are
	best  []int     // of each query, the rank of its best right answer
	items []float64 // of each query, its average precision
}

// Rank orders n items for each query by falling score. scores holds a row of n
// for each query; right holds, for each query, the numbers of the items that are
// right answers to it, at least one: several captions of a picture, or several
// pictures of one caption.
//
// Two right answers do not stand in each other's way: the rank of the best one is
// 1 plus the number of wrong items that are not below it.
//
// It stops between blocks of queries when ctx is done. Cost: n·log r comparisons
// for a query of r right answers.
func Rank(ctx context.Context, scores []float32, n int, right [][]int) (*Ranking, error) {
	if n < 1 || len(scores) != n*len(right) {
		return nil, fmt.Errorf("%w: %d queries of %d items want %d scores, got %d", ErrShape, len(right), n, n*len(right), len(scores))
	}
	return rank(ctx, n, right, func(from, to int) []float32 { return scores[from*n : to*n] })
}

// rankBlock is how many queries are scored at once.
const rankBlock = 256

// rank is [Rank] with the scores of queries as they are asked for.
func rank(ctx context.Context, n int, right [][]int, scores func(from, to int) []float32) (*Ranking, error) {
	r := &Ranking{n: n}
	isRight := make([]bool, n)
	for from := 0; from < len(right); from += rankBlock {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("ranking: %w", err)
		}
		to := min(from+rankBlock, len(right))
		rows := scores(from, to)
		for q := from; q < to; q++ {
			if len(right[q]) == 0 {
				return nil, fmt.Errorf("%w: query %d has no right answer", ErrShape, q)
			}
			clear(isRight)
			for _, a := range right[q] {
				if a < 0 || a >= n {
					return nil, fmt.Errorf("%w: right answer %d of query %d, there are %d items", ErrShape, a, q, n)
				}
				isRight[a] = true
			}
			r.add(rows[(q-from)*n:(q-from+1)*n], isRight)
		}
	}
	return r, nil
}

// above reports whether a right item of score a stands before a wrong one of score b.
func above(a, b float32) bool { return a > b || b != b && a == a }

// add takes the measures of one query.
func (r *Ranking) add(row []float32, isRight []bool) {
	var right []float32
	for i, is := range isRight {
		if is {
			right = append(right, row[i])
		}
	}
	slices.SortFunc(right, func(a, b float32) int { return cmp.Compare(b, a) }) // best first, NaN last
	before := make([]int, len(right))                                           // wrong items that come right before each right one
	for i, score := range row {
		if isRight[i] {
			continue
		}
		if k := sort.Search(len(right), func(k int) bool { return !above(right[k], score) }); k < len(right) {
			before[k]++
		}
	}
	place, precision := 0, 0.0
	for k, wrong := range before {
		place += wrong + 1
		precision += float64(k+1) / float64(place)
	}
	r.right = append(r.right, len(right))
	r.best = append(r.best, before[0]+1)
	r.items = append(r.items, precision/float64(len(right)))
}

// Queries returns the number of queries.
func (r *Ranking) Queries() int { return len(r.best) }

// Ranks returns the rank of each query's best right answer.
func (r *Ranking) Ranks() []int { return slices.Clone(r.best) }

// Recall returns the share of queries with a right answer among the first k,
// R@k from 0 to 1; NaN of no queries.
func (r *Ranking) Recall(k int) float64 {
	n := 0
	for _, b := range r.best {
		if b <= k {
			n++
		}
	}
	return float64(n) / float64(len(r.best))
}

// MedianRank returns the median of the ranks, rounded down: the measure called
// MedR; 0 of no queries.
func (r *Ranking) MedianRank() int {
	s := slices.Sorted(slices.Values(r.best))
	n := len(s)
	if n == 0 {
		return 0
	}
	return (s[(n-1)/2] + s[n/2]) / 2
}

// MeanRank returns the mean of the ranks; NaN of no queries.
func (r *Ranking) MeanRank() float64 {
	sum := 0
	for _, b := range r.best {
		sum += b
	}
	return float64(sum) / float64(len(r.best))
}

// MRR returns the mean of the reciprocal ranks, 1/|Q| Σ 1/rank; NaN of no queries.
func (r *Ranking) MRR() float64 {
	sum := 0.0
	for _, b := range r.best {
		sum += 1 / float64(b)
	}
	return sum / float64(len(r.best))
}

// MAP returns the mean average precision. The average precision of a query with
// right answers at the places p_1 < p_2 < … is the mean of i/p_i. NaN of no queries.
func (r *Ranking) MAP() float64 {
	sum := 0.0
	for _, ap := range r.items {
		sum += ap
	}
	return sum / float64(len(r.items))
}

// String returns the measures as they are usually set side by side.
func (r *Ranking) String() string {
	if len(r.best) == 0 {
		return "no queries"
	}
	return fmt.Sprintf("R@1 %.3f  R@5 %.3f  R@10 %.3f  MedR %d  MeanR %.1f  MRR %.3f  mAP %.3f",
		r.Recall(1), r.Recall(5), r.Recall(10), r.MedianRank(), r.MeanRank(), r.MRR(), r.MAP())
}

// Chance returns the R@k that a random order of the items is expected to have: the
// mean over queries of 1 − C(n−r, k)/C(n, k) for r right answers; NaN of no queries.
func (r *Ranking) Chance(k int) float64 {
	sum := 0.0
	for _, right := range r.right {
		miss := 1.0
		for i := range min(k, r.n) {
			miss *= max(0, float64(r.n-right-i)) / float64(r.n-i)
		}
		sum += 1 - miss
	}
	return sum / float64(len(r.right))
}
