package op_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func TestSoftmaxGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, c := range []struct {
		axis  int
		shape []int
	}{
		{-1, []int{5}}, {0, []int{5}}, {-1, []int{3, 257}}, {0, []int{3, 5}}, {1, []int{1, 5}},
		{-2, []int{260, 3}}, {1, []int{2, 3, 4}}, {0, []int{2, 3, 4}}, {-2, []int{2, 3, 2, 3}}, {1, []int{5, 1}},
	} {
		t.Run(fmt.Sprint(c.shape, c.axis), func(t *testing.T) {
			in := []gradcheck.Input{gradcheck.Random(rng, 2, c.shape...)}
			for name, f := range map[string]func(*verso.Graph, *gorgonia.Node, int) *gorgonia.Node{
				"softmax": verso.Softmax, "log": verso.LogSoftmax, "sum": verso.LogSumExp,
			} {
				t.Run(name, func(t *testing.T) {
					gradcheck.Check(t, in, layer(func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node { return f(g, x, c.axis) }))
				})
			}
			t.Run("sum, axis kept", func(t *testing.T) {
				gradcheck.Check(t, in, layer(func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
					return g.Apply("lse", op.LogSumExp(c.axis, true), x)
				}))
			})
		})
	}
	for _, axis := range []int{0, 1} {
		t.Run(fmt.Sprint("dynamic", axis), func(t *testing.T) {
			gradcheck.Dynamic(t, randomRows(rng, 5), layer(func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
				return verso.Concat(g, 1, verso.Softmax(g, x, axis), verso.LogSoftmax(g, x, axis))
			}))
			gradcheck.Dynamic(t, randomRows(rng, 5), layer(func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
				return verso.LogSumExp(g, x, axis)
			}))
		})
	}
}

func TestSoftmaxValues(t *testing.T) {
	inf := math.Inf(1)
	x := matrix(3,
		1000, 1001, 1002, // large offsets
		-1000, -1001, -1002,
		0, -inf, 0, // a masked element
		-inf, -inf, -inf) // nothing at all
	e := 1 + math.Exp(-1) + math.Exp(-2)
	top, mid, low := 1/e, math.Exp(-1)/e, math.Exp(-2)/e
	y := forward(t, op.Softmax(-1, nil).F64, x)
	assert.InDeltaSlice(t, []float64{low, mid, top, top, mid, low, 0.5, 0, 0.5, 0, 0, 0}, y.Data, 1e-15)

	sum := forward(t, op.LogSumExp(-1, false).F64, x)
	assert.Equal(t, []int{4}, sum.Shape)
	assert.InDeltaSlice(t, []float64{1002 + math.Log(e), -1000 + math.Log(e), math.Log(2)}, sum.Data[:3], 1e-12)
	assert.Equal(t, -inf, sum.Data[3])
	s := op.LogSumExp(-1, true).F64
	sum = forward(t, s, x)
	assert.Equal(t, []int{4, 1}, sum.Shape)
	assert.InDeltaSlice(t, y.Data, backward(t, s, sum, []float64{1, 1, 1, 1}, x)[0], 1e-12)

	log := forward(t, op.LogSoftmax(-1, nil).F64, x)
	assert.InDelta(t, -2-math.Log(e), log.Data[0], 1e-12)
	assert.Equal(t, -inf, log.Data[7])

	whole := forward(t, op.LogSumExp(0, false).F64, vector(1.0, 2.0))
	assert.Empty(t, whole.Shape, "a vector gives a scalar")
}

func TestSoftmaxRefuses(t *testing.T) {
	for _, axis := range []int{2, -3} {
		for _, s := range []op.Spec{op.Softmax(axis, nil), op.LogSumExp(axis, false)} {
			err := shapeError(s.F64, matrix(2, 1.0, 2))
			assert.ErrorIs(t, err, op.ErrShape)
			assert.ErrorContains(t, err, fmt.Sprintf("axis %d of shape [1 2]", axis))
		}
	}
}
