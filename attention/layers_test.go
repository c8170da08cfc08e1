package attention_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/internal/gradcheck"
)

// layer is a layer of this package under test: what it adds to a set of
// parameters, and its rows for queries and keys.
type layer struct {
	name  string
	build func(ps *verso.Params) func(g *verso.Graph, query, keys verso.Sequence, mask attention.Mask) *gorgonia.Node
}

const width = 6

func small() attention.TransformerConfig {
	c := attention.DefaultTransformerConfig()
	c.Heads, c.FeedForward, c.Layers, c.Activation, c.Dropout = 2, 5, 2, verso.Tanh, 0
	return c
}

// smallDecoder is small and causal.
func smallDecoder() attention.TransformerConfig {
	c := small()
	c.Causal = true
	return c
}

type forward = func(g *verso.Graph, query, keys verso.Sequence, mask attention.Mask) *gorgonia.Node

var allLayers = []layer{
	{"additive", func(ps *verso.Params) forward {
		a := attention.NewAdditive(ps, width, width, 4)
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return a.Forward(g, q, k, mask).Context.Rows
		}
	}},
	luong(attention.Dot), luong(attention.General), luong(attention.Concat),
	{"scaled dot product", func(*verso.Params) forward {
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return attention.ScaledDotProduct(g, q, k, k, mask, attention.DotConfig{Heads: 3, Scale: 0.4}).Rows
		}
	}},
	{"multi-head with added keys", func(ps *verso.Params) forward {
		c := attention.DefaultMultiHeadConfig()
		c.AddBiasKV, c.AddZeroAttn, c.Causal = true, true, true
		a := attention.NewMultiHead(ps, width, 3, c)
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return a.Forward(g, q, k, k, mask).Rows
		}
	}},
	{"multi-head", func(ps *verso.Params) forward {
		a := attention.NewMultiHead(ps, width, 3, attention.DefaultMultiHeadConfig())
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return a.Forward(g, q, k, k, mask).Rows
		}
	}},
	{"encoder", func(ps *verso.Params) forward {
		c := small()
		c.NormFirst, c.FinalNorm = true, true
		e := attention.NewEncoder(ps, width, c)
		return func(g *verso.Graph, _, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return e.Forward(g, k, mask).Rows
		}
	}},
	{"decoder that sees all", func(ps *verso.Params) forward {
		d := attention.NewDecoder(ps, width, small())
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return d.Forward(g, q, k, attention.Mask{}, mask).Rows
		}
	}},
	{"decoder", func(ps *verso.Params) forward {
		d := attention.NewDecoder(ps, width, smallDecoder())
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			return d.Forward(g, q, k, attention.Mask{}, mask).Rows
		}
	}},
	{"learned positions", func(ps *verso.Params) forward {
		p := attention.NewLearnedPositions(ps, 10, width)
		return func(g *verso.Graph, q, _ verso.Sequence, _ attention.Mask) *gorgonia.Node {
			return p.Forward(g, q).Rows
		}
	}},
	{"pooling", func(ps *verso.Params) forward {
		p := attention.NewPooling(ps, width, 4)
		return func(g *verso.Graph, _, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			y, _ := p.Forward(g, k, mask)
			return y
		}
	}},
}

func luong(s attention.Score) layer {
	return layer{"luong " + string(s), func(ps *verso.Params) forward {
		a := attention.NewLuong(ps, s, width, width)
		return func(g *verso.Graph, q, k verso.Sequence, mask attention.Mask) *gorgonia.Node {
			h, _ := a.Forward(g, q, k, mask)
			return h.Rows
		}
	}}
}

func total(x []int) int {
	n := 0
	for _, v := range x {
		n += v
	}
	return max(1, n)
}

func TestLayersGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, l := range allLayers {
		t.Run(l.name, func(t *testing.T) {
			ps := verso.NewParams64(3)
			f := l.build(ps)
			require.NoError(t, ps.Err())
			var batches [][]gradcheck.Input
			for _, lengths := range [][2][]int{{{2, 3}, {4, 1}}, {{0, 2, 1}, {2, 0, 3}}, {{0}, {0}}, {{1}, {5}}} {
				mask := make([]int, total(lengths[1]))
				for i := range mask {
					mask[i] = min(1, rng.IntN(3))
				}
				batches = append(batches, []gradcheck.Input{
					gradcheck.Random(rng, 1, total(lengths[0]), width), gradcheck.Random(rng, 1, total(lengths[1]), width),
					gradcheck.Ints(lengths[0]...), gradcheck.Ints(lengths[1]...), gradcheck.Ints(mask...),
				})
			}
			gradcheck.Dynamic(t, batches, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return f(g, verso.Sequence{Rows: in[0], Lengths: in[2]}, verso.Sequence{Rows: in[1], Lengths: in[3]}, attention.Mask{Keys: in[4]})
			})
			gradcheck.Check(t, batches[0], func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return f(g, verso.Sequence{Rows: in[0], Lengths: in[2]}, verso.Sequence{Rows: in[1], Lengths: in[3]}, attention.Mask{Keys: in[4]})
			})
		})
	}
}

// A sequence alone equals the same in a batch to the last bit, and a padded batch
// with a mask equals the ragged one up to rounding.
func TestLayersRagged(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	draw := func(n int) []float32 {
		x := make([]float32, n*width)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	lq, lk := []int{3, 5, 1}, []int{4, 2, 7}
	q, k := draw(total(lq)), draw(total(lk))
	for _, l := range allLayers {
		t.Run(l.name, func(t *testing.T) {
			ps := verso.NewParams(3)
			f := l.build(ps)
			require.NoError(t, ps.Err())
			g := verso.NewGraph(1)
			query, keys := g.Sequence("q", tensor.Float32, width), g.Sequence("k", tensor.Float32, width)
			mask := g.Input("mask", tensor.Int, 1)
			y := f(g, query, keys, attention.Mask{Keys: mask})
			m, err := g.Compile(nil)
			require.NoError(t, err)
			defer m.Close()
			run := func(q, k []float32, lq, lk, seen []int) []float32 {
				require.NoError(t, m.FeedSequence(query, q, lq))
				require.NoError(t, m.FeedSequence(keys, k, lk))
				require.NoError(t, m.FeedInts(mask, seen))
				require.NoError(t, m.Run())
				return append([]float32{}, m.Float32s(y)...)
			}
			seen := func(n, real int) []int {
				s := make([]int, n)
				for i := range real {
					s[i] = 1
				}
				return s
			}
			all := run(q, k, lq, lk, seen(total(lk), total(lk)))
			fromQ, fromK, at := 0, 0, 0
			for s := range lq {
				oneQ, oneK := q[fromQ*width:(fromQ+lq[s])*width], k[fromK*width:(fromK+lk[s])*width]
				one := run(oneQ, oneK, lq[s:s+1], lk[s:s+1], seen(lk[s], lk[s]))
				require.Equal(t, all[at:at+len(one)], one, "sequence %d alone", s)
				padded := run(oneQ, append(append([]float32{}, oneK...), draw(9)...), lq[s:s+1], []int{lk[s] + 9}, seen(lk[s]+9, lk[s]))
				assert.InDeltaSlice(t, toFloat64(one), toFloat64(padded[:len(one)]), 1e-6, "sequence %d padded", s)
				fromQ, fromK, at = fromQ+lq[s], fromK+lk[s], at+len(one)
			}
		})
	}
}

func toFloat64(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// Same step, same drops; another step, others; none outside training.
func TestEncoderDropout(t *testing.T) {
	ps := verso.NewParams(1)
	c := small()
	c.Dropout = 0.5
	e := attention.NewEncoder(ps, width, c)
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, width)
	y := e.Forward(g, x, attention.Mask{})
	m, err := g.Compile(nil)
	require.NoError(t, err)
	rows := make([]float32, 5*width)
	for i := range rows {
		rows[i] = float32(i%7) - 3
	}
	require.NoError(t, m.FeedSequence(x, rows, []int{5}))
	run := func(training bool, step uint64) []float32 {
		g.SetTraining(training)
		g.SetStep(step)
		require.NoError(t, m.Run())
		return append([]float32{}, m.Float32s(y.Rows)...)
	}
	calm := run(false, 1)
	require.Equal(t, calm, run(false, 2))
	first := run(true, 1)
	require.Equal(t, first, run(true, 1))
	require.NotEqual(t, first, run(true, 2))
	require.NotEqual(t, first, calm)
}
