package op_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// decoderCase is a point at which gradients are checked.
type decoderCase struct {
	targets, sources        []int
	in, width, attn, hidden int
}

func (c decoderCase) inputs(rng *rand.Rand) []gradcheck.Input {
	lt, ls := 0, 0
	for i := range c.targets {
		lt, ls = lt+c.targets[i], ls+c.sources[i]
	}
	random := func(shape ...int) gradcheck.Input { return gradcheck.Random(rng, 0.5, shape...) }
	return []gradcheck.Input{
		random(max(1, lt), c.in), gradcheck.Ints(c.targets...),
		random(max(1, ls), c.attn), random(max(1, ls), c.width), gradcheck.Ints(c.sources...),
		random(len(c.targets), c.hidden), random(c.attn, c.hidden), random(1, c.attn),
		random(3*c.hidden, c.in+c.width), random(3*c.hidden, c.hidden), random(3 * c.hidden), random(3 * c.hidden),
	}
}

func attendGRU(g *verso.Graph, in []*gorgonia.Node) []*gorgonia.Node {
	return g.ApplyResults("decoder", op.AttendGRU(g.Mode()), in...)
}

func TestAttendGRUGradients(t *testing.T) {
	for _, c := range []decoderCase{
		{[]int{2, 4, 0, 1}, []int{3, 2, 2, 0}, 3, 4, 2, 3},
		{[]int{3, 3}, []int{1, 5}, 2, 3, 4, 2},
		{[]int{0, 0}, []int{0, 2}, 2, 2, 2, 2},
		{[]int{1, 2}, []int{2, 1}, 257, 2, 2, 2},
		{[]int{1, 2}, []int{2, 1}, 2, 257, 2, 2},
		{[]int{1, 2}, []int{2, 1}, 2, 2, 257, 2},
		{[]int{1, 2}, []int{2, 1}, 2, 2, 2, 86}, // 3·86 > 256
		{slices.Repeat([]int{2, 1}, 2), []int{60, 70, 65, 64}, 2, 2, 2, 2},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			in := c.inputs(rand.New(rand.NewPCG(1, 2)))
			gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				var flat []*gorgonia.Node
				for _, n := range attendGRU(g, in) {
					flat = append(flat, g.Apply("sum", op.Inner(), n, verso.Tanh.Forward(g, n)))
				}
				return verso.Add(g, flat...)
			})
		})
	}
}

// Ten batches of different sizes through one graph.
func TestAttendGRUDynamic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	var batches [][]gradcheck.Input
	for _, l := range [][2][]int{
		{{2, 4, 0}, {3, 2, 2}}, {{1}, {5}}, {{0, 0}, {1, 0}}, {{3, 1, 2, 5}, {1, 4, 0, 2}}, {{6}, {1}},
		{{0}, {0}}, {{2, 2}, {40, 3}}, {{30}, {2}}, {{1, 3, 2}, {2, 2, 2}}, {{4}, {3}},
	} {
		batches = append(batches, decoderCase{l[0], l[1], 3, 4, 2, 3}.inputs(rng))
	}
	gradcheck.Dynamic(t, batches, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		var flat []*gorgonia.Node
		for _, n := range attendGRU(g, in) {
			flat = append(flat, g.Apply("sum", op.Inner(), n, verso.Tanh.Forward(g, n)))
		}
		return verso.Add(g, flat...)
	})
}

// No number of workers changes a bit, forward or backward.
func TestAttendGRUBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	c := decoderCase{[]int{5, 4, 7, 0, 6, 3, 5, 2}, []int{60, 61, 40, 70, 55, 0, 64, 62}, 32, 128, 128, 64}
	in := attentionValues(c.inputs(rng))
	run := func(workers int) (all [][]float32) {
		body := op.AttendGRU(&op.Mode{Workers: workers}).F32
		shapes, err := body.Shapes(in)
		require.NoError(t, err)
		var out, dout []op.Value[float32]
		rng := rand.New(rand.NewPCG(1, 5))
		for _, s := range shapes {
			n := tensor.Shape(s).TotalSize()
			out = append(out, op.Value[float32]{Shape: s, Data: make([]float32, n)})
			dout = append(dout, op.Value[float32]{Shape: s, Data: noise(rng, n)})
		}
		require.NoError(t, body.Forward(in, out))
		din := make([]op.Grad[float32], len(in))
		for i, x := range in {
			din[i].Data = make([]float32, len(x.Data))
			all = append(all, din[i].Data)
		}
		require.NoError(t, body.Backward(in, out, dout, din))
		for _, y := range out {
			all = append(all, y.Data)
		}
		return all
	}
	require.Equal(t, run(1), run(4))
}

// TestAttendGRUOneResult checks that results nobody reads do no harm.
func TestAttendGRUOneResult(t *testing.T) {
	c := decoderCase{[]int{2, 0, 3}, []int{3, 2, 2}, 3, 4, 2, 3}
	for i, name := range []string{"state", "context", "weights"} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Check(t, c.inputs(rand.New(rand.NewPCG(3, 4))), func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return attendGRU(g, in)[i]
			})
		})
	}
}

// TestAttendGRUAlone compares a batch with each of its sequences alone.
func TestAttendGRUAlone(t *testing.T) {
	c := decoderCase{[]int{2, 5, 0, 3}, []int{3, 2, 2, 4}, 3, 4, 5, 6}
	in := c.inputs(rand.New(rand.NewPCG(5, 6)))
	all := runDecoder(t, in)
	var first [3]int
	target, source := 0, 0
	for s := range c.targets {
		lt, ls := c.targets[s], c.sources[s]
		one := slices.Clone(in)
		cut := func(i, from, n int) {
			w := in[i].Shape[1]
			one[i] = gradcheck.Input{Shape: []int{max(1, n), w}, Data: append([]float64{}, in[i].Data[from*w:(from+max(1, n))*w]...)}
		}
		cut(0, min(target, in[0].Shape[0]-1), lt)
		one[1] = gradcheck.Ints(lt)
		cut(2, source, ls)
		cut(3, source, ls)
		one[4] = gradcheck.Ints(ls)
		cut(5, s, 1)
		for i, x := range runDecoder(t, one) {
			n := []int{lt * c.hidden, lt * c.width, lt * ls}[i]
			require.InDeltaSlice(t, all[i][first[i]:first[i]+n], x[:n], 1e-14)
			first[i] += n
		}
		target, source = target+lt, source+ls
	}
}

func runDecoder(t *testing.T, in []gradcheck.Input) (out [][]float64) {
	t.Helper()
	g := verso.NewGraph(1)
	nodes := make([]*gorgonia.Node, len(in))
	for i, x := range in {
		var v *tensor.Dense
		if x.Ints != nil {
			v = tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(x.Ints))
		} else {
			v = tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(x.Data))
		}
		nodes[i] = g.Input(fmt.Sprint("in", i), v.Dtype(), x.Shape...)
		gorgonia.WithValue(v)(nodes[i])
	}
	results := attendGRU(g, nodes)
	require.NoError(t, g.Err())
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Run())
	for _, n := range results {
		out = append(out, m.Float64s(n))
	}
	return out
}

func TestAttendGRUErrors(t *testing.T) {
	c := decoderCase{[]int{2, 1}, []int{3, 2}, 3, 4, 5, 6}
	for i, what := range map[int]string{3: "values", 5: "h_0", 6: "Wq", 7: "v", 8: "weight_ih", 9: "weight_hh", 10: "bias_ih", 11: "bias_hh"} {
		in := c.inputs(rand.New(rand.NewPCG(5, 6)))
		in[i] = gradcheck.Random(rand.New(rand.NewPCG(1, 1)), 1, 1, 1)
		g := verso.NewGraph(1)
		var nodes []*gorgonia.Node
		for k, x := range in {
			dt := tensor.Float64
			if x.Ints != nil {
				dt = tensor.Int
			}
			nodes = append(nodes, g.Input(fmt.Sprint("in", k), dt, x.Shape...))
		}
		attendGRU(g, nodes)
		require.ErrorIs(t, g.Err(), verso.ErrShape, what)
		if i != 9 { // which decides what the others should be
			require.ErrorContains(t, g.Err(), what)
		}
	}
}
