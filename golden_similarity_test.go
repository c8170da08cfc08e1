package verso_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
)

func TestGoldenCosineSimilarity(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"cosine_similarity"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "eps")
		require.Equal(t, 1e-8, c.Float("eps"))
		goldenLayer(t, c, goldenCosine[float64], goldenCosine[float32])
	})
}

func goldenCosine[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	a, b := g.input("a"), g.input("b")
	return map[string]*gorgonia.Node{"y": verso.CosineSimilarity(g.Graph, a, b), "l2norm_a": verso.L2Normalise(g.Graph, a)}
}

func TestGoldenKLDivergence(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"kl_div"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "temperature")
		goldenLayer(t, c, goldenKL[float64], goldenKL[float32])
	})
}

func goldenKL[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	cfg := verso.DefaultKLDivergenceConfig()
	cfg.Temperature = g.c.Float("temperature")
	return map[string]*gorgonia.Node{"loss": verso.KLDivergence(g.Graph, g.input("student_logits"), g.input("teacher_logits"), cfg)}
}

func TestGoldenTripletRanking(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"triplet_ranking"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "margin", "max_violation", "direction", "reduction", "l2_normalize")
		goldenLayer(t, c, goldenTriplet[float64], goldenTriplet[float32])
	})
}

func goldenTriplet[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	directions := map[string]verso.Direction{"all": verso.BothWays, "a2b": verso.RowsToColumns, "b2a": verso.ColumnsToRows}
	cfg := verso.TripletConfig{Margin: g.c.Float("margin"), Hardest: g.c.Bool("max_violation"), Direction: directions[g.c.String("direction")], Reduction: goldenReduction(g.t, g.c)}
	require.NotEmpty(g.t, cfg.Direction)
	a, b := g.input("a"), g.input("b")
	if g.c.Bool("l2_normalize") {
		a, b = verso.L2Normalise(g.Graph, a), verso.L2Normalise(g.Graph, b)
	}
	scores := verso.DotScores(g.Graph, a, b)
	return map[string]*gorgonia.Node{"scores": scores, "loss": verso.TripletRanking(g.Graph, scores, cfg)}
}

func TestGoldenBatchNorm(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"batch_norm1d"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "train", "momentum", "eps", "running_mean_before", "running_var_before")
		goldenLayer(t, c, goldenBatchNorm[float64], goldenBatchNorm[float32])
	})
}

func goldenBatchNorm[T float32 | float64](g *goldenGraph[T]) map[string]*gorgonia.Node {
	x := g.input("x")
	b := verso.NewBatchNorm(g.params, x.Shape()[1], verso.BatchNormConfig{Eps: g.c.Float("eps"), Momentum: g.c.Float("momentum")})
	require.NoError(g.t, b.Weight.Set(golden.As[T](g.c.Weight("weight"))))
	require.NoError(g.t, b.Bias.Set(golden.As[T](g.c.Weight("bias"))))
	fill := func(p *verso.Param, v float64) {
		all := make([]float64, p.Len())
		for i := range all {
			all[i] = v
		}
		require.NoError(g.t, p.Set(all))
	}
	fill(b.Mean, g.c.Float("running_mean_before"))
	fill(b.Variance, g.c.Float("running_var_before"))
	g.SetTraining(g.c.Bool("train"))
	return map[string]*gorgonia.Node{
		"y": b.Forward(g.Graph, x),
		// Read after the run, these are the statistics that it left behind.
		"running_mean_after": g.Param(b.Mean), "running_var_after": g.Param(b.Variance),
	}
}

func TestBatchNormRefuses(t *testing.T) {
	for _, cfg := range []verso.BatchNormConfig{{Eps: 0, Momentum: 0.1}, {Eps: 1e-5, Momentum: 1.5}} {
		g := verso.NewGraph(1)
		ps := verso.NewParams(1)
		verso.NewBatchNorm(ps, 2, cfg).Forward(g, g.Input("x", ps.Dtype(), 1, 2))
		assert.ErrorIs(t, g.Err(), verso.ErrConfig)
	}
	g := verso.NewGraph(1)
	ps := verso.NewParams(1)
	verso.NewBatchNorm(ps, 2, verso.DefaultBatchNormConfig()).Forward(g, g.Input("x", ps.Dtype(), 1, 3))
	require.ErrorIs(t, g.Err(), verso.ErrShape)
	assert.ErrorContains(t, g.Err(), "3 features want a weight of as many, got [2]")
}
