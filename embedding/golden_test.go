package embedding_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/op"
)

func TestGoldenEmbedding(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"embedding"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "num_embeddings", "dim", "embedding_dim", "padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse")
		t.Run("float64", func(t *testing.T) { runEmbedding[float64](t, c, verso.NewParams64(1), golden.Float64) })
		t.Run("float32", func(t *testing.T) { runEmbedding[float32](t, c, verso.NewParams(1), golden.Float32) })
	})
}

func runEmbedding[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string) {
	rows, dim, tol := c.Int("num_embeddings"), c.Int("dim", c.Int("embedding_dim", 0)), c.Tolerance(precision)
	cfg := embedding.DefaultConfig()
	if !c.Null("padding_idx") {
		if cfg.PadRow = c.Int("padding_idx"); cfg.PadRow < 0 {
			cfg.PadRow += rows // as Python counts
		}
	}
	cfg.MaxNorm, cfg.NormType = c.Float("max_norm", 0), c.Float("norm_type", 2)
	cfg.ScaleGradByFreq = c.Bool("scale_grad_by_freq", false)
	e := embedding.New(ps, rows, dim, cfg)
	require.NoError(t, ps.Err())
	require.Equal(t, []string{"weight"}, c.WeightNames())
	require.Equal(t, c.Weight("weight").Shape, e.Weight.Shape())
	require.NoError(t, e.Weight.Set(golden.As[T](c.Weight("weight"))))

	g := verso.NewGraph(1)
	g.SetTraining(true)
	shape := c.Input("ids").Shape
	ids := g.Input("ids", tensor.Int, shape...)
	y := e.Lookup(g, ids) // (…, dim)
	require.Equal(t, []string{"y"}, c.CotangentNames())
	cotangent := g.Input("cotangent", ps.Dtype(), append(append([]int{}, shape...), dim)...)
	loss := g.Apply("inner", op.Inner(), y, cotangent)
	m, err := g.Compile(loss)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Feed(ids, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(c.Input("ids").Ints()))))
	require.NoError(t, m.Feed(cotangent, tensor.New(tensor.WithShape(c.Cotangent("y").Shape...), tensor.WithBacking(golden.As[T](c.Cotangent("y"))))))
	require.NoError(t, m.Run())

	require.Equal(t, c.Output(precision, "y").Shape, []int(y.Value().Shape()))
	golden.Close(t, c.Output(precision, "y"), elements[T](m, y), tol, "y")
	if precision == golden.Float64 {
		golden.Close(t, c.Output(precision, "__loss"), []float64{m.Scalar(loss)}, tol, "loss")
	}
	require.Equal(t, []string{"weights/weight"}, c.GradNames(precision))
	golden.Close(t, c.Grad(precision, "weights/weight"), verso.Gradient[T](m, g.Param(e.Weight)), tol, "gradient of the table")
}

// elements returns a node's values in either precision.
func elements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if x, ok := any(m.Float64s(n)).([]T); ok {
		return x
	}
	x, _ := any(m.Float32s(n)).([]T)
	return x
}
