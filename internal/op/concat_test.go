package op_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func concat(axis int) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node { return verso.Concat(g, axis, in...) }
}

func TestConcatGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, c := range []struct {
		axis   int
		shapes [][]int
	}{
		{-1, [][]int{{2, 256}, {2, 3}, {2, 256}}},
		{0, [][]int{{3, 5}, {1, 5}, {260, 5}}},
		{1, [][]int{{2, 3, 4}, {2, 1, 4}}},
		{0, [][]int{{3}, {2}, {1}, {4}}},
		{-1, [][]int{{2, 3}}},
	} {
		t.Run(fmt.Sprint(c.shapes, c.axis), func(t *testing.T) {
			var in []gradcheck.Input
			for _, s := range c.shapes {
				in = append(in, gradcheck.Random(rng, 1, s...))
			}
			gradcheck.Check(t, in, concat(c.axis))
		})
	}
	t.Run("dynamic", func(t *testing.T) {
		gradcheck.Dynamic(t, randomRows(rng, 2, 5, 1), concat(1))
		gradcheck.Dynamic(t, randomRows(rng, 3, 3), concat(0))
	})
}

func TestConcatValues(t *testing.T) {
	a, b := matrix(2, 1.0, 2, 3, 4), matrix(1, 5.0, 6)
	assert.Equal(t, []float64{1, 2, 5, 3, 4, 6}, forward(t, op.Concat(1).F64, a, b).Data)
	c := matrix(2, 7.0, 8)
	y := forward(t, op.Concat(0).F64, a, c, a)
	assert.Equal(t, []float64{1, 2, 3, 4, 7, 8, 1, 2, 3, 4}, y.Data)
	assert.Equal(t, []int{5, 2}, y.Shape)
}

func TestConcatRefuses(t *testing.T) {
	a := matrix(2, 1.0, 2, 3, 4)
	err := shapeError(op.Concat(1).F64, a, matrix(1, 1.0, 2, 3))
	assert.ErrorIs(t, err, op.ErrShape)
	assert.ErrorContains(t, err, "[2 2] on all axes but 1, got [3 1]")
	err = shapeError(op.Concat(1).F64, a, vector(1.0, 2))
	assert.ErrorContains(t, err, "wants 2 axes as input 0 with [2 2] has, got [2]")
	assert.ErrorContains(t, shapeError(op.Concat(2).F64, a), "axis 2 of shape [2 2]")
}
