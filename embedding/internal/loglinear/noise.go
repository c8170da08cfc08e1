package loglinear

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Noise draws ids with probability P(i) = count_i^power / Σ_j count_j^power, by Walker's alias method: one random number and one look into
// a table of 8 bytes an id. It does not change, so many goroutines may draw from one.
type Noise struct {
	cells []cell
	p     []float64
}

// cell holds id i with probability keep/2^32 and other ids else.
type cell struct {
	keep  uint32
	other int32
}

// NewNoise makes the distribution of counts; word2vec's power is 0.75. Ids of count 0 are never drawn. At least one count must be above 0,
// and none below ([ErrCounts]).
func NewNoise(counts []int64, power float64) (*Noise, error) {
	if len(counts) > math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d, want at most 2^31-1", ErrCounts, len(counts))
	}
	if math.IsNaN(power) || math.IsInf(power, 0) {
		return nil, fmt.Errorf("%w: power %v of the counts, want a number", ErrConfig, power)
	}
	share := make([]float64, len(counts))
	for i, c := range counts {
		if c < 0 {
			return nil, fmt.Errorf("%w: %d for id %d, want 0 or more", ErrCounts, c, i)
		}
		if c > 0 {
			share[i] = math.Pow(float64(c), power)
		}
	}
	return newNoise(share)
}

// newNoise makes a distribution of shares, which it keeps.
func newNoise(share []float64) (*Noise, error) {
	total := 0.0
	for _, x := range share {
		total += x
	}
	if !(total > 0) || math.IsInf(total, 0) {
		return nil, fmt.Errorf("%w: %d shares add up to %v, want a number above 0", ErrCounts, len(share), total)
	}
	n := &Noise{make([]cell, len(share)), share}
	for i := range n.p {
		n.p[i] /= total
	}
	n.fill()
	return n, nil
}

// fill pairs each id that has less than an even share with one that has more, which fills up its cell (Vose 1991).
func (n *Noise) fill() {
	share := make([]float64, len(n.p)) // of the cell of i, in cells
	var small, large []int32
	for i, p := range n.p {
		share[i] = p * float64(len(n.p))
		if share[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		n.cells[s] = cell{uint32(min(share[s]*(1<<32), math.MaxUint32)), l}
		if share[l] -= 1 - share[s]; share[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, rest := range [][]int32{small, large} { // whole, but for rounding
		for _, i := range rest {
			n.cells[i] = cell{math.MaxUint32, i}
		}
	}
}

// Draw returns an id.
func (n *Noise) Draw(r *rand.PCG) int32 {
	i, fraction := bits.Mul64(r.Uint64(), uint64(len(n.cells)))
	if c := n.cells[i]; uint32(fraction>>32) >= c.keep {
		return c.other
	}
	return int32(i)
}

// Len is the number of ids.
func (n *Noise) Len() int { return len(n.cells) }

// Probability returns P(i).
func (n *Noise) Probability(i int) float64 { return n.p[i] }
