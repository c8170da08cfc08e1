package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSGNSStaysInside(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		bothEnds(t, 3, 1<<10, func(take func(i, n int) []float32) {
			for dim := 1; dim <= 70; dim++ {
				in, out, e := take(0, 2*dim), take(1, 7*dim), take(2, dim)
				steps := randomSteps(seeded(uint64(dim)), 9, 2, 7)
				require.NotPanics(t, func() { SGNS(dim, in, out, e, steps, 1e-3) })
			}
		})
	})
}
