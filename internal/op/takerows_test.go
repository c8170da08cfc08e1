package op_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func TestTakeRowsGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return verso.TakeRows(g, in[0], in[1])
	}
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(r, 1, 260, 3), gradcheck.Ints(259, 0, -1, 257, 0, 3)}, f)
	var batches [][]gradcheck.Input
	for _, n := range []int{3, 1, 300, 5} {
		batches = append(batches, []gradcheck.Input{gradcheck.Random(r, 1, n, 4), gradcheck.Ints(n-1, -1, 0)})
	}
	t.Run("dynamic", func(t *testing.T) { gradcheck.Dynamic(t, batches, f) })
}

func TestTakeRowsRefuses(t *testing.T) {
	x := matrix(2, 1.0, 2, 3, 4)
	for _, at := range []int{-2, 2} {
		assert.ErrorIs(t, shapeError(op.TakeRows().F64, x, ints[float64](0, at)), op.ErrInput)
	}
	assert.ErrorIs(t, shapeError(op.TakeRows().F64, vector(1.0), ints[float64](0)), op.ErrShape)
}
