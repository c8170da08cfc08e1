package op_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

func training(g *verso.Graph) { g.SetTraining(true) }

func TestDropoutGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for _, p := range []float64{0, 0.1, 0.5, 0.8} {
		f := layer(verso.Dropout{P: p}.Forward)
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 257)}, f, training)
		gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 5)}, f)
		gradcheck.Dynamic(t, randomRows(rng, 3), f, training)
	}
}

func TestDropoutDraws(t *testing.T) {
	const n = 100_000
	ones := vector(fill(n, float32(1))...)
	draw := func(p float64, number uint64, m op.Mode) []float32 {
		return forward(t, must(op.Dropout(p, number, &m)).F32, ones).Data
	}
	m := op.Mode{Train: true, Seed: 1, Step: 2, Shard: 3}
	for _, p := range []float64{0.1, 0.5, 0.9} {
		kept := 0
		for _, v := range draw(p, 1, m) {
			if v != 0 {
				kept++
				require.Equal(t, float32(1/(1-p)), v)
			}
		}
		assert.InDelta(t, 1-p, float64(kept)/n, 5*math.Sqrt(p*(1-p)/n), "p = %v", p)
	}
	first := draw(0.5, 1, m)
	assert.Equal(t, first, draw(0.5, 1, m), "the same step twice")
	for what, other := range map[string][]float32{
		"number": draw(0.5, 2, m),
		"seed":   draw(0.5, 1, op.Mode{Train: true, Seed: 2, Step: 2, Shard: 3}),
		"step":   draw(0.5, 1, op.Mode{Train: true, Seed: 1, Step: 3, Shard: 3}),
		"shard":  draw(0.5, 1, op.Mode{Train: true, Seed: 1, Step: 2, Shard: 4}),
	} {
		same := 0
		for i, v := range other {
			if v == first[i] {
				same++
			}
		}
		assert.InDelta(t, 0.5, float64(same)/n, 0.01, "another %s must draw other elements", what)
	}
	assert.Equal(t, ones.Data, draw(0.5, 1, op.Mode{Seed: 1}), "evaluation")
	assert.Equal(t, ones.Data, draw(0, 1, m), "p = 0")
}

// A run in training followed by one in evaluation must not use the old mask.
func TestDropoutBackwardInEvaluation(t *testing.T) {
	m := &op.Mode{Train: true}
	s := must(op.Dropout(0.9, 1, m))
	x := vector(fill(100, 2.0)...)
	y := forward(t, s.F64, x)
	assert.Equal(t, y.Data, backward(t, s.F64, y, x.Data, x)[0])
	m.Train = false
	y = forward(t, s.F64, x)
	assert.Equal(t, x.Data, backward(t, s.F64, y, x.Data, x)[0])
}

func TestDropoutRefuses(t *testing.T) {
	for _, p := range []float64{-0.1, 1, 1.5, math.NaN()} {
		_, err := op.Dropout(p, 1, &op.Mode{})
		require.ErrorContains(t, err, "at least 0 and below 1")
	}
}
