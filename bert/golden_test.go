package bert

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/internal/torchfile"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/op"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// Hidden states, attention weights, heads, losses and gradients of BERTs
// computed with PyTorch, in both precisions, from both forms of weights.
func TestGoldenBERT(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"bert"}, func(t *testing.T, c *golden.Case) {
		for _, file := range []string{weightsFile, pickledFile} {
			t.Run(file, func(t *testing.T) {
				t.Run("float64", func(t *testing.T) { goldenCase[float64](t, c, file, verso.ParamsFrom64, golden.Float64) })
				t.Run("float32", func(t *testing.T) { goldenCase[float32](t, c, file, verso.ParamsFrom, golden.Float32) })
			})
		}
	})
}

// goldenModel reads the weights of a case.
func goldenModel(t *testing.T, c *golden.Case, file string, from func(verso.WeightSource) *verso.Params) *Model {
	t.Helper()
	var dir string
	c.Decode("model_dir", &dir)
	settings, err := os.ReadFile(c.Path(filepath.Join(dir, configFile)))
	require.NoError(t, err)
	cfg, err := parseConfig(settings)
	require.NoError(t, err)
	var s source
	path := c.Path(filepath.Join(dir, file))
	if file == weightsFile {
		f, err := safetensors.OpenFile(path)
		require.NoError(t, err)
		s = tensors{f}
	} else {
		s, err = torchfile.OpenFile(path)
		require.NoError(t, err)
	}
	defer s.Close()
	w, err := newCheckpoint(s)
	require.NoError(t, err)
	m := &Model{cfg: cfg, params: from(w)}
	m.build(heads{w.has("bert.pooler."), w.has("cls.predictions."), w.has("cls.seq_relationship.")})
	require.NoError(t, m.params.Err())
	require.Len(t, w.names, len(m.params.All()), "every tensor of the file has its parameter")
	return m
}

func goldenCase[T float32 | float64](t *testing.T, c *golden.Case, file string, from func(verso.WeightSource) *verso.Params, precision string) {
	m := goldenModel(t, c, file, from)
	ps := m.params
	tol := c.Tolerance(precision)
	ids, mask, types := c.Input("input_ids"), c.Input("attention_mask"), c.Input("token_type_ids")
	g := verso.NewGraph(1)
	in := NewInput(g, "text")
	in.Mask = g.Input("mask", tensor.Int, 1)
	in.Weights = true
	o := m.encoder.Forward(g, in)
	pooled := m.pooler.Forward(g, o.Last)
	loss, feed, check := goldenHeads[T](t, c, m, g, o, pooled, precision)
	machine, err := g.Compile(loss)
	require.NoError(t, err)
	defer machine.Close()
	require.NoError(t, in.Feed(machine, inRows(ids.Ints(), ids.Shape[1]), inRows(types.Ints(), ids.Shape[1])))
	require.NoError(t, machine.FeedInts(in.Mask, mask.Ints()))
	feed(machine)
	require.NoError(t, machine.Run())

	for i, x := range o.Hidden {
		golden.Close(t, c.Output(precision, fmt.Sprintf("hidden_states.%d", i)), elements[T](machine, x), tol, fmt.Sprintf("hidden states %d", i))
	}
	for i, x := range o.Weights {
		golden.Close(t, c.Output(precision, fmt.Sprintf("attentions.%d", i)), elements[T](machine, x.Values), tol, fmt.Sprintf("attention weights %d", i))
	}
	golden.Close(t, c.Output(precision, "pooled"), elements[T](machine, pooled), tol, "pooled")
	check(machine)
	golden.Close(t, c.Output(precision, "loss"), elements[T](machine, loss), tol, "loss")
	names := c.GradNames(precision)
	require.Len(t, names, len(ps.All()))
	for _, name := range names {
		p, ok := ps.Get(canonical(strings.TrimPrefix(name, "weights/")))
		require.True(t, ok, name)
		golden.Close(t, c.Grad(precision, name), verso.Gradient[T](machine, g.Param(p)), tol, "gradient of "+name)
	}
}

// goldenHeads adds the heads and the loss of a case, with functions that feed and
// check them. Encoders without heads have the loss Σ pooled² + ½ Σ (last ∘ mask)².
func goldenHeads[T float32 | float64](t *testing.T, c *golden.Case, m *Model, g *verso.Graph, o Output, pooled *gorgonia.Node, precision string) (loss *gorgonia.Node, feed, check func(*verso.Machine)) {
	tol := c.Tolerance(precision)
	if m.masked == nil {
		h, mask := m.cfg.Hidden, golden.As[T](c.Input("attention_mask"))
		half := make([]T, len(mask)*h) // ½ where a row is real
		for i := range half {
			half[i] = mask[i/h] / 2
		}
		factor := g.Input("half", m.params.Dtype(), 1, h)
		loss = verso.Add(g, g.Apply("inner", op.Inner(), pooled, pooled), g.Apply("inner", op.Inner(), verso.Mul(g, o.Last.Rows, factor), o.Last.Rows))
		return loss, func(machine *verso.Machine) {
			require.NoError(t, machine.Feed(factor, tensor.New(tensor.WithShape(len(mask), h), tensor.WithBacking(half))))
		}, func(*verso.Machine) {}
	}
	labels, follows := g.Input("labels", tensor.Int, 1), g.Input("follows", tensor.Int, 1)
	mlm, nsp := m.masked.Forward(g, o.Last.Rows), m.next.Forward(g, pooled)
	mlmLoss := verso.CrossEntropy(g, mlm, labels, verso.DefaultCrossEntropyConfig())
	nspLoss := verso.CrossEntropy(g, nsp, follows, verso.DefaultCrossEntropyConfig())
	return verso.Add(g, mlmLoss, nspLoss), func(machine *verso.Machine) {
			require.NoError(t, machine.FeedInts(labels, c.Input("mlm_labels").Ints()))
			require.NoError(t, machine.FeedInts(follows, c.Input("nsp_labels").Ints()))
		}, func(machine *verso.Machine) {
			golden.Close(t, c.Output(precision, "mlm_logits"), elements[T](machine, mlm), tol, "masked words")
			golden.Close(t, c.Output(precision, "nsp_logits"), elements[T](machine, nsp), tol, "next sentence")
			golden.Close(t, c.Output(precision, "mlm_loss"), elements[T](machine, mlmLoss), tol, "loss of masked words")
			golden.Close(t, c.Output(precision, "nsp_loss"), elements[T](machine, nspLoss), tol, "loss of next sentence")
		}
}

func inRows(x []int, n int) (out [][]int) {
	for from := 0; from < len(x); from += n {
		out = append(out, x[from:from+n])
	}
	return out
}

func elements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if x, ok := any(m.Float64s(n)).([]T); ok {
		return x
	}
	x, _ := any(m.Float32s(n)).([]T)
	return x
}
