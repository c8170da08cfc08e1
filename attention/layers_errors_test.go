package attention_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

func TestConfigErrors(t *testing.T) {
	bad := func(change func(c *attention.TransformerConfig)) error {
		ps := verso.NewParams(1)
		c := small()
		change(&c)
		attention.NewEncoder(ps, width, c)
		err := ps.Err()
		ps = verso.NewParams(1)
		attention.NewDecoder(ps, width, c)
		require.Equal(t, fmt.Sprint(err), fmt.Sprint(ps.Err()))
		return err
	}
	for want, change := range map[string]func(c *attention.TransformerConfig){
		"heads that divide the width, got width 6 and 4 heads": func(c *attention.TransformerConfig) { c.Heads = 4 },
		"at least 1 layer, got 0":                              func(c *attention.TransformerConfig) { c.Layers = 0 },
		"at least 1 hidden unit, got -1":                       func(c *attention.TransformerConfig) { c.FeedForward = -1 },
		"below 1, got 1":                                       func(c *attention.TransformerConfig) { c.Dropout = 1 },
		"ε of at least 0, got -1":                              func(c *attention.TransformerConfig) { c.Eps = -1 },
		`no activation is named "gelo"`:                        func(c *attention.TransformerConfig) { c.Activation = "gelo" },
	} {
		err := bad(change)
		assert.ErrorIs(t, err, verso.ErrConfig, want)
		assert.ErrorContains(t, err, want)
	}
	for want, build := range map[string]func(ps *verso.Params){
		"one width, got 3 and 4":     func(ps *verso.Params) { attention.NewLuong(ps, attention.Dot, 3, 4) },
		`got "cosine"`:               func(ps *verso.Params) { attention.NewLuong(ps, "cosine", 3, 4) },
		"limit of at least 1, got 0": func(ps *verso.Params) { attention.NewLearnedPositions(ps, 0, 4) },
	} {
		ps := verso.NewParams(1)
		build(ps)
		assert.ErrorIs(t, ps.Err(), verso.ErrConfig)
		assert.ErrorContains(t, ps.Err(), want)
	}
}

func TestSinusoidOfNothing(t *testing.T) {
	for _, size := range [][2]int{{1, -1}, {-1, 1}, {0, 4}, {4, 0}} {
		assert.Empty(t, attention.Sinusoid(size[0], size[1]))
	}
}

func TestRunErrors(t *testing.T) {
	ps := verso.NewParams(1)
	p := attention.NewLearnedPositions(ps, 3, width)
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, width)
	p.Forward(g, x)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	require.NoError(t, m.FeedSequence(x, make([]float32, 4*width), []int{4}))
	err = m.Run()
	require.ErrorIs(t, err, verso.ErrInput)
	require.ErrorContains(t, err, "at most 3 rows, got 4")

	g = verso.NewGraph(1)
	a := attention.NewMultiHead(verso.NewParams(1), width, 2, attention.DefaultMultiHeadConfig())
	a.Forward(g, g.Sequence("q", tensor.Float32, width), g.Sequence("k", tensor.Float32, width+1), g.Sequence("v", tensor.Float32, width), attention.Mask{})
	require.ErrorIs(t, g.Err(), verso.ErrShape)
	require.ErrorContains(t, g.Err(), "want rows of 6 features, got [1 7]")
}
