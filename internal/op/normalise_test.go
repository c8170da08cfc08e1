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

func TestL2NormaliseGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	f := layer(verso.L2Normalise)
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 257)}, f)
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3, 4)}, f)
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 5)}, f)
	gradcheck.Dynamic(t, randomRows(rng, 3), f)
	large := layer(func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
		return g.Apply("n", must(op.L2Normalise(100)), x) // every row below ε
	})
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 4)}, large)
}

func TestL2NormaliseValues(t *testing.T) {
	s := must(op.L2Normalise(1e-12))
	x := matrix(2, 3.0, 4, 0, 0)
	y := forward(t, s.F64, x)
	assert.InDeltaSlice(t, []float64{0.6, 0.8, 0, 0}, y.Data, 1e-15)
	assert.InDeltaSlice(t, []float64{0.16 * 0.2, -0.12 * 0.2, 1e12, 0}, backward(t, s.F64, y, []float64{0.25, 0, 1, 0}, x)[0], 1e-3)
	y32 := forward(t, s.F32, matrix(2, float32(3e30), 4e30))
	assert.InDeltaSlice(t, []float32{0.6, 0.8}, y32.Data, 1e-6, "squares beyond the range of float32")
	assert.ErrorIs(t, shapeError(s.F64, op.Value[float64]{}), op.ErrShape)
	_, err := op.L2Normalise(0)
	assert.Error(t, err)
}

func TestCosineGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return verso.CosineSimilarity(g, in[0], in[1])
	}
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 257), gradcheck.Random(rng, 1, 3, 257)}, f)
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 2, 3), constant(gradcheck.Random(rng, 1, 2, 3))}, f)
	gradcheck.Dynamic(t, randomRows(rng, 3, 3), f)
	below := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return g.Apply("c", must(op.Cosine(3)), in[0], in[1]) // some norms below ε, some above
	}
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 7, 9), gradcheck.Random(rng, 1, 7, 9)}, below)
}

func TestCosineValues(t *testing.T) {
	s := must(op.Cosine(1e-8))
	y := forward(t, s.F64, matrix(2, 1.0, 0, 1, 1, 0, 0, 1e-9, 0), matrix(2, 1.0, 0, 1, 0, 1, 2, 1000, 0))
	assert.InDeltaSlice(t, []float64{1, 0.7071067811865476, 0, 0.1}, y.Data, 1e-12)
	assert.Equal(t, []int{4}, y.Shape)
	assert.ErrorContains(t, shapeError(s.F64, matrix(2, 1.0, 2), vector(1.0, 2)), "[1 2] wants others of the same shape, got [2]")
}
