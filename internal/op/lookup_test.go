package op_test

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func TestLookupGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return g.Apply("embedding", op.Lookup(op.LookupConfig{PadRow: 3}), in...)
	}
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Ints(1, 2, 2, 0, 1), gradcheck.Random(rng, 1, 7, 300)}, f)
	var batches [][]gradcheck.Input
	table := gradcheck.Random(rng, 1, 9, 5)
	for _, n := range []int{3, 1, 300, 2, 7, 5, 1, 4, 260, 6} {
		ids := make([]int, n)
		for i := range ids {
			ids[i] = 4 + rng.IntN(5) // not the padding row
		}
		batches = append(batches, []gradcheck.Input{gradcheck.Ints(ids...), table})
	}
	t.Run("dynamic", func(t *testing.T) { gradcheck.Dynamic(t, batches, f) })
}
