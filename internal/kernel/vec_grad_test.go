package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// derivatives are the gradients with the bounds their comments state, in ulp of scale, and the derivative at special values.
var derivatives = []struct {
	name     string
	f32      func(dx, given, dy []float32)
	f64      func(dx, given, dy []float64)
	exact    func(float64) float64
	scale    func(float64) float64
	from, to float64
	bound    float64
	special  map[float64]float64
}{
	{"tanh", TanhGrad[float32], TanhGrad[float64], func(y float64) float64 { return (1 - y) * (1 + y) }, nil, -1, 1, 1,
		map[float64]float64{0: 1, 1: 0, -1: 0, nan: nan}},
	{"sigmoid", SigmoidGrad[float32], SigmoidGrad[float64], func(y float64) float64 { return y - y*y }, nil, 0, 1, 2,
		map[float64]float64{0: 0, 1: 0, 0.5: 0.25, nan: nan}},
	{"relu", ReLUGrad[float32], ReLUGrad[float64], func(x float64) float64 {
		if x > 0 {
			return 1
		}
		return 0
	}, nil, -1, 1, 0, map[float64]float64{0: 0, inf: 1, -inf: 0, nan: 1, 0x1p-140: 1}},
	{"softplus", SoftplusGrad[float32], SoftplusGrad[float64], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, nil, -80, 30, 4,
		map[float64]float64{0: 0.5, inf: 1, -inf: 0, nan: nan}},
	{"silu", SiLUGrad[float32], SiLUGrad[float64], siluDerivative, nil, -0.5, 30, 4,
		map[float64]float64{0: 0.5, inf: 1, -inf: 0, nan: nan, 1e30: 1, -1e30: 0}},
	{"silu left", SiLUGrad[float32], SiLUGrad[float64], siluDerivative, func(x float64) float64 { return max(1, -x) / (1 + math.Exp(-x)) }, -80, -0.5, 4, nil},
	{"gelu erf", GeluErfGrad[float32], GeluErfGrad[float64], normalDerivative, nil, -0.5, 10, 4,
		map[float64]float64{0: 0.5, inf: 1, -inf: 0, nan: nan, 1e30: 1, -1e30: 0}},
	{"gelu erf left", GeluErfGrad[float32], GeluErfGrad[float64], normalDerivative, func(x float64) float64 {
		return max(1, -x) * math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
	}, -12.8, -0.5, 4, nil},
	{"gelu tanh", GeluTanhGrad[float32], GeluTanhGrad[float64], tanhUnitDerivative, nil, -0.5, 10, 4,
		map[float64]float64{0: 0.5, inf: 1, -inf: 0, nan: nan, 1e30: 1, -1e30: 0}},
	{"gelu tanh left", GeluTanhGrad[float32], GeluTanhGrad[float64], tanhUnitDerivative, func(x float64) float64 {
		c := math.Sqrt(2 / math.Pi)
		return max(1, -x*2*c*(1+3*0.044715*x*x)) / (1 + math.Exp(-2*c*(x+0.044715*x*x*x)))
	}, -9.5, -0.5, 5, nil},
}

func siluDerivative(x float64) float64 {
	e := math.Exp(-x)
	return (1 + e + x*e) / ((1 + e) * (1 + e))
}

func normalDerivative(x float64) float64 {
	return math.Erfc(-x/math.Sqrt2)/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
}

func tanhUnitDerivative(x float64) float64 {
	c := math.Sqrt(2 / math.Pi)
	e := math.Exp(-2 * c * (x + 0.044715*x*x*x))
	return (1 + e + x*e*2*c*(1+3*0.044715*x*x)) / ((1 + e) * (1 + e))
}

func TestGradientErrors(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(1)
		for _, g := range derivatives {
			n := few(100_003)
			x, one, d := make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range x {
				x[i], one[i] = float32(g.from+(g.to-g.from)*r.Float64()), 1
			}
			g.f32(d, x, one)
			worst, where := 0.0, float32(0)
			for i, v := range x {
				want := g.exact(float64(v))
				e := ulps(d[i], want)
				if g.scale != nil {
					_, exp := math.Frexp(g.scale(float64(v)))
					e = math.Abs(float64(d[i])-want) / math.Ldexp(1, exp-24)
				}
				if e > worst {
					worst, where = e, v
				}
			}
			t.Logf("%s: %.2f ulp at %v", g.name, worst, where)
			assert.LessOrEqual(t, worst, g.bound, "%s at %v", g.name, where)
		}
	})
}

func TestGradientSpecialValues(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for _, g := range derivatives {
			for x, want := range g.special {
				src, dy, dst := make([]float32, 37), make([]float32, 37), make([]float32, 37)
				for i := range src {
					src[i], dy[i] = float32(x), 2
				}
				g.f32(dst, src, dy)
				for i, got := range dst {
					require.Zero(t, ulps(got, 2*want), "%s'(%v) = %v at %d, want %v", g.name, x, got, i, want)
				}
				d := []float64{7}
				g.f64(d, []float64{x}, []float64{1})
				require.Zero(t, ulps(float32(d[0]), want), "%s'(%v) = %v in float64", g.name, x, d[0])
			}
		}
	})
}

// Every length gives what one number alone gives, in place or not, and touches nothing outside.
func TestGradientLengths(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(2)
		for _, g := range derivatives {
			for n := range 71 {
				x, dy, dx := guard[float32](n), guard[float32](n), guard[float32](n)
				randomise(r, x.data)
				randomise(r, dy.data)
				g.f32(dx.data, x.data, dy.data)
				want := make([]float32, n)
				for i := range want {
					g.f32(want[i:i+1], x.data[i:i+1], dy.data[i:i+1])
				}
				sameBits(t, want, dx.data, g.name, n)
				other := append([]float32(nil), dy.data...)
				g.f32(other, x.data, other)
				sameBits(t, want, other, g.name, n)
				g.f32(x.data, x.data, dy.data)
				sameBits(t, want, x.data, g.name, n)
				x.check(t)
				dy.check(t)
				dx.check(t)
			}
			n := 65536 + 9
			x, dy, dx := random[float32](r, n), random[float32](r, n), make([]float32, n)
			g.f32(dx, x, dy)
			g.f32(x[65530:], x[65530:], dy[65530:])
			sameBits(t, x[65530:], dx[65530:], g.name)
			require.Panics(t, func() { g.f32(dx, x[1:], dy) })
			require.Panics(t, func() { g.f32(dx, x, dy[1:]) })
		}
	})
}

func TestGradient64(t *testing.T) {
	r := seeded(3)
	x, dy := random[float64](r, 300), random[float64](r, 300)
	for _, g := range derivatives {
		d := make([]float64, len(x))
		g.f64(d, x, dy)
		for i := range x {
			require.InDelta(t, g.exact(x[i])*dy[i], d[i], 1e-14, g.name)
		}
	}
}
