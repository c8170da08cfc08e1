// Package alias draws numbers with given shares in constant time, by Walker's alias method (1977): a table of cells, one a number, of which each
// holds its own number and part of another's. Vose (1991) fills it.
package alias

import (
	"math"
	"math/bits"
)

// Cell i of a table stands for i with probability keep/2^32 and for another number else; 8 bytes.
type Cell struct {
	keep  uint32
	other int32
}

// Fill makes cells draw i with probability share_i / Σ_j share_j. There are as many shares as cells, none below 0 and one above; they add up to
// sum, which is finite.
func Fill(cells []Cell, share []float64, sum float64) {
	n := float64(len(cells))
	left := make([]float64, len(cells)) // of each number, in cells
	var small, large []int32
	for i, x := range share {
		if left[i] = x / sum * n; left[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 { // what a cell lacks comes from one that has more
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		cells[s] = Cell{uint32(min(left[s]*(1<<32), math.MaxUint32)), l}
		if left[l] -= 1 - left[s]; left[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, rest := range [][]int32{small, large} { // whole, but for rounding
		for _, i := range rest {
			cells[i] = Cell{math.MaxUint32, i}
		}
	}
}

// Draw returns the number that 64 random bits stand for.
func Draw(cells []Cell, random uint64) int32 {
	i, fraction := bits.Mul64(random, uint64(len(cells)))
	if c := cells[i]; uint32(fraction>>32) >= c.keep {
		return c.other
	}
	return int32(i)
}
