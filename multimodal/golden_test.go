package multimodal

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

// setWeights copies the case's weights into parameters of the same names after a
// change of prefix, all of them.
func setWeights[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, prefix func(string) string) {
	t.Helper()
	require.NoError(t, ps.Err())
	for _, name := range c.WeightNames() {
		p, ok := ps.Get(prefix(name))
		require.True(t, ok, "parameter %s", name)
		require.Equal(t, c.Weight(name).Shape, p.Shape(), name)
		require.NoError(t, p.Set(golden.As[T](c.Weight(name))))
	}
}

// compare checks outputs and gradients after a run.
func compare[T float32 | float64](t *testing.T, c *golden.Case, precision string, g *verso.Graph, m *verso.Machine, ps *verso.Params, outputs map[string]*gorgonia.Node, prefix func(string) string) {
	t.Helper()
	tol := c.Tolerance(precision)
	for _, name := range c.OutputNames(precision) {
		if name == "__loss" {
			continue // the loss itself is an output
		}
		require.Contains(t, outputs, name)
		golden.Close(t, c.Output(precision, name), elements[T](m, outputs[name]), tol, name)
	}
	for _, name := range c.GradNames(precision) {
		p, ok := ps.Get(prefix(strings.TrimPrefix(name, "weights/")))
		require.True(t, ok, name)
		golden.Close(t, c.Grad(precision, name), verso.Gradient[T](m, g.Param(p)), tol, "gradient of "+name)
	}
}

func elements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if x, ok := any(m.Float32s(n)).([]T); ok {
		return x
	}
	x, _ := any(m.Float64s(n)).([]T)
	return x
}

// feed binds a tensor of the case.
func feed[T float32 | float64](t *testing.T, m *verso.Machine, n *gorgonia.Node, x golden.Tensor) {
	t.Helper()
	require.NoError(t, m.Feed(n, tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(golden.As[T](x)))))
}

func TestGoldenMLP(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"w2vv_mlp"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "sizes", "hidden_activation", "output_relu")
		t.Run("float64", func(t *testing.T) { mlpCase[float64](t, c, verso.NewParams64(1), golden.Float64) })
		t.Run("float32", func(t *testing.T) { mlpCase[float32](t, c, verso.NewParams(1), golden.Float32) })
	})
}

func mlpCase[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string) {
	sizes := c.Ints("sizes")
	cfg := HeadConfig{Sizes: slices.Clone(sizes[1:]), Activation: verso.Activation(c.String("hidden_activation"))}
	cfg.Sizes[len(cfg.Sizes)-1] = 0 // the width of the target
	if c.Bool("output_relu") {
		cfg.Output = verso.ReLU
	}
	h := newHead(ps, sizes[0], sizes[len(sizes)-1], cfg)
	same := func(s string) string { return s }
	setWeights[T](t, c, ps, same)

	g := verso.NewGraph(1)
	x, target := g.Input("x", ps.Dtype(), 1, sizes[0]), g.Input("target", ps.Dtype(), 1, sizes[len(sizes)-1])
	y := h.forward(g, x)
	loss := (&Model{cfg: Config{Loss: LossConfig{Kind: SquaredError}}}).loss(g, target, y, nil)
	m, err := g.Compile(loss)
	require.NoError(t, err)
	feed[T](t, m, x, c.Input("x"))
	feed[T](t, m, target, c.Input("target"))
	require.NoError(t, m.Run())
	compare[T](t, c, precision, g, m, ps, map[string]*gorgonia.Node{"y": y, "loss": loss}, same)
}

func TestGoldenDualEncoding(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"dual_encoding"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "video_dim", "word_dim", "gru_hidden", "conv_widths", "conv_filters", "bow_dim", "out", "batch_norm", "margin", "max_violation")
		t.Run("float64", func(t *testing.T) { dualCase[float64](t, c, verso.NewParams64(1), golden.Float64) })
		t.Run("float32", func(t *testing.T) { dualCase[float32](t, c, verso.NewParams(1), golden.Float32) })
	})
}

// goldenSide is one side of a case. The reference pads: its filters see rows of
// zeros up to the longest sequence, and its GRU reads the padded frames of a
// video. Here rows are put in their places between the layers, which are the
// package's own.
type goldenSide[T float32 | float64] struct {
	*side
	g             *verso.Graph
	x             verso.Sequence
	ids           *gorgonia.Node // (batch·time) rows of the GRU's output, or the row of zeros after them
	reals         *gorgonia.Node // (Σ lengths) those of the mean
	zero          *gorgonia.Node // (1, rows)
	times, counts *gorgonia.Node // (batch) all times, and true lengths
}

func (d *goldenSide[T]) features(dt tensor.Dtype, given *gorgonia.Node) *gorgonia.Node {
	g := d.g
	y, _ := d.rnn.Forward(g, d.x, recurrent.State{})
	d.zero = g.Input("zero", dt, 1, d.rnn.Features())
	d.ids, d.reals = g.Input("ids", tensor.Int, 1), g.Input("reals", tensor.Int, 1)
	d.times, d.counts = g.Input("times", tensor.Int, 1), g.Input("counts", tensor.Int, 1)
	table := verso.Concat(g, 0, y.Rows, d.zero)
	lookup := op.LookupConfig{PadRow: -1}
	real := verso.Sequence{Rows: g.Apply("reals", op.Lookup(lookup), d.reals, table), Lengths: d.counts}
	padded := verso.Sequence{Rows: g.Apply("padded", op.Lookup(lookup), d.ids, table), Lengths: d.times}
	return verso.Concat(g, 1, d.pooled(g, real, recurrent.State{}), d.filters.forward(g, padded), given)
}

// feedRows feeds x (batch, time, dim). packed: the GRU reads the lengths alone.
func (d *goldenSide[T]) feedRows(t *testing.T, m *verso.Machine, x golden.Tensor, lengths []int, packed bool) {
	batch, time, dim := x.Shape[0], x.Shape[1], x.Shape[2]
	all := golden.As[T](x)
	var rows []T
	var read, ids, reals, times []int
	for b, n := range lengths {
		if !packed {
			n = time
		}
		from := len(rows) / dim
		rows = append(rows, all[b*time*dim:(b*time+n)*dim]...)
		read, times = append(read, n), append(times, time)
		for s := range time {
			if s < lengths[b] {
				ids, reals = append(ids, from+s), append(reals, from+s)
			} else {
				ids = append(ids, -1)
			}
		}
	}
	for i, id := range ids {
		if id < 0 {
			ids[i] = len(rows) / dim // the row of zeros
		}
	}
	require.Len(t, lengths, batch)
	require.NoError(t, m.FeedSequence(d.x, rows, read))
	require.NoError(t, m.FeedInts(d.ids, ids))
	require.NoError(t, m.FeedInts(d.reals, reals))
	require.NoError(t, m.FeedInts(d.times, times))
	require.NoError(t, m.FeedInts(d.counts, lengths))
	width := d.rnn.Features()
	require.NoError(t, m.Feed(d.zero, tensor.New(tensor.WithShape(1, width), tensor.WithBacking(make([]T, width)))))
}

func dualCase[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string) {
	cfg := DualEncoding()
	s := SequenceConfig{Hidden: c.Int("gru_hidden"), Bidirectional: true, Widths: c.Ints("conv_widths"), Maps: c.Int("conv_filters")}
	h := HeadConfig{Sizes: []int{c.Int("out")}, BatchNorm: c.Config["batch_norm"] != false}
	videoDim, bow := c.Int("video_dim"), c.Int("bow_dim")
	video := &goldenSide[T]{side: newSide(ps.Scope("visual"), cfg.Visual.Levels, s, h, videoDim, 0, func(Level) int { return videoDim })}
	text := &goldenSide[T]{side: newSide(ps.Scope("text"), cfg.Text.Levels, s, h, c.Int("word_dim"), 0, func(Level) int { return bow })}
	prefix := func(name string) string {
		if rest, ok := strings.CutPrefix(name, "video."); ok {
			return "visual." + rest
		}
		return name
	}
	setWeights[T](t, c, ps, prefix)

	g := verso.NewGraph(1)
	g.SetTraining(h.BatchNorm)
	video.g, text.g = g, g
	video.x, text.x = g.Sequence("frames", ps.Dtype(), videoDim), g.Sequence("words", ps.Dtype(), c.Int("word_dim"))
	mean := verso.Sequence{Rows: g.Input("all frames", ps.Dtype(), 1, videoDim), Lengths: g.Input("frame counts", tensor.Int, 1)}
	bag := g.Input("bow", ps.Dtype(), 1, bow)
	vf, tf := video.features(ps.Dtype(), verso.MeanOverTime(g, mean)), text.features(ps.Dtype(), bag)
	v, w := video.head.forward(g, vf), text.head.forward(g, tf)
	m := &Model{cfg: cfg}
	m.cfg.Loss.Margin, m.cfg.Loss.Hardest = c.Float("margin"), c.Bool("max_violation")
	loss := m.loss(g, v, w, nil)
	outputs := map[string]*gorgonia.Node{
		"video_features": vf, "text_features": tf, "video_embedding": verso.L2Normalise(g, v), "text_embedding": verso.L2Normalise(g, w), "loss": loss,
	}
	outputs["scores"] = verso.DotScores(g, outputs["video_embedding"], outputs["text_embedding"])
	machine, err := g.Compile(loss)
	require.NoError(t, err)

	frames, lengths := c.Input("video"), c.Input("video_lengths").Ints()
	video.feedRows(t, machine, frames, lengths, false)
	text.feedRows(t, machine, c.Input("text"), c.Input("text_lengths").Ints(), true)
	var rows []T
	for b, n := range lengths {
		at := b * frames.Shape[1] * videoDim
		rows = append(rows, golden.As[T](frames)[at:at+n*videoDim]...)
	}
	require.NoError(t, machine.FeedSequence(mean, rows, lengths))
	feed[T](t, machine, bag, c.Input("bow"))
	require.NoError(t, machine.Run())
	compare[T](t, c, precision, g, machine, ps, outputs, prefix)
}
