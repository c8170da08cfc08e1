package op_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// A table that is looked up and also multiplied as a whole, as tied weights
// are, gets the sum of both gradients.
func TestTableLookedUpAndUsedWhole(t *testing.T) {
	loss := func(table bool) (float64, []float64) {
		ps := verso.NewParams64(3)
		var p *verso.Param
		if table {
			p = ps.NewTable("w", verso.Normal(0, 1), 5, 3)
		} else {
			p = ps.New("w", verso.Normal(0, 1), 5, 3)
		}
		g := verso.NewGraph(1)
		ids := g.Input("ids", tensor.Int, 4)
		x := g.Apply("embedding", op.Lookup(op.LookupConfig{PadRow: -1}), ids, g.Param(p)) // (4, 3)
		y := g.Apply("linear", op.Linear(false, g.Mode()), x, g.Param(p))                  // (4, 5)
		l := g.Apply("inner", op.Inner(), y, y)
		m, err := g.Compile(l)
		require.NoError(t, err)
		var v float64
		var d []float64
		for range 2 { // the second run must not see the first one's gradient
			require.NoError(t, m.FeedInts(ids, []int{4, 0, 4, 2}))
			require.NoError(t, m.Run())
			v, d = m.Scalar(l), verso.Gradient[float64](m, g.Param(p))
		}
		return v, d
	}
	lt, gt := loss(true)
	ld, gd := loss(false)
	require.Equal(t, ld, lt)
	require.InDeltaSlice(t, gd, gt, 1e-12)
	require.NotZero(t, gt[3*1]) // a row that was not looked up
}
