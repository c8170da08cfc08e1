package conv1d

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/internal/golden"
)

// TestGoldenKimCNN compares features, logits, loss and all gradients of the
// whole network with the reference. There rows are full and padding is a row of
// the table, so the network runs without virtual rows.
func TestGoldenKimCNN(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"kim_cnn"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "vocab", "dim", "widths", "filters", "classes", "mode", "padding_idx")
		t.Run("float64", func(t *testing.T) { kimCase[float64](t, c, verso.NewParams64(1), "float64") })
		t.Run("float32", func(t *testing.T) { kimCase[float32](t, c, verso.NewParams(1), "float32") })
	})
}

func kimCase[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string) {
	cfg := DefaultConfig()
	cfg.Dim, cfg.Widths, cfg.Maps, cfg.MaxNorm = c.Int("dim"), c.Ints("widths"), c.Int("filters"), 0
	table := func(name string, frozen bool) *embedding.Embedding {
		e := embedding.DefaultConfig()
		e.Frozen = frozen
		if !c.Null("padding_idx") {
			e.PadRow = c.Int("padding_idx")
		}
		return embedding.New(ps.Scope(name), c.Int("vocab"), cfg.Dim, e)
	}
	var tables [2]*embedding.Embedding
	switch mode := c.String("mode"); mode {
	case "nonstatic", "static":
		tables[0] = table("emb", mode == "static")
	case "multichannel":
		tables = [2]*embedding.Embedding{table("emb", false), table("emb_static", true)}
	default:
		t.Fatalf("unknown mode %q", mode)
	}
	n := newNetwork(ps, cfg, tables, c.Int("classes"))
	n.bank.cfg.Pad = 0
	require.NoError(t, ps.Err())
	require.Len(t, c.WeightNames(), len(ps.All()))
	for _, name := range c.WeightNames() {
		p, ok := ps.Get(name)
		require.True(t, ok, "parameter %s", name)
		require.NoError(t, p.Set(golden.As[T](c.Weight(name))))
	}

	g := verso.NewGraph(1)
	tokens, labels := g.Tokens("text"), g.Input("labels", tensor.Int, 1)
	var mask *gorgonia.Node
	if c.HasInput("dropout_mask") {
		mask = g.Input("mask", ps.Dtype(), 1, n.bank.Features())
	}
	o := n.forward(g, tokens, mask)
	loss := verso.CrossEntropy(g, o.logits, labels, verso.DefaultCrossEntropyConfig())
	m, err := g.Compile(loss)
	require.NoError(t, err)

	ids, shape := c.Input("ids").Ints(), c.Input("ids").Shape
	batch := make([][]int, shape[0])
	for i := range batch {
		batch[i] = ids[i*shape[1] : (i+1)*shape[1]]
	}
	require.NoError(t, m.FeedTokens(tokens, batch))
	require.NoError(t, m.FeedInts(labels, c.Input("labels").Ints()))
	if mask != nil {
		x := c.Input("dropout_mask")
		require.NoError(t, m.Feed(mask, tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(golden.As[T](x)))))
	}
	require.NoError(t, m.Run())

	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(precision, "features"), elements[T](m, o.features), tol, "features")
	golden.Close(t, c.Output(precision, "logits"), elements[T](m, o.logits), tol, "logits")
	golden.Close(t, c.Output(precision, "loss"), elements[T](m, loss), tol, "loss")
	for _, name := range c.GradNames(precision) {
		p, ok := ps.Get(name[len("weights/"):])
		require.True(t, ok, name)
		golden.Close(t, c.Grad(precision, name), verso.Gradient[T](m, g.Param(p)), tol, fmt.Sprintf("gradient of %s", name))
	}
}

func elements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if x, ok := any(m.Float32s(n)).([]T); ok {
		return x
	}
	x, _ := any(m.Float64s(n)).([]T)
	return x
}
