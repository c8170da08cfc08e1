package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNorm(t *testing.T) {
	inf := math.Inf(1)
	x := []float32{3, -4, 0, 12, 0, 0, 84}
	for p, want := range map[float64]float64{
		2: 85, 1: 103, inf: 84, -inf: 0, 0: 4, 3: math.Cbrt(27 + 64 + 1728 + 592704), 0.5: math.Pow(math.Sqrt(3)+2+math.Sqrt(12)+math.Sqrt(84), 2),
	} {
		assert.InEpsilon(t, want+1, Norm(p, x)+1, 1e-14, "p = %v", p)
		assert.Zero(t, Norm(p, []float32{}), "p = %v", p)
	}
	assert.Equal(t, 2.0, Norm(-inf, []float64{-2, 5}))
	assert.True(t, math.IsNaN(Norm(inf, []float64{1, math.NaN(), 2})))
	assert.True(t, math.IsNaN(Norm(2, []float64{1, math.NaN(), 2})))
	assert.InEpsilon(t, 5e30, Norm(2, []float32{3e30, 4e30}), 1e-7, "squares beyond float32")
}

func TestClipCoefficient(t *testing.T) {
	assert.Equal(t, 1.0, ClipCoefficient(5, 10), "shorter gradients stay")
	assert.InDelta(t, 0.2, ClipCoefficient(5, 1), 1e-6)
	assert.Less(t, 5*ClipCoefficient(5, 1), 1.0, "1e-6 in the denominator")
	assert.Equal(t, 1.0, ClipCoefficient(0, 1))
	assert.Zero(t, ClipCoefficient(math.Inf(1), 1))
	assert.True(t, math.IsNaN(ClipCoefficient(math.NaN(), 1)))
}

func TestRowMaxNorm(t *testing.T) {
	w := []float32{0, 0, 3, 4, 0.1, 0.2, 6, -8}
	RowMaxNorm(w, 2, 5)
	assert.Equal(t, []float32{0, 0, 3, 4, 0.1, 0.2, 3, -4}, w)
	RowMaxNorm(w, 0, 1)
	assert.Equal(t, float32(3), w[2], "no columns, nothing to do")
}
