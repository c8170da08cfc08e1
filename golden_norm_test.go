package verso_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
)

func TestGoldenLayerNorm(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"layer_norm"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "normalized_shape", "eps", "affine")
		goldenLayer(t, c, goldenLayerNorm[float64], goldenLayerNorm[float32])
	})
}

func goldenLayerNorm[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	layer := verso.NewLayerNormPlain
	if g.c.Bool("affine") {
		layer = verso.NewLayerNorm
	}
	l := layer(g.params, g.c.Float("eps"), g.c.Ints("normalized_shape")...)
	for _, p := range g.params.All() {
		require.NoError(g.t, p.Set(golden.As[T](g.c.Weight(p.Name()))))
	}
	return map[string]*gorgonia.Node{"y": l.Forward(g.Graph, g.input("x"))}
}
