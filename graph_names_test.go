package verso_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// Gorgonia hands back the node that is there where an input of its name and shape is
// added, and drops the new value.
func TestTrapSameNameInputsMerge(t *testing.T) {
	layer := func(seed uint64) *verso.Linear {
		return verso.NewLinear(verso.NewParams64(seed), 3, 4)
	}
	t.Run("the caller's", func(t *testing.T) {
		expr := gorgonia.NewGraph()
		mine := dense(wave(12, 0), 4, 3)
		w := gorgonia.NewMatrix(expr, tensor.Float64, gorgonia.WithShape(4, 3), gorgonia.WithName("weight"), gorgonia.WithValue(mine))
		l, g := layer(1), verso.Adopt(expr, 1)
		l.Forward(g, g.Input("x", tensor.Float64, 2, 3))
		require.NoError(t, g.Err())
		own := g.Param(l.Weight)
		require.NotSame(t, w, own)
		assert.Equal(t, l.Weight.Float64s(), own.Value().Data())
		assert.Equal(t, mine.Data(), w.Value().Data())
		assert.NotSame(t, w, g.Input("weight", tensor.Float64, 4, 3))
	})
	t.Run("two wrappers", func(t *testing.T) {
		expr := gorgonia.NewGraph()
		for seed := range uint64(2) {
			l, g := layer(seed), verso.Adopt(expr, 1)
			assert.Equal(t, l.Weight.Float64s(), g.Param(l.Weight).Value().Data())
		}
	})
	t.Run("names that look made", func(t *testing.T) {
		g := verso.NewGraph(1)
		nodes := map[*gorgonia.Node]bool{}
		for _, name := range []string{"x", "x", "x.2", "x", "x.2"} {
			nodes[g.Input(name, tensor.Float32, 1, 3)] = true
		}
		assert.Len(t, nodes, 5)
	})
}
