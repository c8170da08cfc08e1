package attention_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

func randomFloats(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func requireNear(t *testing.T, want, got []float32) {
	t.Helper()
	require.InDeltaSlice(t, toFloat64(want), toFloat64(got), 1e-5)
}

// Row by row, with hypotheses that fork, gives what the graph gives of the whole.
func TestDecoderCache(t *testing.T) {
	const steps = 7
	rng := rand.New(rand.NewPCG(4, 1))
	for _, c := range []attention.TransformerConfig{smallDecoder(), func() attention.TransformerConfig {
		c := smallDecoder()
		c.NormFirst, c.FinalNorm, c.Activation, c.Heads = true, true, verso.GELU, 3
		return c
	}()} {
		ps := verso.NewParams(5)
		d := attention.NewDecoder(ps, width, c)
		require.NoError(t, ps.Err())
		for _, p := range ps.All() { // biases and scales too
			for i := range p.Float32s() {
				p.Float32s()[i] += float32(rng.NormFloat64()) / 5
			}
		}
		g := verso.NewGraph(1)
		x, memory := g.Sequence("x", tensor.Float32, width), g.Sequence("memory", tensor.Float32, width)
		y := d.Forward(g, x, memory, attention.Mask{}, attention.Mask{})
		m, err := g.Compile(nil)
		require.NoError(t, err)
		for _, rows := range []int{0, 4} {
			mem := randomFloats(rng, rows*width)
			whole := func(x0 []float32) []float32 {
				require.NoError(t, m.FeedSequence(memory, mem, []int{rows}))
				require.NoError(t, m.FeedSequence(x, x0, []int{len(x0) / width}))
				require.NoError(t, m.Run())
				out := m.Float32s(y.Rows)
				return out[len(out)-width:]
			}
			cache, err := d.NewCache(mem, mem)
			require.NoError(t, err)
			sofar := [][]float32{nil, nil}
			for s := range steps {
				if s == 3 {
					require.NoError(t, cache.Reorder([]int{1, 0, 1}))
					sofar = [][]float32{append([]float32{}, sofar[1]...), sofar[0], append([]float32{}, sofar[1]...)}
				}
				if s == 5 {
					require.NoError(t, cache.Reorder([]int{2}))
					sofar = sofar[2:]
				}
				next := randomFloats(rng, len(sofar)*width)
				got, err := cache.Step(next)
				require.NoError(t, err)
				for h := range sofar {
					sofar[h] = append(sofar[h], next[h*width:(h+1)*width]...)
					requireNear(t, whole(sofar[h]), got[h*width:(h+1)*width])
				}
				require.Equal(t, s+1, cache.Len())
			}
		}
		require.NoError(t, m.Close())
	}
}

func TestEncoderCache(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	c := smallDecoder()
	ps := verso.NewParams(5)
	e := attention.NewEncoder(ps, width, c)
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, width)
	y := e.Forward(g, x, attention.Mask{})
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	rows := randomFloats(rng, 9*width)
	require.NoError(t, m.FeedSequence(x, rows, []int{9}))
	require.NoError(t, m.Run())
	cache, err := e.NewCache(1)
	require.NoError(t, err)
	for i := range 9 {
		got, err := cache.Step(rows[i*width : (i+1)*width])
		require.NoError(t, err)
		requireNear(t, m.Float32s(y.Rows)[i*width:(i+1)*width], got)
	}
}

func TestCacheRefuses(t *testing.T) {
	e := attention.NewEncoder(verso.NewParams(1), width, small())
	_, err := e.NewCache(1)
	require.ErrorIs(t, err, verso.ErrConfig)
	require.ErrorContains(t, err, "wants causal layers")
	_, err = attention.NewDecoder(verso.NewParams(1), width, small()).NewCache(nil)
	require.ErrorContains(t, err, "wants causal layers")
	d := attention.NewDecoder(verso.NewParams64(1), width, smallDecoder())
	_, err = d.NewCache(nil)
	require.ErrorContains(t, err, "wants float32 weights, got float64")
	d = attention.NewDecoder(verso.NewParams(1), width, smallDecoder())
	_, err = d.NewCache(nil, make([]float32, width+1))
	require.ErrorIs(t, err, verso.ErrShape)
	_, err = d.NewCache()
	require.ErrorContains(t, err, "at least 1 layer and 1 sequence, got 2 and 0")
	for _, bad := range [][2]int{{0, 2}, {width, 0}, {width, 4}} { // whose Params.Err nobody has looked at
		c := smallDecoder()
		c.Heads = bad[1]
		_, err = attention.NewDecoder(verso.NewParams(1), bad[0], c).NewCache(nil)
		require.ErrorIs(t, err, verso.ErrConfig)
		require.ErrorContains(t, err, fmt.Sprintf("got width %d and %d heads", bad[0], bad[1]))
	}
	for _, c := range []attention.MultiHeadConfig{{AddBiasKV: true}, {AddZeroAttn: true}, {KeyDim: 3}} {
		other := attention.NewDecoder(verso.NewParams(1), width, smallDecoder())
		other.Layers[1].CrossAttention = attention.NewMultiHead(verso.NewParams(1), width, 2, c)
		_, err = other.NewCache(nil)
		require.ErrorContains(t, err, "keys and values of 6 features and none added")
	}
	cache, err := d.NewCache(nil, nil)
	require.NoError(t, err)
	require.Equal(t, 2, cache.Hypotheses())
	_, err = cache.Step(make([]float32, width))
	require.ErrorContains(t, err, "a step of 2 sequences wants 12 numbers, got 6")
	require.ErrorIs(t, cache.Reorder([]int{0, 2}), verso.ErrInput)
	require.ErrorIs(t, cache.Reorder(nil), verso.ErrInput)
}
