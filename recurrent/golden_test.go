package recurrent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/op"
	"github.com/seed6481993f/verso/recurrent"
)

func TestGoldenRecurrent(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"rnn", "lstm", "gru"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "input", "hidden", "layers", "bidirectional", "bias", "batch_first", "variable_lengths", "nonlinearity")
		t.Run("float64", func(t *testing.T) { runGolden[float64](t, c, verso.NewParams64(1), golden.Float64) })
		t.Run("float32", func(t *testing.T) { runGolden[float32](t, c, verso.NewParams(1), golden.Float32) })
	})
}

// newLayer makes the layer of a case, or of a name.
func newLayer(ps *verso.Params, kind string, in, hidden int, cfg recurrent.Config) recurrent.Layer {
	switch kind {
	case "lstm":
		return recurrent.NewLSTM(ps, in, hidden, cfg)
	case "gru":
		return recurrent.NewGRU(ps, in, hidden, cfg)
	case "rnn relu":
		return recurrent.NewRNNReLU(ps, in, hidden, cfg)
	}
	return recurrent.NewRNN(ps, in, hidden, cfg)
}

// padding goes between the padded layout of a case and a ragged batch.
type padding struct {
	batchFirst  bool
	time, batch int
	lengths     []int
}

func newPadding(c *golden.Case) padding {
	p := padding{batchFirst: c.Bool("batch_first")}
	shape := c.Input("x").Shape
	p.time, p.batch = shape[0], shape[1]
	if p.batchFirst {
		p.time, p.batch = p.batch, p.time
	}
	p.lengths = slices.Repeat([]int{p.time}, p.batch)
	if c.Bool("variable_lengths") {
		p.lengths = c.Input("lengths").Ints()
	}
	return p
}

// places returns where the rows of the ragged batch are among the padded ones.
func (p padding) places() (at []int) {
	for s, n := range p.lengths {
		for t := range n {
			if p.batchFirst {
				at = append(at, s*p.time+t)
			} else {
				at = append(at, t*p.batch+s)
			}
		}
	}
	return at
}

func ragged[T float32 | float64](p padding, x []T) (rows []T) {
	width := len(x) / (p.time * p.batch)
	for _, i := range p.places() {
		rows = append(rows, x[i*width:(i+1)*width]...)
	}
	return rows
}

func padded[T float32 | float64](p padding, rows []T) []T {
	at := p.places()
	width := len(rows) / len(at)
	x := make([]T, p.time*p.batch*width)
	for r, i := range at {
		copy(x[i*width:], rows[r*width:(r+1)*width])
	}
	return x
}

func runGolden[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string) {
	p, tol := newPadding(c), c.Tolerance(precision)
	cfg := recurrent.Config{Layers: c.Int("layers"), Bidirectional: c.Bool("bidirectional"), Bias: c.Bool("bias")}
	kind := c.Op
	if c.Op == "rnn" && c.String("nonlinearity") == "relu" {
		kind = "rnn relu"
	}
	layer := newLayer(ps, kind, c.Int("input"), c.Int("hidden"), cfg)
	require.NoError(t, ps.Err())
	require.Len(t, ps.All(), len(c.WeightNames()))
	for _, w := range ps.All() {
		require.Equal(t, c.Weight(w.Name()).Shape, w.Shape())
		require.NoError(t, w.Set(golden.As[T](c.Weight(w.Name()))))
	}

	g := verso.NewGraph(1)
	x := g.Sequence("x", ps.Dtype(), c.Int("input"))
	g.Watch(x.Rows)
	inputs := map[string]*gorgonia.Node{"x": x.Rows}
	// While the graph is built, the size of the batch is 1; the value has its own.
	input := func(name string, shape []int, x []T) *gorgonia.Node {
		built := slices.Clone(shape)
		built[len(shape)-2] = 1
		n := g.Input(name, ps.Dtype(), built...)
		gorgonia.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)))(n)
		return n
	}
	var initial recurrent.State
	for name, into := range map[string]**gorgonia.Node{"h0": &initial.H, "c0": &initial.C} {
		if c.HasInput(name) {
			*into = input(name, c.Input(name).Shape, golden.As[T](c.Input(name)))
			g.Watch(*into)
			inputs[name] = *into
		}
	}
	y, final := layer.Forward(g, x, initial)
	outputs := map[string]*gorgonia.Node{"y": y.Rows, "h_n": final.H, "c_n": final.C}
	var terms []*gorgonia.Node
	for _, name := range c.CotangentNames() {
		shape, v := c.Cotangent(name).Shape, golden.As[T](c.Cotangent(name))
		if name == "y" {
			v = ragged(p, v)
			shape = []int{len(v) / layer.Features(), layer.Features()}
		}
		terms = append(terms, g.Apply("inner", op.Inner(), outputs[name], input("cotangent "+name, shape, v)))
	}
	loss := verso.Add(g, terms...)
	m, err := g.Compile(loss)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.FeedSequence(x, ragged(p, golden.As[T](c.Input("x"))), p.lengths))
	require.NoError(t, m.Run())

	for _, name := range c.OutputNames(precision) {
		switch name {
		case "__loss":
			if precision == golden.Float64 {
				golden.Close(t, c.Output(precision, name), []float64{m.Scalar(loss)}, tol, name)
			}
		case "y":
			golden.Close(t, c.Output(precision, name), padded(p, elements[T](m, y.Rows)), tol, name)
		default:
			require.Contains(t, outputs, name)
			golden.Close(t, c.Output(precision, name), elements[T](m, outputs[name]), tol, name)
		}
	}
	require.NotEmpty(t, c.GradNames(precision))
	for _, name := range c.GradNames(precision) {
		if weight, ok := strings.CutPrefix(name, "weights/"); ok {
			w, found := ps.Get(weight)
			require.True(t, found, "no parameter %q", weight)
			golden.Close(t, c.Grad(precision, name), verso.Gradient[T](m, g.Param(w)), tol, "gradient of "+name)
			continue
		}
		require.Contains(t, inputs, name)
		d := verso.Gradient[T](m, inputs[name])
		if name == "x" {
			d = padded(p, d)
		}
		golden.Close(t, c.Grad(precision, name), d, tol, "gradient of "+name)
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
