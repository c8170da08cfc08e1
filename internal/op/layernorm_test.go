package op_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func layerNorm(eps float64, sizes ...int) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		c := op.LayerNormConfig{Sizes: sizes, Eps: eps, Affine: len(in) > 1, Mode: g.Mode()}
		return g.Apply("layer norm", must(op.LayerNorm(c)), in...)
	}
}

func TestLayerNormGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for _, c := range []struct {
		x, sizes []int
		affine   bool
	}{
		{[]int{3, 5}, []int{5}, true},
		{[]int{2, 257}, []int{257}, true},
		{[]int{2, 3, 4}, []int{3, 4}, true},
		{[]int{260, 3}, []int{3}, true}, // rows across a run of sums
		{[]int{7}, []int{7}, false},
		{[]int{2, 130}, []int{130}, false},
	} {
		t.Run(fmt.Sprint(c.x, c.sizes, c.affine), func(t *testing.T) {
			in := []gradcheck.Input{gradcheck.Random(rng, 1, c.x...)}
			if c.affine {
				in = append(in, gradcheck.Random(rng, 1, c.sizes...), gradcheck.Random(rng, 1, c.sizes...))
			}
			gradcheck.Check(t, in, layerNorm(1e-5, c.sizes...))
		})
	}
	t.Run("dynamic", func(t *testing.T) {
		batches := randomRows(rng, 6)
		for i := range batches {
			batches[i] = append(batches[i], gradcheck.Random(rng, 1, 6), gradcheck.Random(rng, 1, 6))
		}
		gradcheck.Dynamic(t, batches, layerNorm(1e-5, 6))
	})
}

// A row does not know its neighbours, and no number of workers changes a bit.
func TestLayerNormBits(t *testing.T) {
	const rows, n = 1000, 64
	rng := rand.New(rand.NewPCG(6, 2))
	x, dy := matrix(n, noise(rng, rows*n)...), noise(rng, rows*n)
	gamma, beta := vector(noise(rng, n)...), vector(noise(rng, n)...)
	run := func(workers int, x op.Value[float32], dy []float32) ([]float32, [][]float32) {
		b := must(op.LayerNorm(op.LayerNormConfig{Sizes: []int{n}, Eps: 1e-5, Affine: true, Mode: &op.Mode{Workers: workers}})).F32
		y := forward(t, b, x, gamma, beta)
		return y.Data, backward(t, b, y, dy, x, gamma, beta)
	}
	y, d := run(1, x, dy)
	y4, d4 := run(4, x, dy)
	assert.Equal(t, y, y4)
	assert.Equal(t, d, d4)
	one, done := run(1, matrix(n, x.Data[:n]...), dy[:n])
	assert.Equal(t, y[:n], one)
	assert.Equal(t, d[0][:n], done[0])
}

func TestLayerNormRefuses(t *testing.T) {
	_, err := op.LayerNorm(op.LayerNormConfig{Eps: 1e-5})
	require.ErrorContains(t, err, "at least one axis")
	_, err = op.LayerNorm(op.LayerNormConfig{Sizes: []int{3}, Eps: -1})
	require.ErrorContains(t, err, "ε of at least 0, got -1")
	b := must(op.LayerNorm(op.LayerNormConfig{Sizes: []int{3}, Affine: true})).F64
	err = shapeError(b, matrix(2, 1.0, 2), vector(1.0, 2, 3), vector(1.0, 2, 3))
	require.ErrorIs(t, err, op.ErrShape)
	require.ErrorContains(t, err, "want last axes [3], got [1 2]")
	require.ErrorContains(t, shapeError(b, matrix(3, 1.0, 2, 3), vector(1.0, 2, 3), vector(1.0)), "the shift wants [3], got [1]")
}

// noise returns n numbers of N(0, 1).
func noise(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}
