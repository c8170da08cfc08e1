package attention_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/internal/gradcheck"
)

// Every attention adds a bias to its scores, and gives it its gradient.
func TestMaskBiasGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, l := range allLayers {
		if l.name == "learned positions" {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			ps := verso.NewParams64(3)
			f := l.build(ps)
			require.NoError(t, ps.Err())
			lq, lk := []int{2, 0, 3}, []int{4, 1, 2}
			var queries []int // the queries of the attention that has the mask
			switch l.name {
			case "encoder":
				queries = lk
			case "pooling":
				queries = []int{1, 1, 1}
			default:
				queries = lq
			}
			scores := 0
			for i, n := range queries {
				scores += n * lk[i]
			}
			in := []gradcheck.Input{
				gradcheck.Random(rng, 1, total(lq), width), gradcheck.Random(rng, 1, total(lk), width),
				gradcheck.Ints(lq...), gradcheck.Ints(lk...), gradcheck.Random(rng, 1, scores),
			}
			gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				return f(g, verso.Sequence{Rows: in[0], Lengths: in[2]}, verso.Sequence{Rows: in[1], Lengths: in[3]}, attention.Mask{Bias: in[4]})
			})
		})
	}
}

func TestBiases(t *testing.T) {
	place := func(head, query, key int) float32 { return float32(100*head + 10*query + key) }
	require.Equal(t, []float32{0, 1, 10, 11, 100, 101, 110, 111, 0, 100}, attention.Biases([]int{2, 0, 1}, []int{2, 3, 1}, 2, place))
	require.Equal(t, []float32{0}, attention.Biases([]int{0}, []int{3}, 2, place))
	require.Equal(t, []float32{0}, attention.Biases([]int{-1}, []int{3}, 2, place))
}

// The weights of both attentions of a decoder: its own are causal.
func TestDecoderWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	d := attention.NewDecoder(verso.NewParams(1), width, smallDecoder())
	g := verso.NewGraph(1)
	x, memory := g.Sequence("x", tensor.Float32, width), g.Sequence("memory", tensor.Float32, width)
	_, weights := d.ForwardWeights(g, x, memory, attention.Mask{}, attention.Mask{})
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.FeedSequence(x, randomFloats(rng, 3*width), []int{3}))
	require.NoError(t, m.FeedSequence(memory, randomFloats(rng, 2*width), []int{2}))
	require.NoError(t, m.Run())
	require.Len(t, weights, 2)
	for _, w := range weights {
		self, err := w.Self.Maps(m)
		require.NoError(t, err)
		require.Len(t, self[0], 2)
		require.Equal(t, []float32{1, 0, 0}, self[0][1].Row(0))
		require.Zero(t, self[0][1].Row(1)[2])
		look, err := w.Memory.Maps(m)
		require.NoError(t, err)
		require.Equal(t, [2]int{3, 2}, [2]int{look[0][0].Queries, look[0][0].Keys})
	}
}
