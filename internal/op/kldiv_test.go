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

func TestKLDivergenceGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, r := range []verso.Reduction{verso.ReduceMean, verso.ReduceSum, verso.ReduceNone} {
		t.Run(fmt.Sprint(r), func(t *testing.T) {
			f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return verso.KLDivergence(g, in[0], in[1], verso.KLDivergenceConfig{Temperature: 2.5, Reduction: r})
			}
			gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 2, 3, 257), constant(gradcheck.Random(rng, 2, 3, 257))}, f)
			if r == verso.ReduceMean {
				var batches [][]gradcheck.Input
				for _, b := range randomRows(rng, 3, 3) {
					batches = append(batches, []gradcheck.Input{b[0], constant(b[1])})
				}
				gradcheck.Dynamic(t, batches, f)
			}
		})
	}
}

func TestKLDivergenceValues(t *testing.T) {
	s := must(op.KLDiv(op.KLDivConfig{Temperature: 1, Reduction: op.ReduceNone}))
	half := math.Log(0.5)
	y := forward(t, s.F64, matrix(2, half, half, 5, 5), matrix(2, math.Log(0.25), math.Log(0.75), 0, math.Inf(-1)))
	assert.InDeltaSlice(t, []float64{0.25*math.Log(0.5) + 0.75*math.Log(1.5), math.Log(2)}, y.Data, 1e-12)
	assert.ErrorIs(t, shapeError(s.F64, matrix(2, 1.0, 2), matrix(1, 1.0, 2)), op.ErrShape)
	for _, c := range []op.KLDivConfig{{}, {Temperature: -1}, {Temperature: math.Inf(1)}, {Temperature: 1, Reduction: "x"}} {
		_, err := op.KLDiv(c)
		assert.Error(t, err, "%+v", c)
	}
}
