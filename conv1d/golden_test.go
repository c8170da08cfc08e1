package conv1d_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/op"
)

func TestGoldenConv1D(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"conv1d"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "in_channels", "out_channels", "kernel", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode")
		t.Run("float64", func(t *testing.T) { runConv[float64](t, c, verso.NewParams64(1), golden.Float64, false) })
		t.Run("float32", func(t *testing.T) { runConv[float32](t, c, verso.NewParams(1), golden.Float32, false) })
		cfg := convConfig(t, c)
		if cfg.Stride == 1 && cfg.Dilation == 1 && cfg.Groups == 1 && cfg.Padding >= 0 && cfg.PaddingMode == conv1d.Zeros {
			t.Run("fused float64", func(t *testing.T) { runConv[float64](t, c, verso.NewParams64(1), golden.Float64, true) })
			t.Run("fused float32", func(t *testing.T) { runConv[float32](t, c, verso.NewParams(1), golden.Float32, true) })
		}
	})
}

// convConfig reads the options of a case.
func convConfig(t *testing.T, c *golden.Case) conv1d.ConvConfig {
	cfg := conv1d.DefaultConvConfig()
	cfg.Stride, cfg.Dilation, cfg.Groups = c.Int("stride", 1), c.Int("dilation", 1), c.Int("groups", 1)
	cfg.Bias = c.Bool("bias", true)
	switch p := c.Config["padding"].(type) {
	case nil:
	case string:
		names := map[string]conv1d.Padding{"valid": conv1d.Valid, "same": conv1d.Same, "causal": conv1d.Causal}
		require.Contains(t, names, p)
		cfg.Padding = names[p]
	default:
		cfg.Padding = conv1d.Padding(c.Int("padding"))
	}
	modes := map[string]conv1d.PaddingMode{"zeros": conv1d.Zeros, "reflect": conv1d.Reflect, "replicate": conv1d.Replicate, "circular": conv1d.Circular}
	require.Contains(t, modes, c.String("padding_mode", "zeros"))
	cfg.PaddingMode = modes[c.String("padding_mode", "zeros")]
	return cfg
}

// transposed turns (batch, a, b) into (batch, b, a): channels first into rows.
func transposed[T float32 | float64](x []T, batch, a, b int) []T {
	y := make([]T, len(x))
	for i := range batch {
		for j := range a {
			for k := range b {
				y[(i*b+k)*a+j] = x[(i*a+j)*b+k]
			}
		}
	}
	return y
}

// runConv runs a case; fused, with the two maxima from the operation that
// convolves, activates and pools at once.
func runConv[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string, fused bool) {
	cfg, tol := convConfig(t, c), c.Tolerance(precision)
	width := c.Int("kernel", c.Int("kernel_size", 0))
	shape := c.Input("x").Shape
	batch, in, length := shape[0], shape[1], shape[2]
	require.Equal(t, c.Int("in_channels"), in)
	out := c.Int("out_channels")
	layer := conv1d.NewConv1D(ps, in, out, width, cfg)
	require.NoError(t, ps.Err())
	require.Len(t, ps.All(), len(c.WeightNames()))
	for _, p := range ps.All() {
		require.Equal(t, c.Weight(p.Name()).Shape, p.Shape())
		require.NoError(t, p.Set(golden.As[T](c.Weight(p.Name()))))
	}

	g := verso.NewGraph(1)
	x := g.Sequence("x", ps.Dtype(), in)
	g.Watch(x.Rows)
	y := layer.Forward(g, x) // (batch·length', out)
	pooled := func(a verso.Activation) *gorgonia.Node {
		if !fused {
			return conv1d.MaxOverTime(g, verso.Sequence{Rows: a.Forward(g, y.Rows), Lengths: y.Lengths})
		}
		b := layer.Bias
		if b == nil { // the fused operation has a bias always
			b = verso.NewParams(1).New("no bias", verso.Zeros(), out)
			if precision == golden.Float64 {
				b = verso.NewParams64(1).New("no bias", verso.Zeros(), out)
			}
			b.Freeze(true)
		}
		spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{width}, Pad: int(cfg.Padding), Activation: op.Activation(a)})
		return g.Apply("fused", spec, x.Rows, x.Lengths, g.Param(layer.Weight), g.Param(b))
	}
	outputs := map[string]*gorgonia.Node{"y": y.Rows}
	for _, name := range c.CotangentNames() {
		switch name {
		case "y":
		case "max_over_time":
			outputs[name] = pooled(verso.Identity)
		case "relu_max_over_time":
			outputs[name] = pooled(verso.ReLU)
		default:
			t.Fatalf("unknown output %q", name)
		}
	}
	var terms []*gorgonia.Node
	feeds := map[*gorgonia.Node]*tensor.Dense{}
	newLength := layer.OutLength(length)
	for _, name := range c.CotangentNames() {
		v := golden.As[T](c.Cotangent(name))
		rows := batch
		if name == "y" {
			require.Equal(t, []int{batch, out, newLength}, c.Cotangent(name).Shape)
			v, rows = transposed(v, batch, out, newLength), batch*newLength
		}
		cotangent := g.Input("cotangent "+name, ps.Dtype(), 1, out)
		feeds[cotangent] = tensor.New(tensor.WithShape(rows, out), tensor.WithBacking(v))
		terms = append(terms, g.Apply("inner", op.Inner(), outputs[name], cotangent))
	}
	loss := verso.Add(g, terms...)
	m, err := g.Compile(loss)
	require.NoError(t, err)
	defer m.Close()
	lengths := make([]int, batch)
	for i := range lengths {
		lengths[i] = length
	}
	require.NoError(t, m.FeedSequence(x, transposed(golden.As[T](c.Input("x")), batch, in, length), lengths))
	for n, v := range feeds {
		require.NoError(t, m.Feed(n, v))
	}
	require.NoError(t, m.Run())

	for _, name := range c.OutputNames(precision) {
		switch name {
		case "__loss":
			if precision == golden.Float64 {
				golden.Close(t, c.Output(precision, name), []float64{m.Scalar(loss)}, tol, name)
			}
		case "y":
			golden.Close(t, c.Output(precision, name), transposed(elements[T](m, y.Rows), batch, newLength, out), tol, name)
		default:
			require.Contains(t, outputs, name)
			golden.Close(t, c.Output(precision, name), elements[T](m, outputs[name]), tol, name)
		}
	}
	for _, name := range c.GradNames(precision) {
		switch name {
		case "x":
			golden.Close(t, c.Grad(precision, name), transposed(verso.Gradient[T](m, x.Rows), batch, length, in), tol, "gradient of x")
		case "weights/weight":
			golden.Close(t, c.Grad(precision, name), verso.Gradient[T](m, g.Param(layer.Weight)), tol, name)
		case "weights/bias":
			golden.Close(t, c.Grad(precision, name), verso.Gradient[T](m, g.Param(layer.Bias)), tol, name)
		default:
			t.Fatalf("unknown gradient %q", name)
		}
	}
}

// elements returns a node's values in either precision.
func elements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if x, ok := any(m.Float64s(n)).([]T); ok {
		return x
	}
	x, _ := any(m.Float32s(n)).([]T)
	return x
}
