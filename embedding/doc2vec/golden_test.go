package doc2vec

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/kernel"
)

// A step of PV-DM as training makes it: a bag of the words around and the document, whose row lies behind the words'.
func TestGoldenStep(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"pv_dm_step"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "lr", "context", "doc", "target", "negatives")
		t.Run(golden.Float64, func(t *testing.T) { goldenStep[float64](t, c, golden.Float64) })
		t.Run(golden.Float32, func(t *testing.T) { goldenStep[float32](t, c, golden.Float32) })
	})
}

func goldenStep[T kernel.Float](t *testing.T, c *golden.Case, precision string) {
	words, dim := c.Input("w").Shape[0], c.Input("w").Shape[1]
	in := slices.Concat(golden.As[T](c.Input("w")), golden.As[T](c.Input("d")))
	out := golden.As[T](c.Input("c"))
	tables, err := loglinear.NewTables[T](len(in)/dim, words, dim)
	require.NoError(t, err)
	for i := range tables.Inputs() {
		copy(tables.Input(i), in[i*dim:])
	}
	for i := range words {
		copy(tables.Target(i), out[i*dim:])
	}
	noise, err := loglinear.NewNoise(slices.Repeat([]int64{1}, words), 0.75)
	require.NoError(t, err)
	l, err := loglinear.NewLearner(tables, loglinear.Objective{Noise: noise, Negatives: 1}, rand.NewPCG(1, 2))
	require.NoError(t, err)
	l.SetRate(c.Float("lr"))
	bag := append(ids(c.Ints("context")), int32(words+c.Int("doc")))
	l.BagWith(bag, int32(c.Int("target")), ids(c.Ints("negatives")), DM.combine())
	l.Flush()

	got := tables.Dense(tables.In)
	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(golden.Float64, "w"), got[:words*dim], tol, "words")
	golden.Close(t, c.Output(golden.Float64, "d"), got[words*dim:], tol, "documents")
	golden.Close(t, c.Output(golden.Float64, "c"), tables.Dense(tables.Out), tol, "targets")
}

func ids(values []int) []int32 {
	var all []int32
	for _, x := range values {
		all = append(all, int32(x))
	}
	return all
}
