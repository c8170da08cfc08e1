package conv1d_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
)

// convolve runs a layer on a batch and returns the rows and lengths of the result.
func convolve(t *testing.T, layer *conv1d.Conv1D, in int, rows []float32, lengths ...int) ([]float32, []int) {
	t.Helper()
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, in)
	y := layer.Forward(g, x)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.FeedSequence(x, rows, lengths))
	require.NoError(t, m.Run())
	return slices.Clone(m.Float32s(y.Rows)), slices.Clone(y.Lengths.Value().Data().([]int))
}

func random(seed uint64, n int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n)
	for i := range x {
		x[i] = rng.Float32() - 0.5
	}
	return x
}

func newLayer(t *testing.T, in, out, width int, configure func(*conv1d.ConvConfig)) *conv1d.Conv1D {
	t.Helper()
	cfg := conv1d.DefaultConvConfig()
	configure(&cfg)
	ps := verso.NewParams(3)
	layer := conv1d.NewConv1D(ps, in, out, width, cfg)
	require.NoError(t, ps.Err())
	return layer
}

func TestConv1DLengths(t *testing.T) {
	for _, c := range []struct {
		name      string
		configure func(*conv1d.ConvConfig)
		width     int
		want      []int
	}{
		{"valid", func(c *conv1d.ConvConfig) {}, 3, []int{6, 0, 0, 1}},
		{"two rows at both ends", func(c *conv1d.ConvConfig) { c.Padding = 2 }, 3, []int{10, 2, 3, 5}},
		{"same", func(c *conv1d.ConvConfig) { c.Padding = conv1d.Same }, 4, []int{8, 0, 1, 3}},
		{"same, dilated", func(c *conv1d.ConvConfig) { c.Padding, c.Dilation = conv1d.Same, 3 }, 3, []int{8, 0, 1, 3}},
		{"causal", func(c *conv1d.ConvConfig) { c.Padding = conv1d.Causal }, 5, []int{8, 0, 1, 3}},
		{"causal with a stride", func(c *conv1d.ConvConfig) { c.Padding, c.Stride = conv1d.Causal, 2 }, 5, []int{4, 0, 1, 2}},
		{"stride", func(c *conv1d.ConvConfig) { c.Stride = 2 }, 2, []int{4, 0, 0, 1}},
		{"circular", func(c *conv1d.ConvConfig) { c.Padding, c.PaddingMode = 2, conv1d.Circular }, 3, []int{10, 0, 3, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lengths := []int{8, 0, 1, 3}
			layer := newLayer(t, 2, 3, c.width, c.configure)
			rows, got := convolve(t, layer, 2, random(1, 12*2), lengths...)
			assert.Equal(t, c.want, got)
			total := 0
			for i, n := range lengths {
				assert.Equal(t, c.want[i], layer.OutLength(n))
				total += c.want[i]
			}
			assert.Len(t, rows, total*3)
		})
	}
}

// A sequence gets the same numbers, to the bit, alone and among others.
func TestConv1DOfABatchIsThatOfEachSequence(t *testing.T) {
	layer := newLayer(t, 5, 7, 3, func(c *conv1d.ConvConfig) { c.Padding, c.PaddingMode, c.Stride = 2, conv1d.Reflect, 2 })
	lengths := []int{4, 1, 300, 0, 9}
	x := random(2, 314*5)
	batch, _ := convolve(t, layer, 5, x, lengths...)
	var alone []float32
	for _, n := range lengths {
		if n > 0 {
			y, _ := convolve(t, layer, 5, x[:n*5], n)
			alone = append(alone, y...)
		}
		x = x[n*5:]
	}
	assert.Equal(t, alone, batch)
}

func TestCausalSeesNothingAfterItsRow(t *testing.T) {
	layer := newLayer(t, 2, 3, 3, func(c *conv1d.ConvConfig) { c.Padding, c.Dilation = conv1d.Causal, 2 })
	x := random(3, 10*2)
	before, _ := convolve(t, layer, 2, slices.Clone(x), 10)
	x[6*2] += 1 // a feature of row 6
	after, _ := convolve(t, layer, 2, x, 10)
	assert.Equal(t, before[:6*3], after[:6*3])
	assert.NotEqual(t, before[6*3:7*3], after[6*3:7*3])
}

// Same with an even width has its odd row of padding after the sequence, as
// PyTorch: the filter (0, 1) then shifts by one towards the front.
func TestSamePadsTheOddRowAfter(t *testing.T) {
	layer := newLayer(t, 1, 1, 2, func(c *conv1d.ConvConfig) { c.Padding, c.Bias = conv1d.Same, false })
	require.NoError(t, layer.Weight.Set([]float32{0, 1}))
	y, _ := convolve(t, layer, 1, []float32{1, 2, 3}, 3)
	assert.Equal(t, []float32{2, 3, 0}, y)
}

func TestConv1DFirstValues(t *testing.T) {
	layer := newLayer(t, 40, 60, 5, func(c *conv1d.ConvConfig) { c.Groups = 4 })
	assert.Equal(t, []int{60, 10, 5}, layer.Weight.Shape())
	bound := 1 / math.Sqrt(10*5)
	for _, p := range []*verso.Param{layer.Weight, layer.Bias} {
		largest, square := 0.0, 0.0
		for _, v := range p.Float32s() {
			largest = max(largest, math.Abs(float64(v)))
			square += float64(v) * float64(v) / float64(p.Len())
		}
		assert.LessOrEqual(t, largest, bound*(1+1e-6))
		assert.Greater(t, largest, 0.9*bound)
		assert.InDelta(t, bound*bound/3, square, bound*bound/8) // the variance of U(−bound, bound)
	}
}

func TestConv1DRefuses(t *testing.T) {
	for name, configure := range map[string]func(*conv1d.ConvConfig){
		"no configuration":     func(c *conv1d.ConvConfig) { *c = conv1d.ConvConfig{} },
		"stride":               func(c *conv1d.ConvConfig) { c.Stride = 0 },
		"dilation":             func(c *conv1d.ConvConfig) { c.Dilation = -1 },
		"groups and features":  func(c *conv1d.ConvConfig) { c.Groups = 2 },
		"padding":              func(c *conv1d.ConvConfig) { c.Padding = -3 },
		"padding mode":         func(c *conv1d.ConvConfig) { c.PaddingMode = 4 },
		"same length and more": func(c *conv1d.ConvConfig) { c.Padding, c.Stride = conv1d.Same, 2 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := conv1d.DefaultConvConfig()
			configure(&cfg)
			ps := verso.NewParams(1)
			conv1d.NewConv1D(ps, 3, 4, 2, cfg)
			require.ErrorIs(t, ps.Err(), verso.ErrConfig)
		})
	}
	ps := verso.NewParams(1)
	conv1d.NewConv1D(ps, 3, 4, 0, conv1d.DefaultConvConfig())
	require.ErrorIs(t, ps.Err(), verso.ErrConfig)

	g := verso.NewGraph(1)
	layer := newLayer(t, 3, 4, 2, func(*conv1d.ConvConfig) {})
	layer.Forward(g, g.Sequence("x", tensor.Float32, 5))
	require.ErrorIs(t, g.Err(), verso.ErrShape)
	require.ErrorContains(t, g.Err(), "conv1d")
}

// In a graph of the caller's the layer stands between Gorgonia's own operations
// and is differentiated with them.
func TestConv1DInAnAdoptedGraph(t *testing.T) {
	ps := verso.NewParams64(1)
	cfg := conv1d.DefaultConvConfig()
	cfg.Stride = 2
	first, second := conv1d.NewConv1D(ps.Scope("0"), 2, 3, 2, cfg), conv1d.NewConv1D(ps.Scope("1"), 3, 1, 2, conv1d.DefaultConvConfig())
	require.NoError(t, ps.Err())
	values := []float64{1, -1, 2, 0.5, 0, 3, -2, 1, 1, 1, 0.5, -1, 2, 2, 0, 1, -1, 3} // (9, 2)

	run := func(values []float64) (float64, []float64) {
		expr := gorgonia.NewGraph()
		g := verso.Adopt(expr, 1)
		x := verso.Sequence{
			Rows:    gorgonia.NewMatrix(expr, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(9, 2), gorgonia.WithValue(tensor.New(tensor.WithShape(9, 2), tensor.WithBacking(slices.Clone(values))))),
			Lengths: gorgonia.NewVector(expr, tensor.Int, gorgonia.WithName("lengths"), gorgonia.WithShape(2), gorgonia.WithValue(tensor.New(tensor.WithBacking([]int{5, 4})))),
		}
		y := second.Forward(g, first.Forward(g, verso.Sequence{Rows: gorgonia.Must(gorgonia.Tanh(x.Rows)), Lengths: x.Lengths}))
		require.NoError(t, g.Err())
		require.Equal(t, tensor.Shape{2, 1}, y.Rows.Shape()) // 5, 4 rows → 2, 2 → 1, 1
		loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(y.Rows))))
		grads, err := gorgonia.Grad(loss, x.Rows)
		require.NoError(t, err)
		vm := gorgonia.NewTapeMachine(expr)
		defer vm.Close()
		require.NoError(t, vm.RunAll())
		return loss.Value().Data().(float64), slices.Clone(grads[0].Value().Data().([]float64))
	}
	_, analytic := run(values)
	const h = 1e-5
	for i := range values {
		up, down := slices.Clone(values), slices.Clone(values)
		up[i] += h
		down[i] -= h
		lossUp, _ := run(up)
		lossDown, _ := run(down)
		assert.InDelta(t, (lossUp-lossDown)/(2*h), analytic[i], 1e-7, "element %d", i)
	}
}

// Two sentences of one-feature rows under the filter (1, 1), and what pooling
// makes of the result.
func ExampleConv1D() {
	cfg := conv1d.DefaultConvConfig()
	cfg.Bias = false
	ps := verso.NewParams(1)
	conv := conv1d.NewConv1D(ps, 1, 1, 2, cfg)
	if err := conv.Weight.Set([]float32{1, 1}); err != nil {
		fmt.Println(err)
		return
	}
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, 1)
	y := conv.Forward(g, x)
	largest, two, mean := conv1d.MaxOverTime(g, y), conv1d.KMaxOverTime(g, y, 2), conv1d.AverageOverTime(g, y)
	m, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	if err := m.FeedSequence(x, []float32{1, 5, 2, 4 /* second: */, 3, 7}, []int{4, 2}); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("rows   ", m.Float32s(y.Rows), "lengths", y.Lengths.Value())
	fmt.Println("max    ", m.Float32s(largest))
	fmt.Println("two max", m.Float32s(two))
	fmt.Println("mean   ", m.Float32s(mean))
	// Output:
	// rows    [6 7 6 10] lengths [3  1]
	// max     [7 10]
	// two max [6 7 10 0]
	// mean    [6.3333335 10]
}
