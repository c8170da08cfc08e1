package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var activations = []Activation{ActivationNone, ActivationReLU, ActivationTanh, ActivationGeluErf, ActivationGeluTanh}

// randomOptions gives an epilogue for C of m×n with row length ldc; its operands lie between canaries.
func randomOptions[T Float](r *rand.Rand, m, n, ldc int) (o Options[T], guards []guarded[T]) {
	operand := func(n int) []T {
		if r.IntN(3) == 0 {
			return nil
		}
		g := guard[T](n)
		guards = append(guards, g)
		return randomise(r, g.data)
	}
	o.RowBias, o.Bias, o.Add = operand(m), operand(n), operand((m-1)*ldc+n)
	o.Activation = activations[r.IntN(len(activations))]
	return o, guards
}

// steps does the epilogue one step after another.
func steps[T Float](o Options[T], m, n int, c []T, ldc int) {
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		for j := range row {
			if o.RowBias != nil {
				row[j] += o.RowBias[i]
			}
			if o.Bias != nil {
				row[j] += o.Bias[j]
			}
			if o.Add != nil {
				row[j] += o.Add[i*ldc+j]
			}
		}
		activate(o.Activation, row)
	}
}

func TestEpilogueGivesTheBitsOfItsSteps(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(21)
		for i := range few(200) {
			alpha, beta := factors[float32](r)
			k := 1 + r.IntN(40)
			if i%20 == 0 {
				k = 900 // several blocks: the epilogue comes after the last
			}
			p := newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, 1+r.IntN(40)*r.IntN(2), 1+r.IntN(150), k, alpha, beta)
			o, guards := randomOptions[float32](r, p.m, p.n, p.ldc)
			got := guard[float32](len(p.c.data))
			copy(got.data, p.c.data)
			p.run()
			steps(o, p.m, p.n, p.c.data, p.ldc)
			GemmWith(o, p.transA, p.transB, p.m, p.n, p.k, alpha, p.a.data, p.lda, p.b.data, p.ldb, beta, got.data, p.ldc)
			sameBits(t, p.c.data, got.data, p)
			got.check(t)
			for _, g := range guards {
				g.check(t)
			}
		}
	})
}

func TestEpilogueOfFloat64(t *testing.T) {
	r := seeded(22)
	for range 40 {
		alpha, beta := factors[float64](r)
		p := newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, 1+r.IntN(20), 1+r.IntN(20), r.IntN(20), alpha, beta)
		o, _ := randomOptions[float64](r, p.m, p.n, p.ldc)
		o.Workers = 3
		got := append([]float64(nil), p.c.data...)
		p.run()
		steps(o, p.m, p.n, p.c.data, p.ldc)
		GemmWith(o, p.transA, p.transB, p.m, p.n, p.k, alpha, p.a.data, p.lda, p.b.data, p.ldb, beta, got, p.ldc)
		require.Equal(t, p.c.data, got, p)
	}
}

// Zeros keep their signs, NaN and infinities pass.
func TestEpilogueOfSpecialValues(t *testing.T) {
	nan, inf, zero := float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1))
	onEachPath(t, func(t *testing.T) {
		for _, n := range []int{1, 7, 40, 100} {
			bias, a, b := make([]float32, n), []float32{1}, make([]float32, n)
			values := []float32{nan, inf, -inf, zero, 0, 1, -1}
			for j := range b {
				b[j], bias[j] = values[j%7], values[j/7%7]
			}
			for _, o := range []Options[float32]{{Bias: bias}, {Bias: bias, Activation: ActivationReLU}, {Activation: ActivationReLU}, {Add: bias}} {
				for _, k := range []int{0, 1} { // with nothing to multiply C is the epilogue of β·C
					want, got := append([]float32(nil), b...), append([]float32(nil), b...)
					Gemm(false, false, 1, n, k, 1, a, 1, b, n, 0.5, want, n)
					steps(o, 1, n, want, n)
					GemmWith(o, false, false, 1, n, k, 1, a, 1, b, n, 0.5, got, n)
					for j := range want {
						if want[j] == want[j] || got[j] == got[j] {
							require.Equal(t, math.Float32bits(want[j]), math.Float32bits(got[j]), "%v and %v", b[j], bias[j])
						}
					}
				}
			}
		}
	})
}

func TestEpilogueRefuses(t *testing.T) {
	x := make([]float32, 100)
	for name, o := range map[string]Options[float32]{
		"row bias":   {RowBias: x[:2]},
		"bias":       {Bias: x[:3]},
		"add":        {Add: x[:23]},
		"activation": {Activation: 9},
		"negative":   {Activation: -1},
	} {
		require.Panics(t, func() { GemmWith(o, false, false, 3, 4, 2, 1, x, 2, x, 4, 0, x, 10) }, name)
	}
	require.NotPanics(t, func() {
		GemmWith(Options[float32]{RowBias: x[:3], Bias: x[:4], Add: x[:24]}, false, false, 3, 4, 2, 1, x, 2, x[:8], 4, 0, make([]float32, 24), 10)
	})
}
