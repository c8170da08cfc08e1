package op_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// biasCase is an attention with numbers added to its scores.
type biasCase struct {
	name      string
	cfg       op.AttentionConfig
	lq, lk    []int // without the keys ahead
	biasHeads int
	masked    bool
	configure []func(*verso.Graph)
}

var biasCases = []biasCase{
	{name: "each head its own", cfg: op.AttentionConfig{Heads: 2}, lq: []int{3, 2}, lk: []int{2, 4}, biasHeads: 2},
	{name: "shared", cfg: op.AttentionConfig{Heads: 3, Scale: 0.4}, lq: []int{3, 2}, lk: []int{2, 4}, biasHeads: 1},
	{name: "causal and masked", cfg: op.AttentionConfig{Heads: 2, Causal: true}, lq: []int{4, 3}, lk: []int{4, 5}, biasHeads: 1, masked: true},
	{name: "keys ahead", cfg: op.AttentionConfig{Heads: 2, Causal: true, Ahead: 2}, lq: []int{4, 0, 1, 2}, lk: []int{5, 2, 3, 0}, biasHeads: 2, masked: true},
	{name: "no keys but one ahead", cfg: op.AttentionConfig{Heads: 1, Ahead: 1}, lq: []int{2, 0}, lk: []int{0, 0}, biasHeads: 1, masked: true},
	{name: "keys ahead alone", cfg: op.AttentionConfig{Heads: 2, Causal: true, Ahead: 1}, lq: []int{3, 2}, lk: []int{4, 2}, masked: true},
	{name: "empty sequences", cfg: op.AttentionConfig{Heads: 2}, lq: []int{0, 3, 2, 0}, lk: []int{2, 0, 3, 0}, biasHeads: 1},
	{name: "nothing", cfg: op.AttentionConfig{Heads: 2}, lq: []int{0, 0}, lk: []int{0, 0}, biasHeads: 2},
	{name: "across 256", cfg: op.AttentionConfig{Heads: 1}, lq: []int{260, 2}, lk: []int{2, 260}, biasHeads: 1},
	{name: "several blocks", cfg: op.AttentionConfig{Heads: 2, Causal: true, Ahead: 1}, lq: []int{150}, lk: []int{150}, biasHeads: 1},
	{name: "dropout", cfg: op.AttentionConfig{Heads: 2, Dropout: 0.4, Random: 3}, lq: []int{140, 3}, lk: []int{3, 4}, biasHeads: 1, configure: []func(*verso.Graph){training}},
}

// inputs draws q, k, v, the lengths, the mask and the bias.
func (c biasCase) inputs(rng *rand.Rand) []gradcheck.Input {
	own, scores := max(1, sum(c.lk)), 0
	lk := make([]int, len(c.lk))
	for i, n := range c.lk {
		lk[i] = n + c.cfg.Ahead
		scores += c.lq[i] * n
	}
	in := attentionInputs(rng, c.cfg.Heads, 3, 2, c.lq, lk, false)
	if c.masked {
		mask := make([]int, own)
		for i := range mask {
			mask[i] = min(1, rng.IntN(3))
		}
		in = append(in, gradcheck.Ints(mask...))
	}
	if c.biasHeads > 0 {
		in = append(in, gradcheck.Random(rng, 1, max(1, c.biasHeads*scores)))
	}
	return in
}

func TestAttentionBiasGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for _, c := range biasCases {
		t.Run(c.name, func(t *testing.T) {
			gradcheck.Check(t, c.inputs(rng), attend(c.cfg), c.configure...)
		})
	}
	t.Run("dynamic", func(t *testing.T) {
		var batches [][]gradcheck.Input
		for i, l := range [][2][]int{
			{{3, 1}, {2, 2}}, {{1}, {7}}, {{0, 0, 0}, {1, 0, 2}}, {{130, 4}, {5, 129}}, {{2}, {2}}, {{4, 4}, {4, 4}}, {{0}, {0}}, {{1, 1, 1}, {3, 2, 1}}, {{6}, {1}}, {{2, 5}, {6, 3}},
		} {
			c := biasCase{cfg: op.AttentionConfig{Heads: 2, Ahead: 1}, lq: l[0], lk: l[1], biasHeads: 1 + i%2, masked: true}
			batches = append(batches, c.inputs(rng))
		}
		gradcheck.Dynamic(t, batches, attend(op.AttentionConfig{Heads: 2, Causal: true, Ahead: 1}))
	})
}

func TestAttentionSoftmaxBiasGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 2))
	for _, c := range biasCases {
		if c.cfg.Dropout > 0 {
			continue // it falls after the softmax
		}
		t.Run(c.name, func(t *testing.T) {
			in := c.inputs(rng)
			in = append([]gradcheck.Input{flat(rng, c.cfg.Heads, in[3].Ints, in[4].Ints)}, in[3:]...)
			gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				c.cfg.Mask, c.cfg.Bias = optional(in[3:])
				return g.Apply("softmax", must(op.AttentionSoftmax(c.cfg)), in...)
			})
		})
	}
}

// One query at a time by the definition; weights kept whole give the same.
func TestAttentionBiasValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 3))
	for _, c := range biasCases {
		if c.cfg.Dropout > 0 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			raw, heads, d, dv := c.inputs(rng), c.cfg.Heads, 3, 2
			c.cfg.Mask, c.cfg.Bias = c.masked, c.biasHeads > 0
			in := attentionValues(raw)
			y := forward(t, must(op.Attention(c.cfg)).F32, in...)
			s := forward(t, must(op.AttentionScores(c.cfg)).F32, in[0], in[1], in[3], in[4])
			p := forward(t, must(op.AttentionSoftmax(c.cfg)).F32, append([]op.Value[float32]{s, in[3], in[4]}, in[5:]...)...)
			whole := forward(t, op.AttentionContext(heads).F32, p, in[2], in[3], in[4], in[0])
			require.InDeltaSlice(t, y.Data, whole.Data, 1e-5)
			query, key, score := 0, 0, 0
			for s, lq := range c.lq {
				lk := c.lk[s]
				for i := range lq {
					for h := range heads {
						want, total := make([]float64, dv), 0.0
						for j := range lk + c.cfg.Ahead {
							own, x := j-c.cfg.Ahead, 0.0
							if own >= 0 {
								if c.masked && raw[5].Ints[key-s*c.cfg.Ahead+own] == 0 || c.cfg.Causal && own > i {
									continue
								}
								if c.biasHeads > 0 {
									x = raw[len(raw)-1].Data[score*c.biasHeads+(h%c.biasHeads)*lq*lk+i*lk+own]
								}
							}
							dot := 0.0
							for f := range d {
								dot += raw[0].Data[(query+i)*heads*d+h*d+f] * raw[1].Data[(key+j)*heads*d+h*d+f]
							}
							scale := c.cfg.Scale
							if scale == 0 {
								scale = 1 / math.Sqrt(float64(d))
							}
							e := math.Exp(scale*dot + x)
							total += e
							for f := range dv {
								want[f] += e * raw[2].Data[(key+j)*heads*dv+h*dv+f]
							}
						}
						for f := range dv {
							got := y.Data[(query+i)*heads*dv+h*dv+f]
							if total == 0 {
								require.Zero(t, got)
							} else {
								require.InDelta(t, want[f]/total, got, 1e-5, "sequence %d, query %d", s, i)
							}
						}
					}
				}
				query, key, score = query+lq, key+lk+c.cfg.Ahead, score+lq*lk
			}
		})
	}
}

// −∞ hides a key, and a query that may see none gets 0 and gives no gradient.
func TestAttentionBiasHides(t *testing.T) {
	in := attentionValues(attentionInputs(rand.New(rand.NewPCG(9, 4)), 1, 3, 2, []int{3}, []int{2}, false))
	low := float32(math.Inf(-1))
	bias := vector(low, 0, low, low, 0, 0)
	b := must(op.Attention(op.AttentionConfig{Heads: 1, Bias: true})).F32
	y := forward(t, b, append(in, bias)...)
	require.Equal(t, in[2].Data[2:4], y.Data[:2], "the second key alone")
	require.Equal(t, []float32{0, 0}, y.Data[2:4])
	for i, d := range backward(t, b, y, fill(6, float32(1)), append(in, bias)...) {
		for _, x := range d {
			require.False(t, math.IsNaN(float64(x)), "input %d", i)
		}
	}
}

// No number of workers changes a bit, forward or backward, where heads add to one
// gradient.
func TestAttentionBiasBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 5))
	lengths := []int{150, 37, 90, 64}
	for _, heads := range []int{1, 4} {
		c := biasCase{cfg: op.AttentionConfig{Heads: 4, Bias: true}, lq: lengths, lk: lengths, biasHeads: heads}
		in := attentionValues(c.inputs(rng))
		dy := noise(rng, len(in[2].Data))
		run := func(workers int) [][]float32 {
			c.cfg.Mode = &op.Mode{Workers: workers}
			b := must(op.Attention(c.cfg)).F32
			y := forward(t, b, in...)
			return append(backward(t, b, y, dy, in...), y.Data)
		}
		assert.Equal(t, run(1), run(4), "%d heads", heads)
	}
}

func TestAttentionBiasRefuses(t *testing.T) {
	_, err := op.Attention(op.AttentionConfig{Heads: 1, Ahead: -1})
	require.ErrorContains(t, err, "0 keys or more ahead, got -1")
	c := op.AttentionConfig{Heads: 2, Bias: true}
	x, n := matrix(2, 1.0, 2, 3, 4), ints[float64](2)
	for want, bias := range map[string]op.Value[float64]{
		"wants 4 numbers, or 8 for 2 heads, got 6": vector(fill(6, 1.0)...),
		"wants floats, got integers [4]":           ints[float64](1, 2, 3, 4),
	} {
		for _, err := range []error{
			shapeError(must(op.Attention(c)).F64, x, x, x, n, n, bias),
			shapeError(must(op.AttentionSoftmax(c)).F64, vector(fill(8, 1.0)...), n, n, bias),
		} {
			require.ErrorIs(t, err, op.ErrShape)
			require.ErrorContains(t, err, want)
		}
	}
	c = op.AttentionConfig{Heads: 1, Ahead: 3}
	require.ErrorContains(t, shapeError(must(op.Attention(c)).F64, x, x, x, n, n), "sequence 0 wants its keys and 3 ahead of them, got 2 in all")
}

func TestRowAhead(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 6))
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return g.Apply("ahead", op.RowAhead(len(in) > 2), in...)
	}
	var batches [][]gradcheck.Input
	for _, lengths := range [][]int{{2, 0, 3}, {0}, {0, 0}, {257}, {1, 1}, {4}, {3, 2, 1}, {0, 5}, {1}, {2, 2}} {
		in := []gradcheck.Input{gradcheck.Random(rng, 1, max(1, sum(lengths)), 3), gradcheck.Ints(lengths...), gradcheck.Random(rng, 1, 1, 1, 3)}
		batches = append(batches, in)
		if len(batches) < 5 {
			gradcheck.Check(t, in, f)
			gradcheck.Check(t, in[:2], f)
		}
	}
	gradcheck.Dynamic(t, batches, f)
	x, n := matrix(1, 1.0, 2, 3), ints[float64](1, 0, 2)
	assert.Equal(t, []float64{9, 1, 9, 9, 2, 3}, forward(t, op.RowAhead(true).F64, x, n, vector(9.0)).Data)
	assert.Equal(t, []float64{0, 1, 0, 0, 2, 3}, forward(t, op.RowAhead(false).F64, x, n).Data)
	lengths, err := op.LengthsAhead.F(nil, n.Ints)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1, 3}, lengths)
	for want, err := range map[string]error{
		"want one of 1 numbers ahead, got [2]": shapeError(op.RowAhead(true).F64, x, n, vector(1.0, 2)),
		"wants integers":                       shapeError(op.RowAhead(false).F64, x, vector(3.0)),
		"lengths sum to 2":                     shapeError(op.RowAhead(false).F64, x, ints[float64](2)),
	} {
		assert.ErrorContains(t, err, want, fmt.Sprint(want))
	}
}
