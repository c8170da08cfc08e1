package verso_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/seed6481993f/verso"
)

func TestInitMoments(t *testing.T) {
	// For a weight (out 40, in 25, kernel 4): fan_in 100, fan_out 160.
	const in, out = 100.0, 160.0
	for _, c := range []struct {
		name            string
		init            verso.Init
		mean, std, most float64 // most: bound of |x|, 0 for none
	}{
		{"uniform", verso.Uniform(-1, 3), 1, 4 / math.Sqrt(12), 3},
		{"normal", verso.Normal(2, 0.5), 2, 0.5, 0},
		// The standard deviation of a normal cut at ±2: √(1 − 4φ(2)/(2Φ(2)−1)) = 0.8796.
		{"truncated normal", verso.TruncatedNormal(0, 0.02), 0, 0.02 * 0.8796, 0.04},
		{"xavier uniform", verso.XavierUniform(2), 0, 2 * math.Sqrt(2/(in+out)), 2 * math.Sqrt(6/(in+out))},
		{"xavier normal", verso.XavierNormal(1), 0, math.Sqrt(2 / (in + out)), 0},
		{"kaiming uniform", verso.KaimingUniform(math.Sqrt(5)), 0, 1 / math.Sqrt(3*in), 1 / math.Sqrt(in)},
		{"kaiming normal", verso.KaimingNormal(0), 0, math.Sqrt(2 / in), 0},
		{"constant", verso.Constant(-3), -3, 0, 3},
		{"ones", verso.Ones(), 1, 0, 1},
		{"zeros", verso.Zeros(), 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := verso.NewParams64(1).New("w", c.init, 40, 25, 4).Float64s()
			mean, std := stat.PopMeanStdDev(x, nil)
			require.InDelta(t, c.mean, mean, 0.05*c.std+1e-12)
			require.InDelta(t, c.std, std, 0.05*c.std+1e-12)
			for _, v := range x {
				if c.most > 0 {
					require.LessOrEqual(t, math.Abs(v), c.most)
				}
			}
		})
	}
}

func TestInitOrthogonal(t *testing.T) {
	for _, shape := range [][]int{{7, 3}, {3, 7}, {5, 5}, {4, 2, 3}} {
		x := verso.NewParams64(2).New("w", verso.Orthogonal(2), shape...).Float64s()
		rows := shape[0]
		cols := len(x) / rows
		n, length, at := rows, cols, func(i, k int) float64 { return x[i*cols+k] } // rows are orthonormal
		if rows > cols {
			n, length, at = cols, rows, func(i, k int) float64 { return x[k*cols+i] } // columns are
		}
		for i := range n {
			for j := range n {
				sum := 0.0
				for k := range length {
					sum += at(i, k) * at(j, k)
				}
				want := 0.0
				if i == j {
					want = 4 // the square of the gain
				}
				require.InDelta(t, want, sum, 1e-12, "shape %v", shape)
			}
		}
	}
}

func TestInitValues(t *testing.T) {
	require.Equal(t, []float64{1, 2, 3, 0}, verso.NewParams64(1).New("w", verso.Values([]float32{1, 2, 3}), 2, 2).Float64s())
}

// A first value depends on the seed and the name, not on what else there is.
func TestInitDependsOnSeedAndName(t *testing.T) {
	draw := func(seed uint64, before bool, name string) []float32 {
		ps := verso.NewParams(seed)
		if before {
			ps.New("other", verso.Normal(0, 1), 9)
		}
		return ps.Scope("a").New(name, verso.Normal(0, 1), 3).Float32s()
	}
	want := draw(1, false, "w")
	require.Equal(t, want, draw(1, true, "w"))
	require.NotEqual(t, want, draw(2, false, "w"))
	require.NotEqual(t, want, draw(1, false, "v"))
}

func TestParamSet(t *testing.T) {
	ps := verso.NewParams(1)
	p := ps.Scope("a").Scope("b").New("w", verso.Zeros(), 2, 3)
	require.Equal(t, "a.b.w", p.Name())
	require.Equal(t, []int{2, 3}, p.Shape())
	require.NoError(t, p.Set([]float64{1, 2, 3, 4, 5, 6}))
	require.Equal(t, []float32{1, 2, 3, 4, 5, 6}, p.Float32s())
	require.Nil(t, p.Float64s())
	require.ErrorIs(t, p.Set([]float32{1}), verso.ErrShape)
	require.ErrorIs(t, p.Set([]int{1}), verso.ErrShape)
	ps.New("c", verso.Zeros(), 4)
	require.Equal(t, 6, ps.Scope("a").Len())
	require.Equal(t, 10, ps.Len())
	got, ok := ps.Scope("a").Get("b.w")
	require.True(t, ok)
	require.Same(t, p, got)
	require.NoError(t, ps.Err())
	ps.New("d", verso.Zeros(), 2, 0)
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
	require.ErrorContains(t, ps.Err(), `"d"`)
}
