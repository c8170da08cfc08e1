package op

import (
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// timeline puts the rows of a ragged batch in the order of time: the rows of
// step 0 of all sequences, longest sequence first, then those of step 1, and so
// on. The sequences that still run at a step are then the first ones, and their
// rows lie together:
//
//	lengths 2 3 1, rows a0 a1 b0 b1 b2 c0  →  b0 a0 c0 | b1 a1 | b2
//
// In reverse, step 0 is each sequence's own last row.
type timeline struct {
	order []int // sequences, longest first, equal ones as they come
	rank  []int // of each sequence in order
	start []int // start[t]: first row of step t; the last element is the number of rows
	row   []int // row of the ragged batch for each row in order of time
	plain bool  // both orders are the same
}

// arrange computes the order for these lengths.
func (l *timeline) arrange(lengths []int, reverse bool) {
	longest := 0
	l.order = grow(l.order, len(lengths))
	for s, n := range lengths {
		l.order[s], longest = s, max(longest, n)
	}
	slices.SortStableFunc(l.order, func(a, b int) int { return lengths[b] - lengths[a] })

	l.start = grow(l.start, longest+1)
	clear(l.start)
	total, running := 0, len(lengths)
	for t := range longest {
		l.start[t] = total
		for lengths[l.order[running-1]] <= t {
			running--
		}
		total += running
	}
	l.start[longest] = total

	l.row = grow(l.row, total)
	l.rank = grow(l.rank, len(lengths))
	for r, s := range l.order {
		l.rank[s] = r
	}
	first := 0
	l.plain = true
	for s, n := range lengths {
		for t := range n {
			at, from := l.start[t]+l.rank[s], first+t
			if reverse {
				from = first + n - 1 - t
			}
			l.row[at] = from
			l.plain = l.plain && at == from
		}
		first += n
	}
}

// steps returns the length of the longest sequence, rows the sum of all lengths.
func (l *timeline) steps() int { return len(l.start) - 1 }
func (l *timeline) rows() int  { return l.start[l.steps()] }

// step returns the bounds of the rows of step t.
func (l *timeline) step(t int) (from, to int) { return l.start[t], l.start[t+1] }

// running returns how many sequences run at step t.
func (l *timeline) running(t int) int { return l.start[t+1] - l.start[t] }

// inTime returns ragged rows in the order of time, in buf unless they are so already.
func inTime[T Float](l *timeline, width int, x []T, buf *[]T) []T {
	if l.plain {
		return x[:l.rows()*width]
	}
	*buf = grow(*buf, l.rows()*width)
	kernel.Gather(*buf, width, x, l.row)
	return *buf
}

// inRows writes rows in the order of time to their places in a ragged batch.
// The row of a batch that is empty throughout becomes 0.
func inRows[T Float](l *timeline, width int, x, dst []T) {
	if l.plain {
		clear(dst[copy(dst, x[:l.rows()*width]):])
		return
	}
	for at, r := range l.row {
		copy(dst[r*width:(r+1)*width], x[at*width:(at+1)*width])
	}
}
