package op_test

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
)

func TestElementwiseGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for _, c := range []struct {
		name string
		f    gradcheck.Func
	}{
		{"add", func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.Add(g, in...) }},
		{"mul", func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.Mul(g, in[0], in[1]) }},
		{"square", func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.Mul(g, in[0], in[0]) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 257), gradcheck.Random(rng, 1, 3, 257)}, c.f)
			var batches [][]gradcheck.Input
			for _, n := range []int{3, 1, 300, 2, 7, 5, 1, 4, 260, 6} {
				batches = append(batches, []gradcheck.Input{gradcheck.Random(rng, 1, n, 3), gradcheck.Random(rng, 1, n, 3)})
			}
			t.Run("dynamic", func(t *testing.T) { gradcheck.Dynamic(t, batches, c.f) })
		})
	}
}
