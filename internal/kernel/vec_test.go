package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var inf, nan = math.Inf(1), math.NaN()

// elementwise are the functions with the bounds their comments state: ulps up to bound within from..to, and special values.
var elementwise = []struct {
	name     string
	f32      func(dst, src []float32)
	f64      func(dst, src []float64)
	exact    func(float64) float64
	from, to float64
	bound    float64
	special  map[float64]float64
}{
	{"exp", Exp[float32], Exp[float64], math.Exp, -110, 95, 1.2,
		map[float64]float64{0: 1, -inf: 0, inf: inf, nan: nan, -1e30: 0, 1e30: inf, 1e-40: 1, -104.5: 0}},
	{"expm1", Expm1[float32], Expm1[float64], math.Expm1, -30, 95, 2,
		map[float64]float64{0: 0, -inf: -1, inf: inf, nan: nan, -1e30: -1, 1e30: inf, 0x1p-140: 0x1p-140}},
	{"log", Log[float32], Log[float64], math.Log, 1e-3, 30, 2,
		map[float64]float64{0: -inf, math.Copysign(0, -1): -inf, -inf: nan, -1: nan, -0x1p-140: nan, inf: inf, nan: nan, 1: 0, 0x1p-149: math.Log(0x1p-149), 0x1.8p-130: math.Log(0x1.8p-130)}},
	{"log1p", Log1p[float32], Log1p[float64], math.Log1p, -0.999, 1e3, 2,
		map[float64]float64{0: 0, -1: -inf, -1.5: nan, -inf: nan, inf: inf, nan: nan, 0x1p-140: 0x1p-140, 0x1p30: math.Log1p(0x1p30), 0x1.8p127: math.Log1p(0x1.8p127)}},
	{"softplus", Softplus[float32], Softplus[float64], func(x float64) float64 { return math.Log1p(math.Exp(x)) }, -110, 40, 3,
		map[float64]float64{-inf: 0, inf: inf, nan: nan, -1e30: 0, 1e30: 0x1.93e594p+99}},
	{"relu", ReLU[float32], ReLU[float64], func(x float64) float64 { return max(x, 0) }, -3, 3, 0,
		map[float64]float64{0: 0, -inf: 0, inf: inf, nan: nan, -1: 0, 0x1p-140: 0x1p-140}},
	{"silu", SiLU[float32], SiLU[float64], func(x float64) float64 { return x / (1 + math.Exp(-x)) }, -85, 40, 4,
		map[float64]float64{0: 0, -inf: 0, inf: inf, nan: nan, -1e30: 0, 1e30: 0x1.93e594p+99, 0x1p-130: 0x1p-131}},
	{"tanh", Tanh[float32], Tanh[float64], math.Tanh, -12, 12, 3,
		map[float64]float64{0: 0, -inf: -1, inf: 1, nan: nan, -1e30: -1, 1e30: 1, 0x1p-140: 0x1p-140}},
	{"sigmoid", Sigmoid[float32], Sigmoid[float64], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, -110, 40, 3,
		map[float64]float64{0: 0.5, -inf: 0, inf: 1, nan: nan, -1e30: 0, 1e30: 1}},
	{"gelu erf", GeluErf[float32], GeluErf[float64], func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, -12.8, 20, 5,
		map[float64]float64{0: 0, -inf: 0, inf: inf, nan: nan, -1e30: 0, 1e30: 0x1.93e594p+99, 0x1p-130: 0x1p-131}},
	{"gelu erf at 0", GeluErf[float32], GeluErf[float64], func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, -3, 3, 4, nil},
	{"gelu tanh", GeluTanh[float32], GeluTanh[float64], func(x float64) float64 {
		v := math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x)
		return x / (1 + math.Exp(-2*v))
	}, -9.5, 20, 4,
		map[float64]float64{0: 0, -inf: 0, inf: inf, nan: nan, -1e30: 0, 1e30: 0x1.93e594p+99, 0x1p-130: 0x1p-131}},
}

func TestElementwiseErrors(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(1)
		for _, f := range elementwise {
			const n = 200_003
			x, y := make([]float32, n), make([]float32, n)
			for i := range x {
				x[i] = float32(f.from + (f.to-f.from)*r.Float64())
				if i%3 == 0 { // and near zero
					x[i] = max(float32(math.Ldexp(r.Float64()*2-1, -r.IntN(60))), float32(f.from))
				}
			}
			f.f32(y, x)
			worst, where := 0.0, float32(0)
			for i := range x {
				if e := ulps(y[i], f.exact(float64(x[i]))); e > worst {
					worst, where = e, x[i]
				}
			}
			t.Logf("%s: %.2f ulp at %v", f.name, worst, where)
			assert.LessOrEqual(t, worst, f.bound, "%s at %v", f.name, where)
		}
	})
}

func TestElementwiseSpecialValues(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for _, f := range elementwise {
			for x, want := range f.special {
				src, dst := make([]float32, 37), make([]float32, 37)
				for i := range src {
					src[i] = float32(x)
				}
				f.f32(dst, src)
				for i, got := range dst {
					require.Zero(t, ulps(got, want), "%s(%v) = %v at %d, want %v", f.name, x, got, i, want)
				}
				if x != 1e30 {
					dst := []float64{7}
					f.f64(dst, []float64{x})
					require.Zero(t, ulps(float32(dst[0]), want), "%s(%v) = %v in float64, want %v", f.name, x, dst[0], want)
				}
			}
		}
		for _, f := range elementwise {
			minus := []float32{float32(math.Copysign(0, -1))}
			f.f32(minus, minus)
			if f.exact(0) == 0 {
				require.True(t, minus[0] == 0 && math.Signbit(float64(minus[0])), "%s(-0) is -0", f.name)
			}
		}
	})
}

// Every length gives what one number alone gives, in place or not, and touches nothing outside.
func TestElementwiseLengths(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(2)
		for _, f := range elementwise {
			for n := range 71 {
				src, dst := guard[float32](n), guard[float32](n)
				randomise(r, src.data)
				f.f32(dst.data, src.data)
				want := make([]float32, n)
				for i := range want {
					f.f32(want[i:i+1], src.data[i:i+1])
				}
				sameBits(t, want, dst.data, f.name, n)
				f.f32(src.data, src.data)
				sameBits(t, want, src.data, f.name, n)
				src.check(t)
				dst.check(t)
			}
			big := random[float32](r, 2*65536+3)
			got := make([]float32, len(big))
			f.f32(got, big)
			for _, i := range []int{0, 65535, 65536, 2*65536 - 1, 2*65536 + 2} {
				one := []float32{0}
				f.f32(one, big[i:i+1])
				require.Equal(t, one[0], got[i])
			}
			require.Panics(t, func() { f.f32(make([]float32, 2), make([]float32, 3)) })
		}
	})
}

func TestElementwise64(t *testing.T) {
	x := random[float64](seeded(3), 500)
	for _, f := range elementwise {
		y := make([]float64, len(x))
		f.f64(y, x)
		for i := range x {
			want := f.exact(x[i])
			if math.IsNaN(want) {
				require.True(t, math.IsNaN(y[i]))
				continue
			}
			require.InDelta(t, want, y[i], 1e-12*math.Abs(want), f.name)
		}
	}
}

func TestArithmetic(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testArithmetic[float32](t, 0x1p-22)
		testArithmetic[float64](t, 0x1p-50)
	})
}

func testArithmetic[T Float](t *testing.T, eps float64) {
	r := seeded(4)
	for n := range 300 {
		if n > 140 && n < 250 {
			continue
		}
		x, y, z := guard[T](n), guard[T](n), guard[T](n)
		randomise(r, x.data)
		randomise(r, y.data)
		var dot, sum, squares, size float64
		for i := range n {
			p, q := float64(x.data[i]), float64(y.data[i])
			dot += p * q
			sum += p
			squares += p * p
			size++
		}
		require.InDelta(t, dot, float64(Dot(x.data, y.data)), eps*(size+1))
		require.InDelta(t, sum, float64(Sum(x.data)), eps*(size+1))
		require.InDelta(t, squares, SumSquares(x.data), 1e-12)

		Add(z.data, x.data, y.data)
		for i := range n {
			require.Equal(t, x.data[i]+y.data[i], z.data[i])
		}
		Mul(z.data, x.data, y.data)
		for i := range n {
			require.Equal(t, x.data[i]*y.data[i], z.data[i])
		}
		Axpy(3, x.data, z.data)
		for i := range n {
			require.InDelta(t, float64(x.data[i])*float64(y.data[i])+3*float64(x.data[i]), float64(z.data[i]), 4*eps)
		}
		Add(z.data, z.data, z.data)
		copy(z.data, y.data)
		Scale(-2, z.data)
		for i := range n {
			require.Equal(t, -2*y.data[i], z.data[i])
		}
		x.check(t)
		y.check(t)
		z.check(t)
	}
	for _, n := range []int{65536 + 5, 131072 + 70} { // more than one call of assembly
		x := make([]T, n)
		for i := range x {
			x[i] = T(i%3 - 1)
		}
		want := n - (n+1)/3 // as many are not 0
		require.EqualValues(t, want, Dot(x, x))
		y := append([]T(nil), x...)
		Axpy(2, x, y)
		Scale(2, y)
		Mul(y, y, x)
		Add(y, y, y)
		require.EqualValues(t, 12*want, Sum(y))
	}
	require.Panics(t, func() { Dot(make([]T, 2), make([]T, 3)) })
	require.Panics(t, func() { Axpy(1, make([]T, 3), make([]T, 2)) })
	require.Panics(t, func() { Add(make([]T, 2), make([]T, 3), make([]T, 3)) })
	require.Panics(t, func() { Mul(make([]T, 3), make([]T, 3), make([]T, 2)) })
}

func TestMax(t *testing.T) {
	v, at := Max([]float32{1, 3, 2, 3})
	require.EqualValues(t, 3, v)
	require.Equal(t, 1, at, "the first of equals")
	v, at = Max([]float32{float32(-inf), float32(-inf)})
	require.True(t, math.IsInf(float64(v), -1))
	require.Equal(t, 0, at)
	w, at := Max([]float64{1, nan, 2})
	require.True(t, math.IsNaN(w))
	require.Equal(t, 1, at)
	w, at = Max([]float64{nan, 2})
	require.True(t, math.IsNaN(w))
	require.Equal(t, 0, at)
	w, at = Max([]float64(nil))
	require.True(t, math.IsInf(w, -1))
	require.Equal(t, -1, at)
}

func TestMaxAtEveryPlace(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(7)
		for _, n := range []int{1, 2, 15, 16, 17, 31, 32, 63, 64, 65, 81, 200, 65536 + 7, 65536 + 20} {
			for range min(n, 1+4000/n) {
				x := guard[float32](n)
				randomise(r, x.data)
				place := r.IntN(n)
				x.data[place] = 2
				top, at := Max(x.data)
				require.EqualValues(t, 2, top)
				require.Equal(t, place, at, "of %d", n)
				for i := range x.data {
					x.data[i] -= 9
				}
				top, at = Max(x.data)
				require.EqualValues(t, -7, top)
				require.Equal(t, place, at, "of %d", n)
				x.data[place] = float32(nan)
				top, at = Max(x.data)
				require.True(t, top != top)
				require.Equal(t, place, at, "NaN of %d", n)
			}
		}
	})
}

// Both assembly paths give the same bits in every function.
func TestVectorPathsAgree(t *testing.T) {
	paths := assembly()
	if len(paths) < 2 {
		t.Skip("one assembly path at most")
	}
	r := seeded(5)
	for n := 1; n < 400; n += 7 {
		x, y := random[float32](r, n), random[float32](r, n)
		for i := range x {
			x[i] *= 120
		}
		var results [][]float32
		for _, isa := range paths {
			restore, err := Use(isa)
			require.NoError(t, err)
			out := []float32{Dot(x, y), Sum(x)}
			soft := make([]float32, n)
			SoftmaxRows(1, n, soft, x)
			out = append(out, soft...)
			LogSoftmaxRows(1, n, soft, x)
			out = append(out, soft...)
			for _, f := range elementwise {
				z := make([]float32, n)
				f.f32(z, x)
				out = append(out, z...)
			}
			for _, g := range derivatives {
				z := make([]float32, n)
				g.f32(z, x, y)
				out = append(out, z...)
			}
			z := append([]float32(nil), y...)
			Axpy(0.3, x, z)
			results = append(results, append(out, z...))
			restore()
		}
		sameBits(t, results[0], results[1], n)
	}
}

func TestVectorFunctionsTakeNoMemory(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		require.Zero(t, testing.AllocsPerRun(50, func() {
			var x, y [100]float32
			var z [100]float64
			Exp(x[:], y[:])
			Axpy(1, x[:], y[:])
			Add(x[:], x[:], y[:])
			LogSoftmaxRows(4, 25, y[:], x[:])
			SoftmaxRows(4, 25, z[:], z[:])
			Scale(Dot(x[:], y[:])+Sum(x[:]), y[:])
		}))
	})
}
