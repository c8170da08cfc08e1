package verso_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/op"
)

// goldenGraph puts one reference case into a graph in one precision.
type goldenGraph[T float32 | float64] struct {
	*verso.Graph
	t      *testing.T
	c      *golden.Case
	dt     tensor.Dtype
	params *verso.Params
	inputs map[string]*gorgonia.Node
	// layout, where set, brings the gradient of an input into the case's layout.
	layout func(input string, gradient []T) []T
}

// input adds an input of the case with its value; floats are watched.
func (g *goldenGraph[T]) input(name string) *gorgonia.Node {
	return g.value(name, g.c.Input(name))
}

func (g *goldenGraph[T]) value(name string, v golden.Tensor) *gorgonia.Node {
	if v.F64 == nil {
		return g.bind(name, tensor.Int, v.Shape, v.Ints())
	}
	return g.bind(name, g.dt, v.Shape, golden.As[T](v))
}

func (g *goldenGraph[T]) bind(name string, dt tensor.Dtype, shape []int, data any) *gorgonia.Node {
	n := g.Input(name, dt, shape...)
	if x, ok := data.([]T); ok && len(shape) == 0 {
		gorgonia.WithValue(x[0])(n)
		return n
	}
	gorgonia.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data)))(n)
	if dt != tensor.Int {
		g.Watch(n)
	}
	g.inputs[name] = n
	return n
}

// goldenLayer compares all outputs and gradients of a case in both precisions.
func goldenLayer(t *testing.T, c *golden.Case,
	build64 func(g *goldenGraph[float64]) map[string]*gorgonia.Node,
	build32 func(g *goldenGraph[float32]) map[string]*gorgonia.Node,
) {
	t.Run(golden.Float64, func(t *testing.T) { goldenCompare(t, c, golden.Float64, build64) })
	t.Run(golden.Float32, func(t *testing.T) { goldenCompare(t, c, golden.Float32, build32) })
}

func goldenCompare[T float32 | float64](t *testing.T, c *golden.Case, precision string, build func(g *goldenGraph[T]) map[string]*gorgonia.Node) {
	t.Helper()
	g := &goldenGraph[T]{
		Graph: verso.NewGraph(1), t: t, c: c, dt: tensor.Float64, params: verso.NewParams64(1), inputs: map[string]*gorgonia.Node{},
	}
	if precision == golden.Float32 {
		g.dt, g.params = tensor.Float32, verso.NewParams(1)
	}
	outputs := build(g)
	require.NoError(t, g.params.Err())
	require.NoError(t, g.Err())
	var terms []*gorgonia.Node
	for _, name := range c.CotangentNames() {
		require.Contains(t, outputs, name)
		w := g.value("cotangent."+name, c.Cotangent(name))
		terms = append(terms, g.Apply("inner", op.Inner(), outputs[name], w))
	}
	loss := verso.Add(g.Graph, terms...)
	m, err := g.Compile(loss)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Run())

	tol := c.Tolerance(precision)
	for _, name := range c.OutputNames(precision) {
		if name == "__loss" {
			if precision == golden.Float64 {
				golden.Close(t, c.Output(precision, name), []float64{m.Scalar(loss)}, tol, name)
			}
			continue
		}
		require.Contains(t, outputs, name)
		golden.Close(t, c.Output(precision, name), goldenElements[T](m, outputs[name]), tol, name)
	}
	for _, name := range c.GradNames(precision) {
		node, ok := g.inputs[name]
		if weight, isWeight := strings.CutPrefix(name, "weights/"); isWeight {
			p, found := g.params.Get(weight)
			require.True(t, found, "no parameter %q", weight)
			node, ok = g.Param(p), true
		}
		require.True(t, ok, "no input %q", name)
		d := verso.Gradient[T](m, node)
		if g.layout != nil {
			d = g.layout(name, d)
		}
		golden.Close(t, c.Grad(precision, name), d, tol, "gradient of "+name)
	}
}

func goldenElements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if n.Dtype() == tensor.Float64 {
		return any(m.Float64s(n)).([]T)
	}
	return any(m.Float32s(n)).([]T)
}

func TestGoldenLinear(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"linear"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "in", "out", "bias")
		goldenLayer(t, c, goldenLinear[float64], goldenLinear[float32])
	})
}

func goldenLinear[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	layer := verso.NewLinearNoBias
	if g.c.Bool("bias") {
		layer = verso.NewLinear
	}
	l := layer(g.params, g.c.Int("in"), g.c.Int("out"))
	for _, p := range g.params.All() {
		require.NoError(g.t, p.Set(golden.As[T](g.c.Weight(p.Name()))))
	}
	return map[string]*gorgonia.Node{"y": l.Forward(g.Graph, g.input("x"))}
}

func TestGoldenActivation(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"activation"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "fn")
		goldenLayer(t, c, goldenActivation[float64], goldenActivation[float32])
	})
}

// goldenNumbers splits "leaky_relu_0.01" into the name and its numbers.
var goldenNumbers = regexp.MustCompile(`^([a-z_]*[a-z])((?:_-?[0-9][0-9.]*)*)$`)

func goldenActivation[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	fn := goldenNumbers.FindStringSubmatch(g.c.String("fn"))
	require.NotNil(g.t, fn, "activation %q", g.c.String("fn"))
	a := verso.Activation(fn[1])
	if fn[1] == "gelu_erf" {
		a = verso.GELU
	}
	if fn[2] != "" {
		a += verso.Activation("(" + strings.ReplaceAll(fn[2][1:], "_", ",") + ")")
	}
	return map[string]*gorgonia.Node{"y": a.Forward(g.Graph, g.input("x"))}
}

func TestGoldenSoftmax(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"softmax"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "axis")
		goldenLayer(t, c, goldenSoftmax[float64], goldenSoftmax[float32])
	})
}

func goldenSoftmax[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	x, axis := g.input("x"), g.c.Int("axis")
	return map[string]*gorgonia.Node{
		"softmax":     verso.Softmax(g.Graph, x, axis),
		"log_softmax": verso.LogSoftmax(g.Graph, x, axis),
		"logsumexp":   verso.LogSumExp(g.Graph, x, axis),
	}
}

func TestGoldenMaskedPool(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"masked_pool"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t)
		goldenLayer(t, c, goldenMaskedPool[float64], goldenMaskedPool[float32])
	})
}

// goldenMaskedPool turns the padded form with a mask into the ragged one, and
// the gradient back.
func goldenMaskedPool[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	x, mask := g.c.Input("x"), g.c.Input("mask")
	batch, time, dim := x.Shape[0], x.Shape[1], x.Shape[2]
	padded := golden.As[T](x)
	var rows []T
	lengths := make([]int, batch)
	for i, real := range mask.Bools() {
		if real {
			rows = append(rows, padded[i*dim:(i+1)*dim]...)
			lengths[i/time]++
		}
	}
	g.layout = func(_ string, d []T) []T {
		out := make([]T, 0, len(padded))
		for _, real := range mask.Bools() {
			if !real {
				out = append(out, make([]T, dim)...)
				continue
			}
			out, d = append(out, d[:dim]...), d[dim:]
		}
		return out
	}
	if len(rows) == 0 {
		rows = make([]T, dim)
	}
	s := verso.Sequence{
		Rows:    g.bind("x", g.dt, []int{len(rows) / dim, dim}, rows),
		Lengths: g.bind("lengths", tensor.Int, []int{batch}, lengths),
	}
	return map[string]*gorgonia.Node{
		"mean": verso.MeanOverTime(g.Graph, s), "sum": verso.SumOverTime(g.Graph, s), "max": verso.MaxOverTime(g.Graph, s),
	}
}

// goldenReduction reads "mean", "mean over all elements" or "mean; …".
func goldenReduction(t *testing.T, c *golden.Case) verso.Reduction {
	word := strings.FieldsFunc(c.String("reduction"), func(r rune) bool { return r == ' ' || r == ';' })[0]
	r := verso.Reduction(word)
	require.Contains(t, []verso.Reduction{verso.ReduceMean, verso.ReduceSum, verso.ReduceNone}, r)
	return r
}

// goldenFirst returns the first of these names that the case has an input of.
func goldenFirst(c *golden.Case, names ...string) string {
	for _, name := range names {
		if c.HasInput(name) {
			return name
		}
	}
	return names[0]
}

func TestGoldenCrossEntropy(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"cross_entropy"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "label_smoothing", "ignore_index", "class_weights", "reduction")
		goldenLayer(t, c, goldenCrossEntropy[float64], goldenCrossEntropy[float32])
	})
}

func goldenCrossEntropy[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	logits, labels, cfg := goldenLabelled(g)
	return map[string]*gorgonia.Node{"loss": verso.CrossEntropy(g.Graph, logits, labels, cfg)}
}

// The same cases as logits of a linear map that changes nothing.
func TestGoldenLinearCrossEntropy(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"cross_entropy"}, func(t *testing.T, c *golden.Case) {
		if x := c.Input("logits"); len(x.Shape) > 2 || c.Bool("class_weights", false) {
			t.Skip("its classes are no last axis, or weighted")
		}
		goldenLayer(t, c, goldenLinearCrossEntropy[float64], goldenLinearCrossEntropy[float32])
	})
}

func goldenLinearCrossEntropy[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	logits, labels, cfg := goldenLabelled(g)
	n := logits.Shape()[logits.Dims()-1]
	identity := verso.NewLinear(g.params, n, n)
	eye := make([]T, n*n)
	for i := range n {
		eye[i*n+i] = 1
	}
	require.NoError(g.t, identity.Weight.Set(eye))
	require.NoError(g.t, identity.Bias.Set(make([]T, n)))
	return map[string]*gorgonia.Node{"loss": verso.LinearCrossEntropy(g.Graph, identity, logits, labels, cfg)}
}

// goldenLabelled returns what a case of cross entropy is of.
func goldenLabelled[T float32 | float64](g *goldenGraph[T]) (logits, labels *gorgonia.Node, cfg verso.CrossEntropyConfig) {
	cfg = verso.DefaultCrossEntropyConfig()
	cfg.Reduction = goldenReduction(g.t, g.c)
	cfg.LabelSmoothing = g.c.Float("label_smoothing", 0)
	cfg.IgnoreIndex = g.c.Int("ignore_index", cfg.IgnoreIndex)
	if g.c.Bool("class_weights", false) {
		cfg.ClassWeights = golden.As[float64](g.c.Input("class_weights"))
	}
	logits = g.input("logits")
	if logits.Dims() > 2 {
		cfg.Axis = 1 // where PyTorch has the classes
	}
	return logits, g.input(goldenFirst(g.c, "labels", "targets", "target")), cfg
}

func TestGoldenBCEWithLogits(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"bce_with_logits"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "reduction", "weight", "pos_weight")
		goldenLayer(t, c, goldenBCE[float64], goldenBCE[float32])
	})
}

func goldenBCE[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	cfg := verso.DefaultBCEConfig()
	cfg.Reduction = goldenReduction(g.t, g.c)
	if g.c.HasInput("pos_weight") {
		cfg.PosWeight = golden.As[float64](g.c.Input("pos_weight"))
	}
	if g.c.HasInput("weight") {
		cfg.Weight = g.input("weight")
	}
	return map[string]*gorgonia.Node{"loss": verso.BCEWithLogits(g.Graph, g.input("logits"), g.input(goldenFirst(g.c, "targets", "labels", "target")), cfg)}
}

func TestGoldenMSE(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"mse"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "reduction")
		goldenLayer(t, c, goldenMSE[float64], goldenMSE[float32])
	})
}

func goldenMSE[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	cfg := verso.DefaultMSEConfig()
	cfg.Reduction = goldenReduction(g.t, g.c)
	return map[string]*gorgonia.Node{"loss": verso.MSE(g.Graph, g.input(goldenFirst(g.c, "pred", "input")), g.input("target"), cfg)}
}

func TestGoldenMultiMargin(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"multi_margin"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "margin", "p", "reduction", "class_weights", "weight")
		goldenLayer(t, c, goldenMultiMargin[float64], goldenMultiMargin[float32])
	})
}

func goldenMultiMargin[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	cfg := verso.DefaultMultiMarginConfig()
	cfg.Reduction = goldenReduction(g.t, g.c)
	cfg.P, cfg.Margin = g.c.Int("p", cfg.P), g.c.Float("margin", cfg.Margin)
	if w := goldenFirst(g.c, "class_weights", "weight"); g.c.HasInput(w) {
		cfg.ClassWeights = golden.As[float64](g.c.Input(w))
	}
	return map[string]*gorgonia.Node{"loss": verso.MultiMargin(g.Graph, g.input("scores"), g.input("labels"), cfg)}
}
