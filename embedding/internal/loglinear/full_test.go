package loglinear

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A step that looks at all targets goes down the numeric gradient of its loss, in h and in Out, for as many targets as cross a block.
func TestLearnFull(t *testing.T) {
	const dim, rate, h0 = 5, 0.3, 1e-5
	for _, targets := range []int{1, 2, 255, 257} {
		for _, softmax := range []bool{true, false} {
			named := []int32{int32(targets - 1)}
			if !softmax && targets > 2 {
				named = []int32{0, 200}
			}
			tables, err := NewTables[float64](1, targets, dim)
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range targets {
				for j := range dim {
					tables.Target(i)[j] = r.NormFloat64()
				}
			}
			l, err := NewLearner(tables, Objective{Full: targets}, rand.NewPCG(1, 1))
			require.NoError(t, err)
			h, e := l.Room(), l.Room()
			for j := range dim {
				h[j] = r.NormFloat64()
			}
			before := slices.Clone(tables.Out)
			loss := func() (sum float64) {
				l.Loss = &sum
				l.SetRate(0)
				l.LearnFull(h, named, l.Room(), softmax)
				l.Loss = nil
				return sum
			}
			numeric := func(x *float64) float64 {
				old := *x
				*x = old + h0
				up := loss()
				*x = old - h0
				down := loss()
				*x = old
				return (up - down) / (2 * h0)
			}
			wantE := make([]float64, dim)
			for j := range dim {
				wantE[j] = -rate * numeric(&h[j])
			}
			picked := []int{0, targets / 2, targets - 1}
			var wantOut []float64
			for _, i := range picked {
				for j := range dim {
					wantOut = append(wantOut, -rate*numeric(&tables.Target(i)[j]))
				}
			}
			require.Equal(t, before, tables.Out, "a rate of 0 changes nothing")
			l.SetRate(rate)
			l.LearnFull(h, named, e, softmax)
			require.InDeltaSlice(t, wantE, e[:dim], 1e-6, "%d targets, softmax %v", targets, softmax)
			require.Equal(t, make([]float64, len(e)-dim), e[dim:])
			for k, i := range picked {
				for j := range dim {
					require.InDelta(t, wantOut[k*dim+j], tables.Target(i)[j]-before[i*tables.Stride+j], 1e-6)
				}
			}
		}
	}
	for _, bad := range []Objective{{Full: -1}, {Full: 2, Negatives: 1}, {Full: 3}} {
		tables, err := NewTables[float64](1, 2, 1)
		require.NoError(t, err)
		_, err = NewLearner(tables, bad, rand.NewPCG(1, 1))
		require.ErrorIs(t, err, ErrConfig)
	}
}

// With Redraw a negative is never the target, and there are as many as asked for; without one, fewer.
func TestRedraw(t *testing.T) {
	noise, err := NewNoise([]int64{1, 1}, 1)
	require.NoError(t, err)
	tables, err := NewTables[float64](1, 2, 1)
	require.NoError(t, err)
	steps := func(redraw bool) (sum float64) {
		l, err := NewLearner(tables, Objective{Noise: noise, Negatives: 6, Redraw: redraw}, rand.NewPCG(1, 1))
		require.NoError(t, err)
		l.Loss = &sum
		for range 100 {
			l.Pair(0, 1)
		}
		l.Flush()
		return sum / math.Ln2 / 100 // tables of zeros and a rate of 0: rows looked at
	}
	require.InDelta(t, 7, steps(true), 1e-9)
	require.InDelta(t, 4, steps(false), 0.5)
}
