package op_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// pairLengths are ragged queries and keys, empty ones among them.
var pairLengths = []struct{ lq, lk []int }{
	{[]int{4, 2}, []int{3, 5}},
	{[]int{0, 3, 2, 0}, []int{2, 0, 3, 0}},
	{[]int{0}, []int{0}},
	{[]int{1, 257}, []int{258, 2}},
}

// flat draws the scores of these lengths.
func flat(rng *rand.Rand, heads int, lq, lk []int) gradcheck.Input {
	n := 0
	for i := range lq {
		n += heads * lq[i] * lk[i]
	}
	return gradcheck.Random(rng, 1, max(1, n))
}

func TestAttentionScoresGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for _, l := range pairLengths {
		q, k := max(1, sum(l.lq)), max(1, sum(l.lk))
		lq, lk := gradcheck.Ints(l.lq...), gradcheck.Ints(l.lk...)
		in := []gradcheck.Input{gradcheck.Random(rng, 1, q, 6), gradcheck.Random(rng, 1, k, 6), lq, lk}
		gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return g.Apply("scores", must(op.AttentionScores(op.AttentionConfig{Heads: 2, Mode: g.Mode()})), in...)
		})
		in = []gradcheck.Input{gradcheck.Random(rng, 1, q, 5), gradcheck.Random(rng, 1, k, 5), gradcheck.Random(rng, 1, 1, 5), lq, lk}
		gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return g.Apply("scores", op.AdditiveScores(g.Mode()), in...)
		})
	}
}

// No number of workers changes a bit of the scores, forward or backward.
func TestAttentionScoresBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 5))
	lengths := []int{40, 0, 61, 50, 64, 33}
	in := attentionValues(attentionInputs(rng, 2, 64, 64, lengths, lengths, false))
	scores := 0
	for _, n := range lengths {
		scores += n * n
	}
	dy := noise(rng, 2*scores)
	v := matrix(128, noise(rng, 128)...)
	run := func(workers int) [][]float32 {
		m := &op.Mode{Workers: workers}
		dot, additive := must(op.AttentionScores(op.AttentionConfig{Heads: 2, Mode: m})).F32, op.AdditiveScores(m).F32
		s, a := forward(t, dot, in[0], in[1], in[3], in[4]), forward(t, additive, in[0], in[1], v, in[3], in[4])
		all := append(backward(t, dot, s, dy, in[0], in[1], in[3], in[4]), s.Data, a.Data)
		return append(all, backward(t, additive, a, dy[:scores], in[0], in[1], v, in[3], in[4])...)
	}
	require.Equal(t, run(1), run(4))
}

func TestAttentionWeightsGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	for _, l := range pairLengths {
		const heads = 3
		k := max(1, sum(l.lk))
		lq, lk := gradcheck.Ints(l.lq...), gradcheck.Ints(l.lk...)
		mask := make([]int, k)
		for i := range mask {
			mask[i] = min(1, rng.IntN(3))
		}
		for _, causal := range []bool{false, true} {
			in := []gradcheck.Input{flat(rng, heads, l.lq, l.lk), lq, lk, gradcheck.Ints(mask...)}
			gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				c := op.AttentionConfig{Heads: heads, Causal: causal, Mask: true, Mode: g.Mode()}
				return g.Apply("softmax", must(op.AttentionSoftmax(c)), in...)
			})
		}
		in := []gradcheck.Input{flat(rng, heads, l.lq, l.lk), gradcheck.Random(rng, 1, k, 2*heads), lq, lk}
		gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return g.Apply("context", op.AttentionContext(heads), in...)
		})
		in = append(in, gradcheck.Random(rng, 1, max(1, sum(l.lq)), 2))
		gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return g.Apply("context", op.AttentionContext(heads), in...)
		})
		in = []gradcheck.Input{flat(rng, heads, l.lq, l.lk), lq, lk}
		gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return g.Apply("mean", op.HeadMean(heads), in...)
		})
	}
}

// Weights kept whole give what the fused attention gives.
func TestAttentionWeightsAgree(t *testing.T) {
	const heads, d, dv = 2, 4, 3
	rng := rand.New(rand.NewPCG(8, 3))
	lq, lk := []int{5, 0, 7, 2}, []int{6, 3, 7, 0}
	for _, causal := range []bool{false, true} {
		in := attentionValues(attentionInputs(rng, heads, d, dv, lq, lk, true))
		c := op.AttentionConfig{Heads: heads, Causal: causal, Mask: true}
		want := forward(t, must(op.Attention(c)).F32, in...)
		s := forward(t, must(op.AttentionScores(c)).F32, in[0], in[1], in[3], in[4])
		p := forward(t, must(op.AttentionSoftmax(c)).F32, s, in[3], in[4], in[5])
		got := forward(t, op.AttentionContext(heads).F32, p, in[2], in[3], in[4])
		assert.InDeltaSlice(t, want.Data, got.Data, 1e-6)
	}
}

func TestAttentionWeightsRefuse(t *testing.T) {
	lq, lk := ints[float64](2), ints[float64](3)
	p := vector(fill(5, 1.0)...)
	one := op.AttentionConfig{Heads: 1}
	for _, err := range []error{
		shapeError(must(op.AttentionSoftmax(one)).F64, p, lq, lk),
		shapeError(op.HeadMean(1).F64, p, lq, lk),
		shapeError(op.AttentionContext(1).F64, p, matrix(1, 1.0, 2, 3), lq, lk),
	} {
		require.ErrorIs(t, err, op.ErrShape)
		require.ErrorContains(t, err, "1 heads want 6 numbers, got 5")
	}
	assert.ErrorContains(t, shapeError(op.AttentionContext(2).F64, p, matrix(1, 1.0, 2, 3), lq, lk), "2 heads want values of a multiple")
	one.Heads = 0
	_, err := op.AttentionScores(one)
	assert.Error(t, err)
	err = shapeError(op.AdditiveScores(nil).F64, matrix(2, 1.0, 2), matrix(2, 1.0, 2), matrix(1, 1.0, 2), ints[float64](1), ints[float64](1))
	assert.ErrorContains(t, err, "want a weight [1 2], got [2 1]")
}

func TestLinearBlockGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 4))
	for _, b := range []op.Block{{ToRow: 4, ToCol: 5}, {FromRow: 1, ToRow: 3, FromCol: 2, ToCol: 5, Bias: 2}} {
		in := []gradcheck.Input{gradcheck.Random(rng, 1, 3, b.ToCol-b.FromCol), gradcheck.Random(rng, 1, 4, 5), gradcheck.Random(rng, 1, 4)}
		f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return g.Apply("linear", op.LinearBlock(b, len(in) > 2, g.Mode()), in...)
		}
		gradcheck.Check(t, in, f)
		gradcheck.Check(t, in[:2], f)
	}
	x, w := matrix(2, 1.0, 2), matrix(3, fill(12, 1.0)...)
	assert.ErrorContains(t, shapeError(op.LinearBlock(op.Block{ToRow: 5, ToCol: 2}, false, nil).F64, x, w), "rows 0 to 5 and columns 0 to 2 of a weight [4 3]")
	assert.ErrorContains(t, shapeError(op.LinearBlock(op.Block{ToRow: 2, ToCol: 3}, false, nil).F64, x, w), "want rows of 3 features, got [1 2]")
}
