package op_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// attend builds an attention over inputs q, k, v, lengths and, where there are more,
// a key mask and a bias.
func attend(c op.AttentionConfig) gradcheck.Func {
	return func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		c.Mode = g.Mode()
		c.Mask, c.Bias = optional(in[5:])
		return g.Apply("attention", must(op.Attention(c)), in...)
	}
}

// optional says what the inputs are that an attention may have besides.
func optional(in []*gorgonia.Node) (mask, bias bool) {
	for _, n := range in {
		if n.Dtype() == tensor.Int {
			mask = true
		} else {
			bias = true
		}
	}
	return mask, bias
}

func sum(x []int) int {
	total := 0
	for _, n := range x {
		total += n
	}
	return total
}

// attentionInputs draws queries, keys and values of these lengths.
func attentionInputs(rng *rand.Rand, heads, d, dv int, lq, lk []int, masked bool) []gradcheck.Input {
	q, k := max(1, sum(lq)), max(1, sum(lk))
	in := []gradcheck.Input{
		gradcheck.Random(rng, 1, q, heads*d), gradcheck.Random(rng, 1, k, heads*d), gradcheck.Random(rng, 1, k, heads*dv),
		gradcheck.Ints(lq...), gradcheck.Ints(lk...),
	}
	if masked {
		mask := make([]int, k)
		for i := range mask {
			mask[i] = min(1, rng.IntN(3))
		}
		in = append(in, gradcheck.Ints(mask...))
	}
	return in
}

func TestAttentionGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for _, c := range []struct {
		name         string
		heads, d, dv int
		lq, lk       []int
		masked       bool
		cfg          op.AttentionConfig
		configure    []func(*verso.Graph)
	}{
		{name: "two heads", heads: 2, d: 3, dv: 4, lq: []int{4, 2}, lk: []int{3, 5}},
		{name: "causal", heads: 2, d: 3, dv: 2, lq: []int{5, 3}, lk: []int{5, 2}, cfg: op.AttentionConfig{Causal: true}},
		{name: "masked", heads: 1, d: 2, dv: 3, lq: []int{3, 2, 4}, lk: []int{4, 1, 5}, masked: true},
		{name: "masked and causal", heads: 3, d: 2, dv: 2, lq: []int{4, 4}, lk: []int{4, 4}, masked: true, cfg: op.AttentionConfig{Causal: true, Scale: 0.3}},
		{name: "empty sequences", heads: 2, d: 2, dv: 1, lq: []int{0, 3, 2, 0}, lk: []int{2, 0, 3, 0}},
		{name: "nothing", heads: 2, d: 2, dv: 1, lq: []int{0, 0}, lk: []int{0, 0}},
		{name: "across 256", heads: 1, d: 3, dv: 2, lq: []int{260, 2}, lk: []int{2, 260}},
		{name: "wide", heads: 2, d: 130, dv: 129, lq: []int{2}, lk: []int{3}},
		{name: "several blocks, causal", heads: 1, d: 2, dv: 2, lq: []int{150}, lk: []int{150}, cfg: op.AttentionConfig{Causal: true}},
		{name: "dropout", heads: 2, d: 3, dv: 2, lq: []int{140, 3}, lk: []int{3, 4}, cfg: op.AttentionConfig{Dropout: 0.4, Random: 3}, configure: []func(*verso.Graph){training}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Heads = c.heads
			in := attentionInputs(rng, c.heads, c.d, c.dv, c.lq, c.lk, c.masked)
			gradcheck.Check(t, in, attend(c.cfg), c.configure...)
		})
	}
	t.Run("dynamic", func(t *testing.T) {
		var batches [][]gradcheck.Input
		for _, l := range [][2][]int{{{3, 1}, {2, 2}}, {{1}, {7}}, {{0, 0, 0}, {1, 0, 2}}, {{130, 4}, {5, 129}}, {{2}, {2}}} {
			batches = append(batches, attentionInputs(rng, 2, 3, 3, l[0], l[1], true))
		}
		gradcheck.Dynamic(t, batches, attend(op.AttentionConfig{Heads: 2, Causal: true}))
	})
}

// attentionValues brings inputs to float32.
func attentionValues(in []gradcheck.Input) []op.Value[float32] {
	out := make([]op.Value[float32], len(in))
	for i, x := range in {
		out[i] = op.Value[float32]{Shape: x.Shape, Ints: x.Ints}
		for _, v := range x.Data {
			out[i].Data = append(out[i].Data, float32(v))
		}
	}
	return out
}

// One query at a time by the definition, with a mask that is no suffix.
func TestAttentionValues(t *testing.T) {
	const heads, d, dv = 2, 3, 2
	rng := rand.New(rand.NewPCG(7, 2))
	lq, lk := []int{140, 0, 3}, []int{141, 2, 4}
	for _, causal := range []bool{false, true} {
		raw := attentionInputs(rng, heads, d, dv, lq, lk, true)
		for i := range 4 { // the last sequence has no key to see
			raw[5].Ints[len(raw[5].Ints)-1-i] = 0
		}
		in := attentionValues(raw)
		c := op.AttentionConfig{Heads: heads, Causal: causal, Mask: true}
		y := forward(t, must(op.Attention(c)).F32, in...)
		query, key := 0, 0
		for s := range lq {
			for i := range lq[s] {
				for h := range heads {
					want, total := make([]float64, dv), 0.0
					for j := range lk[s] {
						if raw[5].Ints[key+j] == 0 || causal && j > i {
							continue
						}
						dot := 0.0
						for f := range d {
							dot += raw[0].Data[(query+i)*heads*d+h*d+f] * raw[1].Data[(key+j)*heads*d+h*d+f]
						}
						e := math.Exp(dot / math.Sqrt(d))
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
			query, key = query+lq[s], key+lk[s]
		}
	}
}

// No number of workers and no neighbour changes a bit, forward or backward.
func TestAttentionBits(t *testing.T) {
	const heads, d = 4, 16
	rng := rand.New(rand.NewPCG(7, 3))
	lengths := []int{150, 37, 300, 64}
	in := attentionValues(attentionInputs(rng, heads, d, d, lengths, lengths, false))
	dy := noise(rng, len(in[0].Data))
	run := func(workers int, dropout float64, dy []float32, in ...op.Value[float32]) [][]float32 {
		mode := &op.Mode{Workers: workers, Train: true, Seed: 1, Step: 2}
		b := must(op.Attention(op.AttentionConfig{Heads: heads, Causal: true, Dropout: dropout, Mode: mode})).F32
		y := forward(t, b, in...)
		return append(backward(t, b, y, dy, in...), y.Data)
	}
	for _, dropout := range []float64{0, 0.1} {
		assert.Equal(t, run(1, dropout, dy, in...), run(4, dropout, dy, in...), "dropout %v", dropout)
	}
	from, to := (lengths[0]+lengths[1])*heads*d, (lengths[0]+lengths[1]+lengths[2])*heads*d
	cut := func(x op.Value[float32]) op.Value[float32] { return matrix(heads*d, x.Data[from:to]...) }
	n := ints[float32](lengths[2])
	alone := run(1, 0, dy[from:to], cut(in[0]), cut(in[1]), cut(in[2]), n, n)
	for i, all := range run(2, 0, dy, in...) {
		if all != nil {
			assert.Equal(t, all[from:to], alone[i], "result %d", i)
		}
	}
}

// A share p of the weights falls, others at another step, the same at the same.
func TestAttentionDropout(t *testing.T) {
	const p, n = 0.3, 200
	in := []op.Value[float32]{
		matrix(1, fill(n, float32(0))...), matrix(1, fill(n, float32(0))...), matrix(1, fill(n, float32(1))...), ints[float32](n), ints[float32](n),
	}
	run := func(m op.Mode) []float32 {
		return forward(t, must(op.Attention(op.AttentionConfig{Heads: 1, Dropout: p, Mode: &m})).F32, in...).Data
	}
	first := run(op.Mode{Train: true, Step: 1})
	mean := 0.0
	for _, v := range first {
		mean += float64(v) / n
	}
	assert.InDelta(t, 1, mean, 5*math.Sqrt(p/(1-p)/n/n))
	assert.Equal(t, first, run(op.Mode{Train: true, Step: 1}))
	assert.NotEqual(t, first, run(op.Mode{Train: true, Step: 2}))
	assert.InDeltaSlice(t, fill(n, float32(1)), run(op.Mode{Step: 1}), 1e-6, "nothing falls outside training")

	// Two heads of two sequences draw each their own.
	two := []op.Value[float32]{
		matrix(2, fill(4*n, float32(0))...), matrix(2, fill(4*n, float32(0))...), matrix(2, fill(4*n, float32(1))...), ints[float32](n, n), ints[float32](n, n),
	}
	y := forward(t, must(op.Attention(op.AttentionConfig{Heads: 2, Dropout: p, Mode: &op.Mode{Train: true}})).F32, two...).Data
	seen := map[[2]float32]bool{}
	for s := range 2 {
		for h := range 2 {
			seen[[2]float32{y[2*n*s+h], y[2*n*s+2+h]}] = true
		}
	}
	assert.Len(t, seen, 4)
}

// Memory grows with the length, not with its square: 3,000 words would have 36 MB
// of weights.
func TestAttentionMemory(t *testing.T) {
	const n, d = 3000, 8
	rng := rand.New(rand.NewPCG(7, 5))
	in := attentionValues(attentionInputs(rng, 1, d, d, []int{n}, []int{n}, false))
	dy := noise(rng, n*d)
	body := must(op.Attention(op.AttentionConfig{Heads: 1, Mode: &op.Mode{}})).F32
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	backward(t, body, forward(t, body, in...), dy, in...)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

func TestAttentionRefuses(t *testing.T) {
	for _, c := range []op.AttentionConfig{{}, {Heads: 1, Dropout: 1}, {Heads: 1, Scale: math.NaN()}} {
		_, err := op.Attention(c)
		assert.Error(t, err, fmt.Sprint(c))
	}
	x := func(cols int) op.Value[float64] { return matrix(cols, make([]float64, 4*cols)...) }
	n := ints[float64](4)
	for want, in := range map[string][]op.Value[float64]{
		"one multiple of features, got [4 4] and [4 6]":      {x(4), x(6), x(4), n, n},
		"one multiple of features, got [4 3] and [4 3]":      {x(3), x(3), x(4), n, n},
		"multiple of features, got [4 5]":                    {x(4), x(4), x(5), n, n},
		"as many rows":                                       {x(4), x(4), matrix(2, 1.0, 2), n, n},
		"queries: shape mismatch: lengths sum to 3":          {x(4), x(4), x(4), ints[float64](3), n},
		"keys: input out of range: length -1":                {x(4), x(4), x(4), n, ints[float64](5, -1)},
		"queries of 1 sequences want keys of as many, got 2": {x(4), x(4), x(4), n, ints[float64](2, 2)},
	} {
		err := shapeError(must(op.Attention(op.AttentionConfig{Heads: 2})).F64, in...)
		assert.ErrorContains(t, err, want)
	}
	err := shapeError(must(op.Attention(op.AttentionConfig{Heads: 2, Mask: true})).F64, x(4), x(4), x(4), n, n, ints[float64](1, 1))
	assert.ErrorContains(t, err, "4 keys want a mask of as many integers, got [2]")
	floats := vector(1.0, 0, 1, 1)
	err = shapeError(must(op.Attention(op.AttentionConfig{Heads: 2, Mask: true})).F64, x(4), x(4), x(4), n, n, floats)
	assert.ErrorContains(t, err, "the key mask wants integers, got floats [4]")
	for _, in := range [][]op.Value[float64]{{x(4), x(4), x(4), floats, n}, {x(4), x(4), x(4), n, floats}} {
		err = shapeError(must(op.Attention(op.AttentionConfig{Heads: 2})).F64, in...)
		assert.ErrorContains(t, err, "lengths wants integers, got floats [4]")
	}
}

// BERT-small's attention: 16 sequences of 128, 4 heads of 64.
func BenchmarkAttention(b *testing.B) {
	const batch, length, heads, d = 16, 128, 4, 64
	rng := rand.New(rand.NewPCG(7, 4))
	lengths := slices.Repeat([]int{length}, batch)
	in := attentionValues(attentionInputs(rng, heads, d, d, lengths, lengths, false))
	dy := op.Value[float32]{Shape: in[0].Shape, Data: noise(rng, len(in[0].Data))}
	y := op.Value[float32]{Shape: in[0].Shape, Data: make([]float32, len(dy.Data))}
	for _, dropout := range []float64{0, 0.1} {
		body := must(op.Attention(op.AttentionConfig{Heads: heads, Dropout: dropout, Mode: &op.Mode{Train: true}})).F32
		_, err := body.Shape(in)
		require.NoError(b, err)
		din := make([]op.Grad[float32], len(in))
		for i := range 3 {
			din[i].Data = make([]float32, len(dy.Data))
		}
		const work = 2 * 2 * batch * heads * length * length * d
		b.Run(fmt.Sprintf("forward/dropout=%v", dropout), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = body.Forward(in, y)
			}
			b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
		b.Run(fmt.Sprintf("backward/dropout=%v", dropout), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = body.Backward(in, y, dy, din)
			}
			b.ReportMetric(2.5*work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
