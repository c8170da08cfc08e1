package op_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// convCase is one convolution over one ragged batch.
type convCase struct {
	cfg        op.Conv1DConfig
	in, out, k int
	bias       bool
	lengths    []int
	x, w, b    gradcheck.Input
}

func (c *convCase) draw(rng *rand.Rand) []gradcheck.Input {
	total := 0
	for _, n := range c.lengths {
		total += n
	}
	c.x = gradcheck.Random(rng, 1, max(total, 1), c.in)
	c.w = gradcheck.Random(rng, 0.3, c.out, c.in/c.cfg.Groups, c.k)
	c.b = gradcheck.Random(rng, 1, c.out)
	in := []gradcheck.Input{c.x, gradcheck.Ints(c.lengths...), c.w}
	if c.bias {
		in = append(in, c.b)
	}
	return in
}

func (c *convCase) name() string {
	return fmt.Sprintf("in%d out%d k%d stride%d dilation%d groups%d pad%d,%d mode%d bias %v",
		c.in, c.out, c.k, c.cfg.Stride, c.cfg.Dilation, c.cfg.Groups, c.cfg.Left, c.cfg.Right, c.cfg.PadMode, c.bias)
}

// padded writes out a sequence with its padding, one element after another from
// the inside outwards.
func padded(x [][]float64, left, right, width int, mode op.PadMode) [][]float64 {
	n := len(x)
	at := func(i int) []float64 { // i < 0 or i ≥ n
		if mode == op.PadZeros || n == 0 {
			return make([]float64, width)
		}
		step := 0
		switch mode {
		case op.PadReplicate:
			return x[min(max(i, 0), n-1)]
		case op.PadCircular:
			for i < 0 {
				i += n
			}
			for i >= n {
				i -= n
			}
			return x[i]
		}
		for i < 0 || i >= n { // mirror until it is inside
			if i < 0 {
				i = -i
			} else {
				i = 2*(n-1) - i
			}
			if step++; n == 1 {
				return x[0]
			}
		}
		return x[i]
	}
	var p [][]float64
	for i := -left; i < n+right; i++ {
		if i >= 0 && i < n {
			p = append(p, x[i])
		} else {
			p = append(p, at(i))
		}
	}
	return p
}

// direct computes the convolution from its definition.
func (c *convCase) direct() (y []float64, lengths []int) {
	row := 0
	for _, n := range c.lengths {
		var seq [][]float64
		for r := range n {
			seq = append(seq, c.x.Data[(row+r)*c.in:(row+r+1)*c.in])
		}
		row += n
		count := 0
		if n > 0 || c.cfg.PadMode == op.PadZeros {
			p := padded(seq, c.cfg.Left, c.cfg.Right, c.in, c.cfg.PadMode)
			for t := 0; t+c.cfg.Dilation*(c.k-1) < len(p); t += c.cfg.Stride {
				count++
				for m := range c.out {
					v := 0.0
					if c.bias {
						v = c.b.Data[m]
					}
					perGroup, features := c.out/c.cfg.Groups, c.in/c.cfg.Groups
					for q := range features {
						for j := range c.k {
							v += c.w.Data[(m*features+q)*c.k+j] * p[t+j*c.cfg.Dilation][m/perGroup*features+q]
						}
					}
					y = append(y, v)
				}
			}
		}
		lengths = append(lengths, count)
	}
	if len(y) == 0 {
		y = make([]float64, c.out)
	}
	return y, lengths
}

// convCases are all combinations of the options in small sizes.
func convCases() (cases []*convCase) {
	lengths := [][]int{{5, 0, 1, 9, 2}, {3, 4}, {0, 0}, {1}}
	i := 0
	for _, mode := range []op.PadMode{op.PadZeros, op.PadReflect, op.PadReplicate, op.PadCircular} {
		for _, pad := range [][2]int{{0, 0}, {1, 1}, {2, 0}, {1, 2}, {4, 4}} {
			for _, k := range []int{1, 2, 3, 5} {
				for _, stride := range []int{1, 2, 3} {
					for _, dilation := range []int{1, 2} {
						for _, groups := range []int{1, 2, 4} {
							cases = append(cases, &convCase{
								cfg: op.Conv1DConfig{Stride: stride, Dilation: dilation, Groups: groups, Left: pad[0], Right: pad[1], PadMode: mode},
								in:  4, out: 8, k: k, bias: i%2 == 0, lengths: lengths[i%len(lengths)],
							})
							i++
						}
					}
				}
				i++ // so that lengths and options do not go round together
			}
		}
	}
	return cases
}

func TestConv1DValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	cases := append(convCases(),
		&convCase{cfg: op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1, Left: 2, Right: 2}, in: 257, out: 260, k: 5, bias: true, lengths: []int{300, 3}},
		&convCase{cfg: op.Conv1DConfig{Stride: 2, Dilation: 3, Groups: 3, Left: 1, Right: 4, PadMode: op.PadReflect}, in: 300, out: 33, k: 3, lengths: []int{0, 270, 1}},
		&convCase{cfg: op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 512, Right: 1}, in: 512, out: 512, k: 2, lengths: []int{300}},
	)
	for _, c := range cases {
		in := c.draw(rng)
		want, lengths := c.direct()
		for _, workers := range []int{1, 3} {
			g := verso.NewGraph(1)
			g.Mode().Workers = workers
			c.cfg.Mode = g.Mode()
			nodes, feed := inputs(g, in)
			y := g.Apply("conv", op.Conv1D(c.cfg), nodes...)
			l := g.ApplyInt("lengths", op.Conv1DLengths(c.cfg, c.k), nodes[1])
			m, err := g.Compile(nil)
			require.NoError(t, err)
			feed()
			require.NoError(t, m.Run(), c.name())
			require.InDeltaSlice(t, want, m.Float64s(y), 1e-10, c.name())
			require.Equal(t, tensor.Shape{len(want) / c.out, c.out}, y.Value().Shape(), c.name())
			require.Equal(t, lengths, l.Value().Data(), c.name())
			require.NoError(t, m.Close())
		}
	}
}

// inputs adds inputs to a graph; feed binds them.
func inputs(g *verso.Graph, in []gradcheck.Input) (nodes []*gorgonia.Node, feed func()) {
	for i, x := range in {
		dt := tensor.Float64
		if x.Ints != nil {
			dt = tensor.Int
		}
		nodes = append(nodes, g.Input(fmt.Sprint("in", i), dt, x.Shape...))
	}
	return nodes, func() {
		for i, x := range in {
			var backing any = x.Data
			if x.Ints != nil {
				backing = x.Ints
			}
			gorgonia.WithValue(tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(backing)))(nodes[i])
		}
	}
}

func TestConv1DGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	check := func(c *convCase) {
		t.Run(c.name(), func(t *testing.T) {
			gradcheck.Check(t, c.draw(rng), func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return g.Apply("conv", op.Conv1D(c.cfg), in...)
			})
		})
	}
	// The backward pass takes each tap where the forward pass does, so a part of
	// the combinations is enough for it.
	for i, c := range convCases() {
		if i%23 == 0 {
			check(c)
		}
	}
	check(&convCase{cfg: op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1, Left: 1, Right: 1}, in: 257, out: 3, k: 3, bias: true, lengths: []int{3, 2}})
	check(&convCase{cfg: op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1, Left: 1}, in: 3, out: 260, k: 2, bias: true, lengths: []int{3, 2}})
	check(&convCase{cfg: op.Conv1DConfig{Stride: 2, Dilation: 1, Groups: 1, Right: 3}, in: 3, out: 2, k: 4, bias: true, lengths: []int{300, 1}})
	check(&convCase{cfg: op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1}, in: 2, out: 3, k: 260, lengths: []int{290, 63, 260}})
	// Three blocks of windows.
	check(&convCase{cfg: op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1}, in: 60, out: 2, k: 50, bias: true, lengths: []int{120, 90}})
}

// One compiled graph serves every batch and every length, with two
// convolutions in a row: the second works on lengths that the first one made.
func TestConv1DDynamic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 6))
	first := op.Conv1DConfig{Stride: 2, Dilation: 1, Groups: 1, Left: 1, Right: 1, PadMode: op.PadCircular}
	second := op.Conv1DConfig{Stride: 1, Dilation: 2, Groups: 2}
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		y := g.Apply("first", op.Conv1D(first), in[0], in[1], in[2])
		lengths := g.ApplyInt("first", op.Conv1DLengths(first, 3), in[1])
		return g.Apply("second", op.Conv1D(second), y, lengths, in[3], in[4])
	}
	batch := func(lengths ...int) []gradcheck.Input {
		total := 0
		for _, n := range lengths {
			total += n
		}
		return []gradcheck.Input{
			gradcheck.Random(rng, 1, max(total, 1), 3), gradcheck.Ints(lengths...),
			gradcheck.Random(rng, 0.5, 4, 3, 3), gradcheck.Random(rng, 0.5, 2, 2, 2), gradcheck.Random(rng, 1, 2),
		}
	}
	batches := [][]gradcheck.Input{batch(4, 7), batch(1), batch(0, 0), batch(300), batch(9, 0, 2, 5), batch(260, 1), batch(6), batch(5, 5, 5)}
	gradcheck.Dynamic(t, batches, f)
	t.Run("fixed", func(t *testing.T) { gradcheck.Check(t, batch(9, 6, 1), f) })
}

// The number of workers changes not a bit of a result or a gradient.
func TestConv1DWorkers(t *testing.T) {
	run := func(workers int) (out [][]float32) {
		rng := rand.New(rand.NewPCG(1, 7))
		g := verso.NewGraph(1)
		g.Mode().Workers = workers
		ps := verso.NewParams(1)
		w, b := ps.New("w", verso.Normal(0, 1), 21, 13, 5), ps.New("b", verso.Zeros(), 21)
		s := g.Sequence("x", tensor.Float32, 39)
		g.Watch(s.Rows)
		y := g.Apply("conv", op.Conv1D(op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 3, Left: 2, Right: 2, Mode: g.Mode()}), s.Rows, s.Lengths, g.Param(w), g.Param(b))
		m, err := g.Compile(g.Apply("inner", op.Inner(), y, y))
		require.NoError(t, err)
		rows := make([]float32, (900+2+0+1300)*39)
		for i := range rows {
			rows[i] = rng.Float32() - .5
		}
		require.NoError(t, m.FeedSequence(s, rows, []int{900, 2, 0, 1300}))
		require.NoError(t, m.Run())
		out = append(out, append([]float32{}, m.Float32s(y)...))
		for _, n := range []*gorgonia.Node{s.Rows, g.Param(w), g.Param(b)} {
			out = append(out, verso.Gradient[float32](m, n))
		}
		return out
	}
	one := run(1)
	require.NotZero(t, one[2][0])
	for _, workers := range []int{2, 5} {
		require.Equal(t, one, run(workers))
	}
}

func TestConv1DRefuses(t *testing.T) {
	plain := op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1}
	build := func(c op.Conv1DConfig, x, w, b []int) error {
		g := verso.NewGraph(1)
		in := []*gorgonia.Node{g.Input("x", tensor.Float32, x...), g.Input("lengths", tensor.Int, 1), g.Input("w", tensor.Float32, w...)}
		if b != nil {
			in = append(in, g.Input("b", tensor.Float32, b...))
		}
		g.Apply("conv", op.Conv1D(c), in...)
		return g.Err()
	}
	require.NoError(t, build(plain, []int{1, 3}, []int{2, 3, 5}, []int{2}))
	require.ErrorIs(t, build(plain, []int{1, 3}, []int{2, 4, 5}, []int{2}), op.ErrShape)
	require.ErrorIs(t, build(plain, []int{1, 3}, []int{2, 3, 5}, []int{3}), op.ErrShape)
	require.ErrorIs(t, build(plain, []int{1, 3}, []int{2, 3}, nil), op.ErrShape)
	require.ErrorIs(t, build(op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 2}, []int{1, 4}, []int{3, 2, 1}, nil), op.ErrShape)
	for _, c := range []op.Conv1DConfig{{}, {Dilation: 1, Groups: 1}, {Stride: 1, Groups: 1}, {Stride: 1, Dilation: 1},
		{Stride: 1, Dilation: 1, Groups: 1, Left: -1}, {Stride: 1, Dilation: 1, Groups: 1, PadMode: 4}} {
		require.ErrorIs(t, build(c, []int{1, 3}, []int{2, 3, 5}, nil), op.ErrShape)
	}
}

// An adopted graph has fixed shapes: other lengths that would give another
// number of rows are an error, not a wrong number.
func TestAdoptedGraphRefusesAnotherResultShape(t *testing.T) {
	expr := gorgonia.NewGraph()
	g := verso.Adopt(expr, 1)
	c := op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1}
	in := []gradcheck.Input{
		{Shape: []int{6, 1}, Data: make([]float64, 6)}, gradcheck.Ints(4, 2), {Shape: []int{1, 1, 2}, Data: []float64{1, 2}},
	}
	nodes, feed := inputs(g, in)
	feed()
	y := g.Apply("conv", op.Conv1D(c), nodes...)
	require.NoError(t, g.Err())
	require.Equal(t, tensor.Shape{4, 1}, y.Shape())
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	require.NoError(t, vm.RunAll())
	vm.Reset()
	in[1] = gradcheck.Ints(5, 1) // as many rows again
	feed()
	require.NoError(t, vm.RunAll())
	vm.Reset()
	in[1] = gradcheck.Ints(6, 0) // five rows
	feed()
	require.ErrorContains(t, vm.RunAll(), "built for a result (4, 1), got [5 1]")
}

// BenchmarkConv1D runs one convolution of width 3, 300 features to 100 maps, on
// 50 sentences of 56 words.
func BenchmarkConv1D(b *testing.B) {
	for _, mode := range []string{"forward", "gradients"} {
		b.Run(mode, func(b *testing.B) {
			g := verso.NewGraph(1)
			ps := verso.NewParams(1)
			s := g.Sequence("x", tensor.Float32, 300)
			w, bias := ps.New("weight", verso.Uniform(-.1, .1), 100, 300, 3), ps.New("bias", verso.Zeros(), 100)
			var loss *gorgonia.Node
			if mode == "gradients" {
				g.Watch(s.Rows)
			}
			y := g.Apply("conv", op.Conv1D(op.Conv1DConfig{Stride: 1, Dilation: 1, Groups: 1, Left: 1, Right: 1}), s.Rows, s.Lengths, g.Param(w), g.Param(bias))
			if mode == "gradients" {
				loss = g.Apply("inner", op.Inner(), y, y)
			}
			m, err := g.Compile(loss)
			require.NoError(b, err)
			rng := rand.New(rand.NewPCG(1, 2))
			rows, lengths := make([]float32, 50*56*300), make([]int, 50)
			for i := range rows {
				rows[i] = rng.Float32() - .5
			}
			for i := range lengths {
				lengths[i] = 56
			}
			require.NoError(b, m.FeedSequence(s, rows, lengths))
			passes := 1.0
			if loss != nil {
				passes = 3
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(passes*2*50*56*300*300/float64(b.Elapsed().Nanoseconds())*float64(b.N), "GFLOP/s")
		})
	}
}
