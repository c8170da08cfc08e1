package verso_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// learners compiles a loss over two linear layers of one input and returns, run by
// run, the gradient of the second layer's weight; nil where it has none.
func learners(t *testing.T, runs int, loss func(g *verso.Graph, s, t *gorgonia.Node) *gorgonia.Node) [][]float64 {
	t.Helper()
	ps := verso.NewParams64(1)
	student, teacher := verso.NewLinear(ps.Scope("student"), 3, 4), verso.NewLinear(ps.Scope("teacher"), 3, 4)
	g := verso.NewGraph(1)
	x := g.Input("x", tensor.Float64, 1, 3)
	m, err := g.Compile(loss(g, student.Forward(g, x), teacher.Forward(g, x)))
	require.NoError(t, err)
	defer m.Close()
	out := make([][]float64, runs)
	for i := range out {
		require.NoError(t, m.Feed(x, dense(wave(6, 0), 2, 3)))
		require.NoError(t, m.Run())
		for _, d := range m.Gradients() {
			if d.Param == teacher.Weight {
				out[i] = append([]float64{}, d.F64...)
			}
		}
	}
	return out
}

// square is the mean of x², by (x − 2x)².
func square(g *verso.Graph, x *gorgonia.Node) *gorgonia.Node {
	return verso.MSE(g, x, verso.Detach(g, verso.Add(g, x, x)), verso.DefaultMSEConfig())
}

// A teacher that learns by a loss of its own learns by that alone, in every run
// the same, in whichever order the terms are added.
func TestDivergenceLeavesItsTeacher(t *testing.T) {
	alone := learners(t, 1, func(g *verso.Graph, _, teacher *gorgonia.Node) *gorgonia.Node { return square(g, teacher) })[0]
	require.NotEmpty(t, alone)
	for _, first := range []bool{true, false} {
		got := learners(t, 3, func(g *verso.Graph, s, teacher *gorgonia.Node) *gorgonia.Node {
			if first {
				d := verso.KLDivergence(g, s, teacher, verso.DefaultKLDivergenceConfig())
				return verso.Add(g, d, square(g, teacher))
			}
			own := square(g, teacher)
			return verso.Add(g, own, verso.KLDivergence(g, s, teacher, verso.DefaultKLDivergenceConfig()))
		})
		for i, d := range got {
			assert.InDeltaSlice(t, alone, d, 1e-15, "divergence first: %t, run %d", first, i)
		}
	}
	only := learners(t, 1, func(g *verso.Graph, s, teacher *gorgonia.Node) *gorgonia.Node {
		return verso.KLDivergence(g, s, teacher, verso.DefaultKLDivergenceConfig())
	})
	assert.Nil(t, only[0], "nothing learns where no gradient comes")
}

func TestDetach(t *testing.T) {
	for cut, want := range map[bool]bool{true: false, false: true} {
		d := learners(t, 2, func(g *verso.Graph, s, x *gorgonia.Node) *gorgonia.Node {
			if cut {
				x = verso.Detach(g, x)
			}
			return square(g, verso.Mul(g, s, x))
		})
		assert.Equal(t, want, d[0] != nil)
		assert.Equal(t, d[0], d[1])
	}
	g := verso.NewGraph(1)
	w := verso.NewParams64(1).New("w", verso.Ones(), 2, 4)
	_, err := g.Compile(square(g, verso.Detach(g, g.Param(w))))
	require.ErrorIs(t, err, verso.ErrGraph, "nothing is left to learn")
}

// Running statistics never learn, also when everything is unfrozen.
func TestBatchNormStatisticsNeverLearn(t *testing.T) {
	ps := verso.NewParams64(1)
	n := verso.NewBatchNorm(ps, 4, verso.DefaultBatchNormConfig())
	for _, p := range ps.All() {
		p.Freeze(false)
	}
	g := verso.NewGraph(1)
	x := g.Input("x", tensor.Float64, 2, 4)
	m, err := g.Compile(square(g, n.Forward(g, x)))
	require.NoError(t, err)
	require.NoError(t, m.Feed(x, dense(wave(8, 0), 2, 4)))
	require.NoError(t, m.Run())
	for _, d := range m.Gradients() {
		assert.Contains(t, []*verso.Param{n.Weight, n.Bias}, d.Param)
	}
	assert.Len(t, m.Gradients(), 2)
}
