package verso_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// gorgonia.Grad starts from one node for all graphs of a program and writes its
// hash into it, once in a program: run alone under the race detector this test sees it.
func TestCompileFromManyGoroutinesSharesNoNode(t *testing.T) {
	ps := verso.NewParams(1)
	layer := verso.NewLinear(ps, 3, 2)
	var wg, built sync.WaitGroup
	built.Add(8)
	for range 8 {
		wg.Go(func() {
			g := verso.NewGraph(1)
			x := g.Input("x", tensor.Float32, 1, 3)
			want := g.Input("want", tensor.Float32, 1, 2)
			loss := verso.MSE(g, layer.Forward(g, x), want, verso.DefaultMSEConfig())
			built.Done()
			built.Wait() // all compile at the same time
			m, err := g.Compile(loss)
			if !assert.NoError(t, err) {
				return
			}
			assert.NoError(t, m.Feed(x, tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{1, 2, 3}))))
			assert.NoError(t, m.Feed(want, tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{0, 1}))))
			assert.NoError(t, m.Run())
			assert.NoError(t, m.Close())
		})
	}
	wg.Wait()
}

// A second loss would get the first one's gradients: what leads to both has its
// gradient already.
func TestCompileDifferentiatesOnce(t *testing.T) {
	ps := verso.NewParams(1)
	layer := verso.NewLinear(ps, 3, 2)
	g := verso.NewGraph(1)
	x := g.Input("x", tensor.Float32, 1, 3)
	y := layer.Forward(g, x)
	first, second := verso.MSE(g, y, verso.Detach(g, y), verso.DefaultMSEConfig()), verso.MSE(g, y, verso.ReLU.Forward(g, y), verso.DefaultMSEConfig())
	_, err := g.Compile(nil)
	require.NoError(t, err, "a machine that only predicts may come first")
	_, err = g.Compile(first)
	require.NoError(t, err)
	for _, other := range []*gorgonia.Node{first, second, nil} {
		_, err = g.Compile(other)
		require.ErrorIs(t, err, verso.ErrGraph)
		require.ErrorContains(t, err, "a graph for each loss")
	}
}
