package verso_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

func ExampleLayerNorm() {
	ps := verso.NewParams(1)
	norm := verso.NewLayerNorm(ps, 0, 4)
	g := verso.NewGraph(1)
	x := g.Input("x", tensor.Float32, 1, 4)
	y := norm.Forward(g, x)
	m, err := g.Compile(nil)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	if err := m.Feed(x, tensor.New(tensor.WithShape(2, 4), tensor.WithBacking([]float32{1, 1, 3, 3, 10, 20, 10, 20}))); err != nil {
		panic(err)
	}
	if err := m.Run(); err != nil {
		panic(err)
	}
	fmt.Println(m.Float32s(y))
	// Output: [-1 -1 1 1 -1 1 -1 1]
}

func TestLayerNormConfig(t *testing.T) {
	ps := verso.NewParams(1)
	verso.NewLayerNorm(ps, -1, 4)
	require.ErrorIs(t, ps.Err(), verso.ErrConfig)
	ps = verso.NewParams(1)
	verso.NewLayerNormPlain(ps, 0)
	require.ErrorIs(t, ps.Err(), verso.ErrConfig)

	ps = verso.NewParams(1)
	norm := verso.NewLayerNorm(ps.Scope("norm1"), 1e-5, 4)
	require.NoError(t, ps.Err())
	require.Equal(t, "norm1.weight", norm.Weight.Name())
	require.Equal(t, []float32{1, 1, 1, 1}, norm.Weight.Float32s())
	g := verso.NewGraph(1)
	norm.Forward(g, g.Input("x", tensor.Float32, 1, 5))
	require.ErrorIs(t, g.Err(), verso.ErrShape)
	require.ErrorContains(t, g.Err(), "want last axes [4], got [1 5]")
}
