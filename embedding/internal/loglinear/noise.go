package loglinear

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed6481993f/verso/embedding/internal/alias"
)

// Noise draws ids with probability P(i) = count_i^power / Σ_j count_j^power, by Walker's alias method: one random number and one look into
// a table of 8 bytes an id. It does not change, so many goroutines may draw from one.
type Noise struct {
	cells []alias.Cell
	p     []float64
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
	n := &Noise{make([]alias.Cell, len(share)), share}
	alias.Fill(n.cells, share, total)
	for i := range n.p {
		n.p[i] /= total
	}
	return n, nil
}

// Draw returns an id.
func (n *Noise) Draw(r *rand.PCG) int32 { return alias.Draw(n.cells, r.Uint64()) }

// Len is the number of ids.
func (n *Noise) Len() int { return len(n.cells) }

// Probability returns P(i).
func (n *Noise) Probability(i int) float64 { return n.p[i] }
