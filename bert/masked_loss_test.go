package bert

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// The loss of masked words has the value and the gradients of the cross entropy of
// their logits, also that of the table, which the embeddings read as well.
func TestMaskedLossEqualsCrossEntropyOfLogits(t *testing.T) {
	c := smallConfig()
	ids, labels := [][]int{{1, 2, 3, 4, 5}, {6, 7, 290}}, []int{3, 299, 0}
	build := func(loss func(g *verso.Graph, h *MaskedWords, rows, labels *gorgonia.Node) *gorgonia.Node) (float64, map[string][]float64) {
		ps := verso.NewParams64(1)
		e := NewEncoder(ps.Scope("bert"), c)
		h := NewMaskedWords(ps.Scope("cls"), e)
		require.NoError(t, ps.Err())
		g := verso.NewGraph(1)
		in := Input{Tokens: g.Tokens("text")}
		at, want := g.Input("at", tensor.Int, 1), g.Input("labels", tensor.Int, 1)
		l := loss(g, h, verso.TakeRows(g, e.Forward(g, in).Last.Rows, at), want)
		m, err := g.Compile(l)
		require.NoError(t, err)
		defer m.Close()
		gradients := map[string][]float64{}
		for range 2 { // what the first run left must not show in the second
			require.NoError(t, in.Feed(m, ids, nil))
			require.NoError(t, m.FeedInts(at, []int{1, 4, 6}))
			require.NoError(t, m.FeedInts(want, labels))
			require.NoError(t, m.Run())
			for _, p := range ps.All() {
				gradients[p.Name()] = append([]float64(nil), verso.Gradient[float64](m, g.Param(p))...)
			}
		}
		return m.Scalar(l), gradients
	}
	got, gradients := build(func(g *verso.Graph, h *MaskedWords, rows, labels *gorgonia.Node) *gorgonia.Node {
		return h.Loss(g, rows, labels)
	})
	want, wanted := build(func(g *verso.Graph, h *MaskedWords, rows, labels *gorgonia.Node) *gorgonia.Node {
		return verso.CrossEntropy(g, h.Forward(g, rows), labels, verso.DefaultCrossEntropyConfig())
	})
	require.InDelta(t, want, got, 1e-12)
	for name, x := range wanted {
		require.InDeltaSlice(t, x, gradients[name], 1e-10, name)
	}
}
