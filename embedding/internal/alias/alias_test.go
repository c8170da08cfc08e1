package alias

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Numbers come as often as their shares say, within five standard deviations, and none of share 0 at all.
func TestDraw(t *testing.T) {
	for _, share := range [][]float64{{1}, {0, 1}, {1, 1, 1}, {50, 0, 17, 9, 8, 5, 3, 1000, 1}, {1e-9, 1, 1e-3}, {1e280, 3e280}} {
		sum := 0.0
		for _, x := range share {
			sum += x
		}
		cells := make([]Cell, len(share))
		Fill(cells, share, sum)
		r := rand.NewPCG(1, 2)
		const draws = 100_000
		seen := make([]float64, len(share))
		for range draws {
			seen[Draw(cells, r.Uint64())]++
		}
		for i, x := range share {
			p := x / sum
			require.InDelta(t, p, seen[i]/draws, 5*math.Sqrt(p*(1-p)/draws)+1e-9, "%v", share)
		}
	}
}
