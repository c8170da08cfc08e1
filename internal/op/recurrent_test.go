package op_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

var recurrentGates = map[string]int{"rnn": 1, "gru": 3, "lstm": 4}

func recurrentSpec(kind string, c op.RecurrentConfig, m *op.Mode) op.ResultsSpec {
	switch kind {
	case "lstm":
		return op.LSTM(c, m)
	case "gru":
		return op.GRU(c, m)
	}
	return op.RNN(false, c, m)
}

// recurrentCase is a point at which gradients are checked.
type recurrentCase struct {
	kind    string
	in      int
	hidden  int
	lengths []int
	op.RecurrentConfig
}

func (c recurrentCase) String() string {
	return fmt.Sprintf("%s %d→%d %v bias=%v h0=%v c0=%v reverse=%v", c.kind, c.in, c.hidden, c.lengths[:min(3, len(c.lengths))], c.Bias, c.State, c.Memory, c.Reverse)
}

func (c recurrentCase) inputs(rng *rand.Rand) []gradcheck.Input {
	rows := 0
	for _, n := range c.lengths {
		rows += n
	}
	g, batch := recurrentGates[c.kind], len(c.lengths)
	in := []gradcheck.Input{
		gradcheck.Random(rng, 0.7, max(rows, 1), c.in), gradcheck.Ints(c.lengths...),
		gradcheck.Random(rng, 0.3, g*c.hidden, c.in), gradcheck.Random(rng, 0.3, g*c.hidden, c.hidden),
	}
	if c.Bias {
		in = append(in, gradcheck.Random(rng, 0.3, g*c.hidden), gradcheck.Random(rng, 0.3, g*c.hidden))
	}
	if c.State {
		in = append(in, gradcheck.Random(rng, 0.7, batch, c.hidden))
	}
	if c.Memory {
		in = append(in, gradcheck.Random(rng, 0.7, batch, c.hidden))
	}
	return in
}

// all puts all results of the operation, two of them twice, one after another.
func (c recurrentCase) all(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
	out := g.ApplyResults(c.kind, recurrentSpec(c.kind, c.RecurrentConfig, g.Mode()), in...)
	if out == nil {
		return nil
	}
	return verso.Concat(g, 0, append(out, out[0], verso.Tanh.Forward(g, out[1]))...)
}

func (c recurrentCase) rows(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
	return g.ApplyResults(c.kind, recurrentSpec(c.kind, c.RecurrentConfig, g.Mode()), in...)[0]
}

func (c recurrentCase) final(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
	return g.ApplyResults(c.kind, recurrentSpec(c.kind, c.RecurrentConfig, g.Mode()), in...)[1]
}

func TestRecurrentGradients(t *testing.T) {
	full := op.RecurrentConfig{Bias: true, State: true}
	for _, c := range []recurrentCase{
		{"rnn", 3, 2, []int{2, 4, 0, 1}, full},
		{"rnn", 3, 2, []int{3, 3}, op.RecurrentConfig{}},
		{"rnn", 2, 257, []int{2, 1}, full},
		{"rnn", 257, 2, []int{1, 3}, op.RecurrentConfig{Bias: true, Reverse: true}},
		{"gru", 3, 2, []int{2, 4, 0, 1}, full},
		{"gru", 3, 2, []int{3, 3}, op.RecurrentConfig{}},
		{"gru", 2, 86, []int{2, 1}, op.RecurrentConfig{Bias: true}}, // 3·86 > 256
		{"gru", 257, 2, []int{1, 3}, op.RecurrentConfig{Bias: true, State: true, Reverse: true}},
		{"lstm", 3, 2, []int{2, 4, 0, 1}, op.RecurrentConfig{Bias: true, State: true, Memory: true}},
		{"lstm", 3, 2, []int{3, 3}, op.RecurrentConfig{Memory: true}},
		{"lstm", 2, 65, []int{2, 1}, op.RecurrentConfig{Bias: true}}, // 4·65 > 256
		{"lstm", 257, 2, []int{1, 3}, op.RecurrentConfig{Bias: true, State: true, Memory: true, Reverse: true}},
		{"lstm", 2, 2, append([]int{90, 0, 100}, make([]int, 67)...), op.RecurrentConfig{Bias: true, State: true, Memory: true}},
		{"gru", 2, 2, []int{0, 0}, full},
	} {
		t.Run(c.String(), func(t *testing.T) {
			gradcheck.Check(t, c.inputs(rand.New(rand.NewPCG(1, 2))), c.all)
		})
	}
}

// TestRecurrentOneResult checks that results nobody reads do no harm.
func TestRecurrentOneResult(t *testing.T) {
	for kind := range recurrentGates {
		c := recurrentCase{kind, 3, 2, []int{2, 0, 3}, op.RecurrentConfig{Bias: true, State: true, Memory: kind == "lstm"}}
		t.Run(kind+" rows", func(t *testing.T) { gradcheck.Check(t, c.inputs(rand.New(rand.NewPCG(3, 4))), c.rows) })
		t.Run(kind+" final", func(t *testing.T) { gradcheck.Check(t, c.inputs(rand.New(rand.NewPCG(5, 6))), c.final) })
	}
}

func TestRecurrentReLUGradients(t *testing.T) {
	c := recurrentCase{"rnn", 3, 4, []int{2, 4, 1}, op.RecurrentConfig{Bias: true, State: true}}
	gradcheck.Check(t, c.inputs(rand.New(rand.NewPCG(1, 7))), func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return verso.Concat(g, 0, g.ApplyResults("rnn", op.RNN(true, c.RecurrentConfig, g.Mode()), in...)...)
	})
}

func TestRecurrentDynamic(t *testing.T) {
	for kind := range recurrentGates {
		t.Run(kind, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 3))
			var batches [][]gradcheck.Input
			var last recurrentCase
			for _, lengths := range [][]int{{1}, {2, 5, 1}, {0, 3}, {4, 4, 4}, {0}, {60, 1}, {1, 2, 3, 4, 5, 0, 1}} {
				last = recurrentCase{kind, 3, 2, lengths, op.RecurrentConfig{Bias: true, State: true, Memory: kind == "lstm"}}
				batches = append(batches, last.inputs(rng))
			}
			gradcheck.Dynamic(t, batches, last.all)
		})
	}
}

func TestElementAndStackGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	gradcheck.Check(t, []gradcheck.Input{gradcheck.Random(rng, 1, 3, 5, 20)}, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		a, b := g.Apply("element", op.Element(0), in[0]), g.Apply("element", op.Element(2), in[0])
		return g.Apply("stack", op.Stack(), a, b, a)
	})
	assert.ErrorIs(t, shapeError(op.Element(3).F32, matrix[float32](2, 1, 2, 3, 4, 5, 6)), op.ErrShape)
	assert.ErrorIs(t, shapeError(op.Element(0).F32, vector[float32](1, 2)), op.ErrShape)
	assert.ErrorIs(t, shapeError(op.Stack().F32, vector[float32](1, 2), vector[float32](1)), op.ErrShape)
}

func TestRecurrentErrors(t *testing.T) {
	c := op.RecurrentConfig{Bias: true, State: true, Memory: true}
	value := func(shape ...int) op.Value[float64] {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return op.Value[float64]{Shape: shape, Data: make([]float64, n)}
	}
	good := func() []op.Value[float64] {
		return []op.Value[float64]{value(5, 3), ints[float64](2, 3), value(8, 3), value(8, 2), value(8), value(8), value(2, 2), value(2, 2)}
	}
	body := op.LSTM(c, &op.Mode{}).F64
	_, err := body.Shapes(good())
	require.NoError(t, err)
	for _, bad := range []struct {
		at    int
		value op.Value[float64]
		names string
	}{
		{0, value(5), "rows"},
		{0, value(5, 4), "[8 4]"},
		{0, value(6, 3), "lengths sum to 5, but there are 6 rows"},
		{1, ints[float64](2, -3), "length -3"},
		{1, ints[float64](1, 1, 3), "h_0"},
		{2, value(6, 3), "weight_ih"},
		{3, value(6, 2), "weight_hh"},
		{3, value(8), "weight_hh"},
		{4, value(6), "bias_ih"},
		{5, value(9), "bias_hh"},
		{6, value(3, 2), "h_0"},
		{7, value(2, 3), "c_0"},
	} {
		in := good()
		in[bad.at] = bad.value
		_, err := body.Shapes(in)
		require.Error(t, err, "input %d of %v", bad.at, bad.value.Shape)
		assert.Contains(t, err.Error(), bad.names)
	}
}
