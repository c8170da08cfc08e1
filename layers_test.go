package verso_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// apply runs a layer once on a float64 matrix.
func apply(t *testing.T, x []float64, cols int, f func(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node) []float64 {
	t.Helper()
	g := verso.NewGraph(1)
	in := g.Input("x", tensor.Float64, 1, cols)
	y := f(g, in)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Feed(in, dense(x, len(x)/cols, cols)))
	require.NoError(t, m.Run())
	return append([]float64{}, m.Float64s(y)...)
}

func TestActivationNames(t *testing.T) {
	x := []float64{-3, -0.5, 0, 0.25, 2}
	for _, c := range []struct {
		a    verso.Activation
		name string
		f    func(x float64) float64
	}{
		{verso.Identity, "identity", func(x float64) float64 { return x }},
		{verso.ReLU, "relu", func(x float64) float64 { return max(x, 0) }},
		{verso.LeakyReLU(1e-5), "leaky_relu(1e-05)", func(x float64) float64 { return max(x, 0) + 1e-5*min(x, 0) }},
		{verso.ELU(2), "elu(2)", func(x float64) float64 { return max(x, 0) + 2*min(math.Expm1(x), 0) }},
		{verso.Softplus(2, 3), "softplus(2,3)", func(x float64) float64 {
			if 2*x > 3 {
				return x
			}
			return math.Log1p(math.Exp(2*x)) / 2
		}},
		{verso.Hardtanh(-1, 0.5), "hardtanh(-1,0.5)", func(x float64) float64 { return max(-1, min(0.5, x)) }},
		{verso.Softsign, "softsign", func(x float64) float64 { return x / (1 + math.Abs(x)) }},
	} {
		assert.Equal(t, c.name, string(c.a))
		data, err := json.Marshal(c.a)
		require.NoError(t, err)
		var read verso.Activation
		require.NoError(t, json.Unmarshal(data, &read))
		for i, y := range apply(t, x, 5, read.Forward) {
			assert.InDelta(t, c.f(x[i]), y, 1e-15, "%s(%v)", c.name, x[i])
		}
	}
}

// What a caller may ask for wrongly is an ErrConfig, named, at building time.
func TestLayersRefuseConfigurations(t *testing.T) {
	g0 := func() (*verso.Graph, *gorgonia.Node, *gorgonia.Node) {
		g := verso.NewGraph(1)
		return g, g.Input("x", tensor.Float32, 1, 3), g.Input("labels", tensor.Int, 1)
	}
	for want, f := range map[string]func(g *verso.Graph, x, labels *gorgonia.Node){
		`no activation is named "rely"`: func(g *verso.Graph, x, _ *gorgonia.Node) { verso.Activation("rely").Forward(g, x) },
		"below 1, got 1":                func(g *verso.Graph, x, _ *gorgonia.Node) { verso.Dropout{P: 1}.Forward(g, x) },
		"k of at least 1, got 0": func(g *verso.Graph, x, l *gorgonia.Node) {
			verso.KMaxOverTime(g, verso.Sequence{Rows: x, Lengths: l}, 0)
		},
		"from 0 to 1, got 2": func(g *verso.Graph, x, l *gorgonia.Node) {
			verso.CrossEntropy(g, x, l, verso.CrossEntropyConfig{Axis: -1, LabelSmoothing: 2})
		},
		`no reduction is named "all"`: func(g *verso.Graph, x, _ *gorgonia.Node) {
			verso.BCEWithLogits(g, x, x, verso.BCEConfig{Reduction: "all"})
		},
		"p = 1 or 2, got 3":                func(g *verso.Graph, x, l *gorgonia.Node) { verso.MultiMargin(g, x, l, verso.MultiMarginConfig{P: 3}) },
		"a β of at least 0, got -1":        func(g *verso.Graph, x, _ *gorgonia.Node) { verso.SmoothL1(g, x, x, -1, verso.DefaultMSEConfig()) },
		"the Huber loss wants a δ above 0": func(g *verso.Graph, x, _ *gorgonia.Node) { verso.Huber(g, x, x, 0, verso.DefaultMSEConfig()) },
	} {
		g, x, labels := g0()
		f(g, x, labels)
		require.ErrorIs(t, g.Err(), verso.ErrConfig, want)
		assert.ErrorContains(t, g.Err(), want)
	}
	for want, f := range map[string]func(g *verso.Graph, x, labels *gorgonia.Node){
		"axis 2 of shape": func(g *verso.Graph, x, _ *gorgonia.Node) { verso.Softmax(g, x, 2) },
		"want 3 class weights": func(g *verso.Graph, x, l *gorgonia.Node) {
			verso.CrossEntropy(g, x, l, verso.CrossEntropyConfig{Axis: -1, ClassWeights: []float64{1}})
		},
		"targets of the same shape": func(g *verso.Graph, x, _ *gorgonia.Node) {
			verso.BCEWithLogits(g, x, g.Input("t", tensor.Float32, 1, 2), verso.DefaultBCEConfig())
		},
	} {
		g, x, labels := g0()
		f(g, x, labels)
		require.ErrorIs(t, g.Err(), verso.ErrShape, want)
		assert.ErrorContains(t, g.Err(), want)
	}
}

// Each dropout of a graph draws for itself, and the same graph draws the same.
func TestDropoutNumbers(t *testing.T) {
	draw := func(seed uint64) (a, b []float64) {
		g := verso.NewGraph(seed)
		g.SetTraining(true)
		x := g.Input("x", tensor.Float64, 1, 200)
		first, second := verso.Dropout{P: 0.5}.Forward(g, x), verso.Dropout{P: 0.5}.Forward(g, x)
		m, err := g.Compile(nil)
		require.NoError(t, err)
		require.NoError(t, m.Feed(x, dense(wave(200, 1), 1, 200)))
		require.NoError(t, m.Run())
		return m.Float64s(first), m.Float64s(second)
	}
	a, b := draw(1)
	c, d := draw(1)
	e, _ := draw(2)
	assert.Equal(t, a, c)
	assert.Equal(t, b, d)
	assert.NotEqual(t, a, b)
	assert.NotEqual(t, a, e)
}

func TestNormaliser(t *testing.T) {
	c := verso.DefaultCrossEntropyConfig()
	assert.Equal(t, 2.0, c.Normaliser([]int{0, -100, 1}))
	c.IgnoreIndex, c.ClassWeights = 0, []float64{5, 0.25}
	assert.Equal(t, 0.5, c.Normaliser([]int{0, 1, 1}))
}

func ExampleMaxOverTime() {
	g := verso.NewGraph(1)
	s := g.Sequence("x", tensor.Float32, 2)
	longest, mean := verso.MaxOverTime(g, s), verso.MeanOverTime(g, s)
	m, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	// Two sequences, of two rows and of one.
	if err := m.FeedSequence(s, []float32{1, 8, 3, 4, 5, 6}, []int{2, 1}); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Float32s(longest))
	fmt.Println(m.Float32s(mean))
	// Output:
	// [3 8 5 6]
	// [2 6 5 6]
}

func ExampleCrossEntropy() {
	g := verso.NewGraph(1)
	logits, labels := g.Input("logits", tensor.Float64, 1, 3), g.Input("labels", tensor.Int, 1)
	loss := verso.CrossEntropy(g, logits, labels, verso.DefaultCrossEntropyConfig())
	m, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{0, 0, 0, 2, 0, 0}))
	if err := m.Feed(logits, x); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.FeedInts(labels, []int{1, 0}); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", m.Scalar(loss)) // (log 3 + log(1 + 2e⁻²)) / 2
	// Output: 0.6691
}
