package multimodal

import (
	"fmt"
	"math"
	"slices"
)

// Ranking is how well a number of queries found their right answers. Ranks count
// from 1, the best place.
//
// Ties are settled against the model: a wrong item with the score of a right one
// stands before it, so that equal scores for everything earn the last place and
// not the first. A score that is NaN stands after all others.
type Ranking struct {
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
func Rank(scores []float32, n int, right [][]int) (*Ranking, error) {
	if n < 1 || len(scores) != n*len(right) {
		return nil, fmt.Errorf("%w: %d queries of %d items want %d scores, got %d", ErrShape, len(right), n, n*len(right), len(scores))
	}
	r := &Ranking{}
	order, isRight := make([]int, n), make([]bool, n)
	for q, answers := range right {
		if len(answers) == 0 {
			return nil, fmt.Errorf("%w: query %d has no right answer", ErrShape, q)
		}
		clear(isRight)
		for _, a := range answers {
			if a < 0 || a >= n {
				return nil, fmt.Errorf("%w: right answer %d of query %d, there are %d items", ErrShape, a, q, n)
			}
			isRight[a] = true
		}
		row := scores[q*n : (q+1)*n]
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return before(row, isRight, a, b) })
		r.add(order, isRight)
	}
	return r, nil
}

// before orders items by falling score; of equal ones the wrong ones come first.
func before(row []float32, right []bool, a, b int) int {
	x, y := row[a], row[b]
	switch {
	case x > y || y != y && x == x:
		return -1
	case y > x || x != x && y == y:
		return 1
	case right[a] == right[b]:
		return 0
	case right[b]:
		return -1
	}
	return 1
}

// add takes the measures of one query from the order of its items.
func (r *Ranking) add(order []int, right []bool) {
	best, found, precision := 0, 0, 0.0
	for place, i := range order {
		if !right[i] {
			continue
		}
		if found == 0 {
			best = place + 1
		}
		found++
		precision += float64(found) / float64(place+1)
	}
	r.best = append(r.best, best)
	r.items = append(r.items, precision/float64(found))
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

// SameID returns the right answers where an item answers a query if it has the
// query's id: for captions that ask for pictures, and the other way round.
func SameID(queries, items []string) [][]int {
	where := map[string][]int{}
	for i, id := range items {
		where[id] = append(where[id], i)
	}
	right := make([][]int, len(queries))
	for q, id := range queries {
		right[q] = where[id]
	}
	return right
}

// chance is the recall that a random order is expected to have, see [ChanceRecall].
func chance(n, right, k int) float64 {
	miss := 1.0
	for i := range min(k, n) {
		miss *= max(0, float64(n-right-i)) / float64(n-i)
	}
	return 1 - miss
}

// ChanceRecall returns the R@k that a random order of n items is expected to
// have: the mean over queries of 1 − C(n−r, k)/C(n, k) for r right answers.
func ChanceRecall(n, k int, right [][]int) float64 {
	if len(right) == 0 || n < 1 {
		return math.NaN()
	}
	sum := 0.0
	for _, answers := range right {
		sum += chance(n, len(answers), k)
	}
	return sum / float64(len(right))
}
