package op_test

import (
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

func TestConvMaxPoolGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for _, c := range []struct {
		name     string
		cfg      op.ConvMaxPoolConfig
		lengths  []int
		features int
		maps     int
	}{
		{"kim", op.ConvMaxPoolConfig{Widths: []int{3, 4, 5}, Pad: 4, Activation: op.ReLU}, []int{7, 0, 1, 60, 4}, 5, 4},
		{"no padding", op.ConvMaxPoolConfig{Widths: []int{2, 3}, Activation: op.Tanh}, []int{5, 1, 2, 9}, 3, 6},
		{"across 256", op.ConvMaxPoolConfig{Widths: []int{2}, Pad: 1}, []int{3, 2}, 257, 260},
		{"all empty", op.ConvMaxPoolConfig{Widths: []int{2, 4}, Pad: 3, Activation: op.ReLU}, []int{0, 0}, 3, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			total := 0
			for _, n := range c.lengths {
				total += n
			}
			in := []gradcheck.Input{gradcheck.Random(rng, 1, max(total, 1), c.features), gradcheck.Ints(c.lengths...)}
			for _, k := range c.cfg.Widths {
				in = append(in, gradcheck.Random(rng, 0.4, c.maps, c.features, k), gradcheck.Random(rng, 0.5, c.maps))
			}
			gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				s, _ := op.ConvMaxPool(c.cfg)
				return g.Apply("conv", s, in...)
			})
		})
	}
}

// One compiled graph serves ten batches of other lengths, empty ones among them.
func TestConvMaxPoolDynamic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	c := op.ConvMaxPoolConfig{Widths: []int{2, 3}, Pad: 2, Activation: op.Tanh}
	filters := []gradcheck.Input{
		gradcheck.Random(rng, 0.4, 3, 4, 2), gradcheck.Random(rng, 0.5, 3), gradcheck.Random(rng, 0.4, 3, 4, 3), gradcheck.Random(rng, 0.5, 3),
	}
	var batches [][]gradcheck.Input
	for _, lengths := range [][]int{{3, 2}, {1}, {0, 0}, {5, 0, 2}, {300}, {7, 7, 7, 7}, {0}, {2}, {130, 140}, {4, 1, 0, 1}} {
		total := 0
		for _, n := range lengths {
			total += n
		}
		batches = append(batches, append([]gradcheck.Input{gradcheck.Random(rng, 1, max(total, 1), 4), gradcheck.Ints(lengths...)}, filters...))
	}
	gradcheck.Dynamic(t, batches, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		s, _ := op.ConvMaxPool(c)
		return g.Apply("conv", s, in...)
	})
}

// The bits do not depend on the number of workers, and a sequence alone gives
// what it gives in a batch.
func TestConvMaxPoolBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	lengths, rows := []int{9, 0, 300, 1, 40, 7, 200}, 557
	x := make([]float32, rows*6)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	run := func(workers int, x []float32, lengths []int) []float32 {
		g, ps := verso.NewGraph(1), verso.NewParams(1)
		g.Mode().Workers = workers
		s := g.Sequence("x", tensor.Float32, 6)
		spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{3, 5}, Pad: 4, Activation: op.ReLU, Mode: g.Mode()})
		y := g.Apply("conv", spec, s.Rows, s.Lengths,
			g.Param(ps.New("w3", verso.Normal(0, 1), 37, 6, 3)), g.Param(ps.New("b3", verso.Normal(0, 1), 37)),
			g.Param(ps.New("w5", verso.Normal(0, 1), 20, 6, 5)), g.Param(ps.New("b5", verso.Normal(0, 1), 20)))
		m, err := g.Compile(nil)
		require.NoError(t, err)
		require.NoError(t, m.FeedSequence(s, x, lengths))
		require.NoError(t, m.Run())
		return slices.Clone(m.Float32s(y))
	}
	want := run(1, x, lengths)
	require.Equal(t, want, run(2, x, lengths))
	require.Equal(t, want, run(5, x, lengths))
	at := 0
	for i, n := range lengths {
		require.Equal(t, want[i*57:(i+1)*57], run(1, x[at*6:(at+n)*6], []int{n}), "sequence %d", i)
		at += n
	}
}
