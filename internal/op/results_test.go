package op_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// sumAndDifference has the results a + b and a − b, and writes down which of
// their gradients came.
type sumAndDifference struct {
	fail  string
	given []bool
}

func (s *sumAndDifference) Shapes(in []op.Value[float64]) ([][]int, error) {
	return [][]int{in[0].Shape, in[0].Shape}, nil
}

func (s *sumAndDifference) Forward(in, out []op.Value[float64]) error {
	switch s.fail {
	case "error":
		return op.ErrInput
	case "panic":
		panic("in forward")
	}
	for i, a := range in[0].Data {
		out[0].Data[i], out[1].Data[i] = a+in[1].Data[i], a-in[1].Data[i]
	}
	return nil
}

func (s *sumAndDifference) Backward(_, _, dout []op.Value[float64], din []op.Grad[float64]) error {
	if s.fail == "panic backward" {
		panic("in backward")
	}
	s.given = []bool{dout[0].Data != nil, dout[1].Data != nil}
	for i := range din {
		din[i].Clear()
	}
	for k, sign := range []float64{1, -1} {
		for i, d := range dout[k].Data {
			din[0].Data[i] += d
			din[1].Data[i] += sign * d
		}
	}
	return nil
}

// both builds Σ_i ‖result i‖² over the chosen results.
func both(g *verso.Graph, s *sumAndDifference, a, b *gorgonia.Node, use ...int) *gorgonia.Node {
	out := g.ApplyResults("both", op.ResultsSpec{F64: s}, a, b)
	var terms []*gorgonia.Node
	for _, i := range use {
		terms = append(terms, g.Apply("inner", op.Inner(), out[i], out[i]))
	}
	return verso.Add(g, terms...)
}

func TestResultsGradients(t *testing.T) {
	for _, c := range []struct {
		use    []int
		given  []bool
		da, db []float64 // at a = 3 5, b = 1 7
	}{
		{[]int{0, 1}, []bool{true, true}, []float64{12, 20}, []float64{4, 28}},
		{[]int{0}, []bool{true, false}, []float64{8, 24}, []float64{8, 24}},
		{[]int{1}, []bool{false, true}, []float64{4, -4}, []float64{-4, 4}},
		{[]int{0, 0}, []bool{true, false}, []float64{16, 48}, []float64{16, 48}},
	} {
		t.Run(fmt.Sprint(c.use), func(t *testing.T) {
			s, g := &sumAndDifference{}, verso.NewGraph(1)
			a, b := input(g, "a", 1), input(g, "b", 1)
			m := compile(t, g, both(g, s, a, b, c.use...))
			for range 2 { // nothing is left over from the first run
				feed(t, m, a, []float64{3, 5}, 2)
				feed(t, m, b, []float64{1, 7}, 2)
				run(t, m)
			}
			assert.Equal(t, c.given, s.given)
			assert.Equal(t, c.da, verso.Gradient[float64](m, a))
			assert.Equal(t, c.db, verso.Gradient[float64](m, b))
		})
	}
}

func TestResultsErrors(t *testing.T) {
	for fail, want := range map[string]error{"error": op.ErrInput, "panic": op.ErrPanic, "panic backward": op.ErrPanic} {
		t.Run(fail, func(t *testing.T) {
			g := verso.NewGraph(1)
			a, b := input(g, "a", 1), input(g, "b", 1)
			m := compile(t, g, both(g, &sumAndDifference{fail: fail}, a, b, 0, 1))
			feed(t, m, a, []float64{3}, 1)
			feed(t, m, b, []float64{3}, 1)
			err := m.Run()
			require.ErrorIs(t, err, want)
			assert.ErrorContains(t, err, "both")
		})
	}
}

// TestResultsAdopted checks the fixed shapes of a graph of the caller's.
func TestResultsAdopted(t *testing.T) {
	expr := gorgonia.NewGraph()
	g := verso.Adopt(expr, 1)
	a, b := g.Input("a", tensor.Float64, 2), g.Input("b", tensor.Float64, 2)
	loss := both(g, &sumAndDifference{}, a, b, 0, 1)
	require.NoError(t, g.Err())
	_, err := gorgonia.Grad(loss, a, b)
	require.NoError(t, err)
	let := func(n *gorgonia.Node, x ...float64) {
		gorgonia.WithValue(tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x)))(n)
	}
	let(a, 3, 5)
	let(b, 1, 7)
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	require.NoError(t, vm.RunAll())
	assert.Equal(t, 168.0, loss.Value().Data()) // 4² + 12² + 2² + (−2)²
	vm.Reset()
	let(a, 3, 5, 6)
	let(b, 1, 7, 8)
	assert.ErrorContains(t, vm.RunAll(), "built for")
}
