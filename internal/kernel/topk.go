package kernel

import "slices"

// Match is a row of a table and its score.
type Match[T Float] struct {
	Row   int
	Score T
}

// TopK returns the k rows of table, rows of len(query) numbers, with the largest scalar products with query, largest first; of equal scores the
// lower row comes first, and NaN does not come at all. Rows and query of length 1 give cosines. into, which may be nil, is the memory
// for the answer.
//
// Cost: one pass over the table, which its memory's bandwidth bounds, and O(log k) for each row that enters a heap of the best so far.
func TopK[T Float](k int, query, table []T, into []Match[T]) []Match[T] {
	heap := into[:0]
	width := len(query)
	if width == 0 || k <= 0 {
		return heap
	}
	sameLength(len(table)%width, 0)
	var scores [64]T
	for row, n := 0, len(table)/width; row < n; row += len(scores) {
		part := scores[:min(len(scores), n-row)]
		scoreRows(part, query, table[row*width:])
		for i, s := range part {
			switch {
			case len(heap) < k:
				if s == s {
					heap = append(heap, Match[T]{row + i, s})
					rise(heap)
				}
			case s > heap[0].Score: // rows ascend, so an equal score does not enter
				heap[0] = Match[T]{row + i, s}
				sink(heap)
			}
		}
	}
	slices.SortFunc(heap, func(a, b Match[T]) int {
		if worse(b, a) {
			return -1
		}
		return 1
	})
	return heap
}

// scoreRows writes the products of query with as many rows as scores has.
func scoreRows[T Float](scores, query, rows []T) {
	width := len(query)
	for i := range scores {
		scores[i] = Dot(query, rows[i*width:(i+1)*width])
	}
}

// worse orders the heap: its root is the match to lose first.
func worse[T Float](a, b Match[T]) bool {
	return a.Score < b.Score || a.Score == b.Score && a.Row > b.Row
}

func rise[T Float](heap []Match[T]) {
	for i := len(heap) - 1; i > 0 && worse(heap[i], heap[(i-1)/2]); i = (i - 1) / 2 {
		heap[i], heap[(i-1)/2] = heap[(i-1)/2], heap[i]
	}
}

func sink[T Float](heap []Match[T]) {
	for i := 0; ; {
		child := 2*i + 1
		if child+1 < len(heap) && worse(heap[child+1], heap[child]) {
			child++
		}
		if child >= len(heap) || !worse(heap[child], heap[i]) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
