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

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// activationCases are the functions as their papers write them.
var activationCases = []struct {
	name op.Activation
	f    func(x float64) float64
}{
	{"", func(x float64) float64 { return x }},
	{"identity", func(x float64) float64 { return x }},
	{"relu", func(x float64) float64 { return max(x, 0) }},
	{"leaky_relu", func(x float64) float64 { return max(x, 0) + 0.01*min(x, 0) }},
	{"leaky_relu(0.3)", func(x float64) float64 { return max(x, 0) + 0.3*min(x, 0) }},
	{"elu", func(x float64) float64 { return max(x, 0) + min(math.Exp(x)-1, 0) }},
	{"elu(1.7)", func(x float64) float64 { return max(x, 0) + 1.7*min(math.Exp(x)-1, 0) }},
	{"selu", func(x float64) float64 {
		return 1.0507009873554805 * (max(x, 0) + 1.6732632423543772*min(math.Exp(x)-1, 0))
	}},
	{"gelu", func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }},
	{"gelu_tanh", func(x float64) float64 {
		return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	}},
	{"sigmoid", sigmoid},
	{"tanh", math.Tanh},
	{"softplus", func(x float64) float64 { return math.Log(1 + math.Exp(x)) }},
	{"softplus(2.5,6)", func(x float64) float64 {
		if 2.5*x > 6 {
			return x
		}
		return math.Log(1+math.Exp(2.5*x)) / 2.5
	}},
	{"silu", func(x float64) float64 { return x * sigmoid(x) }},
	{"logsigmoid", func(x float64) float64 { return math.Log(sigmoid(x)) }},
	{"mish", func(x float64) float64 { return x * math.Tanh(math.Log(1+math.Exp(x))) }},
	{"hardtanh", func(x float64) float64 { return max(-1, min(1, x)) }},
	{"hardtanh(-0.5, 2)", func(x float64) float64 { return max(-0.5, min(2, x)) }},
	{"softsign", func(x float64) float64 { return x / (1 + math.Abs(x)) }},
}

func TestActivationValues(t *testing.T) {
	var x64 []float64
	var x32 []float32
	for x := -9.0; x <= 9; x += 0.0625 {
		x64, x32 = append(x64, x), append(x32, float32(x))
	}
	for _, c := range activationCases {
		t.Run(string(c.name), func(t *testing.T) {
			s := must(op.Activate(c.name, nil))
			y64, y32 := forward(t, s.F64, vector(x64...)), forward(t, s.F32, vector(x32...))
			d64 := backward(t, s.F64, y64, fill(len(x64), 1.0), vector(x64...))[0]
			d32 := backward(t, s.F32, y32, fill(len(x32), float32(1)), vector(x32...))[0]
			for i, x := range x64 {
				assert.InDelta(t, c.f(x), y64.Data[i], 1e-12, "f(%v)", x)
				assert.InDelta(t, c.f(x), float64(y32.Data[i]), 1e-6*max(1, math.Abs(x)), "f(%v) in float32", x)
				assert.InDelta(t, d64[i], float64(d32[i]), 3e-6, "f'(%v) in float32", x)
			}
		})
	}
}

func TestActivationGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for _, c := range activationCases {
		t.Run(string(c.name), func(t *testing.T) {
			f := layer(verso.Activation(c.name).Forward)
			gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1.5, 3, 257)}, f)
			t.Run("dynamic", func(t *testing.T) { gradcheck.Dynamic(t, randomRows(rng, 3), f) })
		})
	}
}

// Far out, functions saturate and must not overflow on the way.
func TestActivationTails(t *testing.T) {
	x := []float64{-1000, -60, -30, 30, 60, 1000}
	for _, c := range []struct {
		name op.Activation
		y, d []float64
	}{
		{"gelu", []float64{0, 0, 0, 30, 60, 1000}, []float64{0, 0, 0, 1, 1, 1}},
		{"gelu_tanh", []float64{0, 0, 0, 30, 60, 1000}, []float64{0, 0, 0, 1, 1, 1}},
		{"softplus", []float64{0, 0, 0, 30, 60, 1000}, []float64{0, 0, 0, 1, 1, 1}},
		{"silu", []float64{0, 0, 0, 30, 60, 1000}, []float64{0, 0, 0, 1, 1, 1}},
		{"mish", []float64{0, 0, 0, 30, 60, 1000}, []float64{0, 0, 0, 1, 1, 1}},
		{"logsigmoid", []float64{-1000, -60, -30, 0, 0, 0}, []float64{1, 1, 1, 0, 0, 0}},
		{"elu", []float64{-1, -1, -1, 30, 60, 1000}, []float64{0, 0, 0, 1, 1, 1}},
		{"sigmoid", []float64{0, 0, 0, 1, 1, 1}, make([]float64, 6)},
		{"tanh", []float64{-1, -1, -1, 1, 1, 1}, make([]float64, 6)},
	} {
		s := must(op.Activate(c.name, nil))
		y := forward(t, s.F64, vector(x...))
		assert.InDeltaSlice(t, c.y, y.Data, 1e-9, "%s", c.name)
		assert.InDeltaSlice(t, c.d, backward(t, s.F64, y, fill(6, 1.0), vector(x...))[0], 1e-9, "slope of %s", c.name)

		var x32, want []float32
		for i, v := range x {
			x32, want = append(x32, float32(v)), append(want, float32(c.d[i]))
		}
		y32 := forward(t, s.F32, vector(x32...))
		assert.InDeltaSlice(t, c.y, y32.Data, 1e-6, "%s in float32", c.name)
		assert.InDeltaSlice(t, want, backward(t, s.F32, y32, fill(6, float32(1)), vector(x32...))[0], 1e-6, "slope of %s in float32", c.name)
	}
}

// Where a function has a kink, the gradient is what PyTorch takes it for.
func TestActivationKinks(t *testing.T) {
	for _, c := range []struct {
		name    op.Activation
		x, want float64
	}{
		{"relu", 0, 0},
		{"leaky_relu(0.2)", 0, 0.2},
		{"elu(2)", 0, 2},
		{"selu", 0, 1.0507009873554805 * 1.6732632423543772},
		{"hardtanh", 1, 0},
		{"hardtanh", -1, 0},
		{"softplus(1,3)", 3, sigmoid(3)},
		{"softsign", 0, 1},
		{"gelu", 0, 0.5},
	} {
		s := must(op.Activate(c.name, nil))
		x := vector(c.x)
		y := forward(t, s.F64, x)
		assert.InDelta(t, c.want, backward(t, s.F64, y, []float64{1}, x)[0][0], 1e-15, "%s at %v", c.name, c.x)
	}
}

// A NaN must come out where it went in, or a broken model would look sound.
func TestActivationNaN(t *testing.T) {
	for _, c := range activationCases {
		s := must(op.Activate(c.name, nil))
		x := vector(1, math.NaN(), 2)
		y := forward(t, s.F64, x)
		assert.True(t, math.IsNaN(y.Data[1]), "%s", c.name)
		assert.False(t, math.IsNaN(y.Data[0]) || math.IsNaN(y.Data[2]), "%s", c.name)
		y32 := forward(t, s.F32, vector(1, float32(math.NaN()), 2))
		assert.True(t, y32.Data[1] != y32.Data[1], "%s in float32", c.name)
	}
}

func TestActivationRefuses(t *testing.T) {
	for name, want := range map[op.Activation]string{
		"rely":             `"rely"`,
		"relu(1)":          "wants 0 numbers",
		"leaky_relu(0.1":   "wants 1 numbers",
		"leaky_relu(a)":    `"a" is no number`,
		"softplus(1)":      "wants 2 numbers",
		"softplus(0,20)":   "above 0",
		"hardtanh(2,1)":    "lo < hi",
		"leaky_relu(1)(2)": "no number",
	} {
		_, err := op.Activate(name, nil)
		require.ErrorContains(t, err, want)
	}
}

// The work of a large activation is cut between workers without changing a bit.
func TestActivationWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	x := make([]float32, 1<<17+3)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for _, name := range []op.Activation{op.GELU, op.Tanh, op.Mish} {
		one, four := must(op.Activate(name, nil)), must(op.Activate(name, &op.Mode{Workers: 4}))
		a, b := forward(t, one.F32, vector(x...)), forward(t, four.F32, vector(x...))
		require.Equal(t, a.Data, b.Data)
		require.Equal(t, backward(t, one.F32, a, x, vector(x...)), backward(t, four.F32, b, x, vector(x...)))
	}
}
