package bert

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
)

// Logits, losses and gradients of a tagger and of a scorer, computed with PyTorch.
func TestGoldenHeads(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"bert_heads"}, func(t *testing.T, c *golden.Case) {
		t.Run("float64", func(t *testing.T) {
			goldenHeadsCase[float64](t, c, verso.ParamsFrom64, verso.NewParams64(1), golden.Float64)
		})
		t.Run("float32", func(t *testing.T) {
			goldenHeadsCase[float32](t, c, verso.ParamsFrom, verso.NewParams(1), golden.Float32)
		})
	})
}

func goldenHeadsCase[T float32 | float64](t *testing.T, c *golden.Case, from func(verso.WeightSource) *verso.Params, ps *verso.Params, precision string) {
	c.OnlyKeys(t)
	m := goldenModel(t, c, weightsFile, from)
	tagger := &Tagger{model: m, head: NewClassification(ps.Scope("tagger"), m.cfg, 4)}
	scorer := &Scorer{model: m, head: NewClassification(ps.Scope("scorer"), m.cfg, 2)}
	sigmoid := &Scorer{model: m, head: scorer.head, cfg: ScorerConfig{Sigmoid: true}}
	require.NoError(t, ps.Err())
	for _, p := range ps.All() {
		require.NoError(t, p.Set(golden.As[T](c.Weight(p.Name()))))
	}
	g := verso.NewGraph(1)
	in, at := NewInput(g, "text"), rowsInput(g, "words")
	tags, targets := g.Input("tags", tensor.Int, 1), g.Input("targets", ps.Dtype(), 1, 2)
	logits, scores := tagger.logits(g, in, at), scorer.logits(g, in)
	tagLoss := verso.CrossEntropy(g, logits, tags, verso.DefaultCrossEntropyConfig())
	mse, bce := scorer.loss(g, in, targets), sigmoid.loss(g, in, targets)
	machine, err := g.Compile(verso.Add(g, tagLoss, mse, bce))
	require.NoError(t, err)
	defer machine.Close()

	lengths, want := c.Input("lengths").Ints(), c.Input("targets")
	require.NoError(t, in.Feed(machine, ragged(c.Input("ids").Ints(), lengths), ragged(c.Input("types").Ints(), lengths)))
	require.NoError(t, machine.FeedInts(at.Numbers, c.Input("firsts").Ints()))
	require.NoError(t, machine.FeedInts(at.Lengths, c.Input("counts").Ints()))
	require.NoError(t, machine.FeedInts(tags, c.Input("tags").Ints()))
	require.NoError(t, machine.Feed(targets, tensor.New(tensor.WithShape(want.Shape...), tensor.WithBacking(golden.As[T](want)))))
	require.NoError(t, machine.Run())

	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(precision, "tag_logits"), elements[T](machine, logits), tol, "logits of tags")
	golden.Close(t, c.Output(precision, "tag_loss"), elements[T](machine, tagLoss), tol, "loss of tags")
	golden.Close(t, c.Output(precision, "scores"), elements[T](machine, scores), tol, "scores")
	golden.Close(t, c.Output(precision, "mse"), elements[T](machine, mse), tol, "squared error")
	golden.Close(t, c.Output(precision, "bce"), elements[T](machine, bce), tol, "loss of labels")
	for _, name := range c.GradNames(precision) {
		short := strings.TrimPrefix(name, "weights/")
		p, ok := ps.Get(short)
		if !ok {
			p, ok = m.params.Get(short)
		}
		require.True(t, ok, name)
		golden.Close(t, c.Grad(precision, name), verso.Gradient[T](machine, g.Param(p)), tol, "gradient of "+name)
	}
}

// ragged cuts numbers into sequences of these lengths.
func ragged(x, lengths []int) (out [][]int) {
	for _, n := range lengths {
		out, x = append(out, x[:n]), x[n:]
	}
	return out
}
