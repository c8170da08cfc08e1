package embedding_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/internal/op"
)

// run puts rows (total, dim) and a cotangent into ⟨rows, cotangent⟩, runs the
// graph on a batch and returns the machine.
func run(t *testing.T, g *verso.Graph, tokens verso.Tokens, rows *gorgonia.Node, dim int, batch [][]int, cotangent []float64) *verso.Machine {
	t.Helper()
	c := g.Input("cotangent", tensor.Float64, 1, dim)
	m, err := g.Compile(g.Apply("inner", op.Inner(), rows, c))
	require.NoError(t, err)
	require.NoError(t, m.FeedTokens(tokens, batch))
	require.NoError(t, m.Feed(c, tensor.New(tensor.WithShape(len(cotangent)/dim, dim), tensor.WithBacking(cotangent))))
	require.NoError(t, m.Run())
	return m
}

func cosines(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Cos(float64(i))
	}
	return x
}

// The i-th word as a vector of n numbers with a 1 at place i, times a matrix, is
// row i of the transposed matrix: values and gradients are equal.
func TestOneHotThenLinearEqualsLookup(t *testing.T) {
	const n, dim = 300, 7
	batch := [][]int{{0, 299, 4}, {}, {4, 4, 1}, {256}}
	cotangent := cosines(7 * dim)

	ps := verso.NewParams64(1)
	e := embedding.New(ps, n, dim, embedding.DefaultConfig())
	require.NoError(t, ps.Err())
	g := verso.NewGraph(1)
	tokens := g.Tokens("text")
	s := e.Forward(g, tokens)
	m := run(t, g, tokens, s.Rows, dim, batch, cotangent)
	require.Same(t, tokens.Lengths, s.Lengths)

	pl := verso.NewParams64(1)
	l := verso.NewLinearNoBias(pl, n, dim)
	require.NoError(t, l.Weight.Set(transpose(e.Weight.Float64s(), n, dim)))
	gl := verso.NewGraph(1)
	tokensL := gl.Tokens("text")
	hot := embedding.OneHot{N: n, Dtype: tensor.Float64}.Forward(gl, tokensL)
	y := l.Forward(gl, hot.Rows)
	ml := run(t, gl, tokensL, y, dim, batch, cotangent)

	assert.InDeltaSlice(t, m.Float64s(s.Rows), ml.Float64s(y), 1e-15)
	table := verso.Gradient[float64](m, g.Param(e.Weight))
	assert.InDeltaSlice(t, transpose(table, n, dim), verso.Gradient[float64](ml, gl.Param(l.Weight)), 1e-14)
	assert.NotZero(t, table[4*dim])
	assert.Zero(t, table[5*dim])

	sum := 0.0
	for i, v := range ml.Float64s(hot.Rows) {
		sum += v
		if v != 0 {
			assert.Equal(t, []int{0, 299, 4, 4, 4, 1, 256}[i/n], i%n)
		}
	}
	assert.Equal(t, 7.0, sum)
}

func transpose(x []float64, rows, cols int) []float64 {
	y := make([]float64, len(x))
	for i := range rows {
		for j := range cols {
			y[j*rows+i] = x[i*cols+j]
		}
	}
	return y
}

func TestOneHotRefuses(t *testing.T) {
	g := verso.NewGraph(1)
	tokens := g.Tokens("text")
	embedding.OneHot{N: 3}.Forward(g, tokens)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	for _, id := range []int{-1, 3} {
		require.NoError(t, m.FeedTokens(tokens, [][]int{{0, id}}))
		require.ErrorContains(t, m.Run(), op.ErrInput.Error())
	}
	require.NoError(t, m.FeedTokens(tokens, [][]int{{0, 2}}))
	require.NoError(t, m.Run())

	g = verso.NewGraph(1)
	embedding.OneHot{}.Forward(g, g.Tokens("text"))
	require.ErrorIs(t, g.Err(), verso.ErrShape)
}

// One-hot vectors and a lookup in a graph of the caller's, under gorgonia.Grad.
func TestEmbeddingInAnAdoptedGraph(t *testing.T) {
	expr := gorgonia.NewGraph()
	g := verso.Adopt(expr, 1)
	ps := verso.NewParams64(1)
	e := embedding.New(ps, 5, 2, embedding.DefaultConfig())
	l := verso.NewLinearNoBias(ps.Scope("l"), 5, 2)
	ids := gorgonia.NewVector(expr, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(3), gorgonia.WithValue(tensor.New(tensor.WithBacking([]int{4, 1, 4}))))
	y := gorgonia.Must(gorgonia.HadamardProd(e.Lookup(g, ids), l.Forward(g, embedding.OneHot{N: 5, Dtype: tensor.Float64}.Vectors(g, ids))))
	require.NoError(t, g.Err())
	grads, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), g.Param(e.Weight), g.Param(l.Weight))
	require.NoError(t, err)
	vm := gorgonia.NewTapeMachine(expr)
	defer vm.Close()
	require.NoError(t, vm.RunAll())
	table, w := e.Weight.Float64s(), l.Weight.Float64s() // L = 2 Σ_q table[4,q] w[q,4] + Σ_q table[1,q] w[q,1]
	got := grads[0].Value().Data().([]float64)
	assert.InDeltaSlice(t, []float64{0, 0, w[1], w[6], 0, 0, 0, 0, 2 * w[4], 2 * w[9]}, got, 1e-14)
	got = grads[1].Value().Data().([]float64)
	assert.InDeltaSlice(t, []float64{0, table[2], 0, 0, 2 * table[8], 0, table[3], 0, 0, 2 * table[9]}, got, 1e-14)
}

func TestPaddingRow(t *testing.T) {
	ps := verso.NewParams64(1)
	cfg := embedding.DefaultConfig()
	cfg.PadRow = 2
	e := embedding.New(ps, 4, 3, cfg)
	require.NoError(t, ps.Err())
	require.Equal(t, 2, e.Weight.ZeroRow)
	require.Equal(t, []float64{0, 0, 0}, e.Weight.Float64s()[6:9])
	require.NotContains(t, append(slices.Clone(e.Weight.Float64s()[:6]), e.Weight.Float64s()[9:]...), 0.0)
	g := verso.NewGraph(1)
	tokens := g.Tokens("text")
	m := run(t, g, tokens, e.Forward(g, tokens).Rows, 3, [][]int{{2, 1, 2}}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9})
	require.Equal(t, []float64{0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0}, verso.Gradient[float64](m, g.Param(e.Weight)))
}

func TestScaleGradByFreq(t *testing.T) {
	ps := verso.NewParams64(1)
	cfg := embedding.DefaultConfig()
	cfg.ScaleGradByFreq = true
	e := embedding.New(ps, 3, 1, cfg)
	g := verso.NewGraph(1)
	tokens := g.Tokens("text")
	m := run(t, g, tokens, e.Forward(g, tokens).Rows, 1, [][]int{{0, 2}, {0, 0, 2}}, []float64{1, 2, 3, 5, 7})
	require.InDeltaSlice(t, []float64{3, 0, 4.5}, verso.Gradient[float64](m, g.Param(e.Weight)), 1e-15)
}

func TestFrozenTable(t *testing.T) {
	ps := verso.NewParams64(1)
	cfg := embedding.DefaultConfig()
	cfg.Frozen = true
	e := embedding.New(ps, 3, 1, cfg)
	require.True(t, e.Weight.Frozen())
	g := verso.NewGraph(1)
	_, err := g.Compile(g.Apply("inner", op.Inner(), e.Lookup(g, g.Tokens("a").IDs), e.Lookup(g, g.Tokens("b").IDs)))
	require.ErrorIs(t, err, verso.ErrGraph) // nothing learns
}

// Rows of norm 5 under a limit of 1: training rescales those that are looked up
// in the table, evaluation leaves the table alone; both give the same numbers.
func TestMaxNorm(t *testing.T) {
	for _, c := range []struct {
		p    float64
		norm float64 // of (3, −4)
	}{{2, 5}, {1, 7}, {math.Inf(1), 4}, {3, math.Cbrt(27 + 64)}} {
		ps := verso.NewParams64(1)
		cfg := embedding.DefaultConfig()
		cfg.MaxNorm, cfg.NormType = 1, c.p
		cfg.Init = verso.Values([]float64{3, -4, 0.3, -0.4, 3, -4, 0, 0})
		e := embedding.New(ps, 4, 2, cfg)
		require.NoError(t, ps.Err())
		stored := slices.Clone(e.Weight.Float64s())
		g := verso.NewGraph(1)
		tokens := g.Tokens("text")
		s := e.Forward(g, tokens)
		f := 1 / (c.norm + 1e-7)
		want := []float64{3 * f, -4 * f, 0.3, -0.4, 3 * f, -4 * f, 0, 0}
		m := run(t, g, tokens, s.Rows, 2, [][]int{{0, 1, 0, 3}}, []float64{1, 2, 3, 4, 5, 6, 7, 8})
		assert.InDeltaSlice(t, want, m.Float64s(s.Rows), 1e-15)
		assert.Equal(t, stored, e.Weight.Float64s(), "evaluation reads only")
		assert.Equal(t, []float64{6, 8, 3, 4, 0, 0, 7, 8}, verso.Gradient[float64](m, g.Param(e.Weight)), "a plain lookup's gradient")

		g.SetTraining(true)
		require.NoError(t, m.Run())
		assert.InDeltaSlice(t, want, m.Float64s(s.Rows), 1e-15)
		once := slices.Clone(e.Weight.Float64s())
		assert.InDeltaSlice(t, []float64{3 * f, -4 * f, 0.3, -0.4, 3, -4, 0, 0}, once, 1e-15)
		require.NoError(t, m.Run())
		assert.Equal(t, once, e.Weight.Float64s(), "a rescaled row stays as it is")
	}
}

// In float32, rounding may leave a rescaled row above the limit: no run may
// change it again.
func TestMaxNormSettlesAtOnce(t *testing.T) {
	ps := verso.NewParams(5)
	cfg := embedding.DefaultConfig()
	cfg.MaxNorm, cfg.Init = 100, verso.Normal(0, 50)
	e := embedding.New(ps, 500, 37, cfg)
	g := verso.NewGraph(1)
	g.SetTraining(true)
	tokens := g.Tokens("text")
	e.Forward(g, tokens)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	ids := make([]int, 500)
	for i := range ids {
		ids[i] = i
	}
	require.NoError(t, m.FeedTokens(tokens, [][]int{ids}))
	require.NoError(t, m.Run())
	once := slices.Clone(e.Weight.Float32s())
	for i := range 500 {
		var square float64
		for _, v := range once[i*37 : (i+1)*37] {
			square += float64(v) * float64(v)
		}
		require.LessOrEqual(t, math.Sqrt(square), 100.0)
		require.Greater(t, math.Sqrt(square), 99.9)
	}
	require.NoError(t, m.Run())
	require.Equal(t, once, e.Weight.Float32s())
}

// Graphs over one table run at the same time: evaluation, and training that
// rescales rows.
func TestConcurrentGraphsOverOneTable(t *testing.T) {
	for _, maxNorm := range []float64{0, 0.5} {
		ps := verso.NewParams(1)
		cfg := embedding.DefaultConfig()
		cfg.MaxNorm = maxNorm
		e := embedding.New(ps, 50, 8, cfg)
		require.NoError(t, ps.Err())
		results := make([][]float32, 6)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() {
				g := verso.NewGraph(1)
				g.SetTraining(i%2 == 0)
				tokens := g.Tokens("text")
				s := e.Forward(g, tokens)
				m, err := g.Compile(g.Apply("inner", op.Inner(), s.Rows, s.Rows))
				if !assert.NoError(t, err) {
					return
				}
				defer m.Close()
				for range 20 {
					if !assert.NoError(t, m.FeedTokens(tokens, [][]int{{1, 2, 3}, {49, 3}})) || !assert.NoError(t, m.Run()) {
						return
					}
				}
				results[i] = slices.Clone(m.Float32s(s.Rows))
			})
		}
		wg.Wait()
		require.Len(t, results[0], 5*8)
		for _, r := range results[1:] {
			require.Equal(t, results[0], r)
		}
	}
}

func TestEmptyTextsAndBadIDs(t *testing.T) {
	ps := verso.NewParams(1)
	e := embedding.New(ps, 4, 3, embedding.DefaultConfig())
	g := verso.NewGraph(1)
	tokens := g.Tokens("text")
	y := verso.MeanOverTime(g, e.Forward(g, tokens))
	m, err := g.Compile(nil)
	require.NoError(t, err)
	require.NoError(t, m.FeedTokens(tokens, [][]int{{}, {}}))
	require.NoError(t, m.Run())
	require.Equal(t, make([]float32, 6), m.Float32s(y))
	for _, id := range []int{-1, 4} {
		require.NoError(t, m.FeedTokens(tokens, [][]int{{0, id}}))
		require.ErrorContains(t, m.Run(), op.ErrInput.Error())
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*embedding.Config){
		"padding row beyond the table": func(c *embedding.Config) { c.PadRow = 4 },
		"padding row -2":               func(c *embedding.Config) { c.PadRow = -2 },
		"negative norm":                func(c *embedding.Config) { c.MaxNorm = -1 },
		"norm of order 0":              func(c *embedding.Config) { c.MaxNorm, c.NormType = 1, 0 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := embedding.DefaultConfig()
			change(&cfg)
			ps := verso.NewParams(1)
			embedding.New(ps, 4, 3, cfg)
			require.ErrorIs(t, ps.Err(), verso.ErrConfig)
		})
	}
	ps := verso.NewParams(1)
	e := embedding.New(ps, 4, 0, embedding.DefaultConfig())
	require.ErrorIs(t, ps.Err(), verso.ErrShape)
	require.Equal(t, []int{4, 0}, []int{e.Rows(), e.Dim()}) // building goes on until somebody asks for the error
}
