package verso_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
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
