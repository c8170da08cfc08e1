package attention_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/internal/golden"
)

func TestGoldenSeq2Seq(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"seq2seq"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "src_vocab", "tgt_vocab", "emb", "hidden", "attn")
		t.Run(golden.Float64, func(t *testing.T) { seq2seq[float64](t, c, golden.Float64, verso.NewParams64(1)) })
		t.Run(golden.Float32, func(t *testing.T) { seq2seq[float32](t, c, golden.Float32, verso.NewParams(1)) })
	})
}

func seq2seq[T float32 | float64](t *testing.T, c *golden.Case, precision string, ps *verso.Params) {
	r := &reference[T]{Graph: verso.NewGraph(1), t: t, c: c, params: ps, inputs: map[string]*gorgonia.Node{}, order: map[string][]int{}}
	s := attention.NewSeq2Seq(ps, attention.Seq2SeqConfig{
		SourceWords: c.Int("src_vocab"), TargetWords: c.Int("tgt_vocab"), Dim: c.Int("emb"), Hidden: c.Int("hidden"), Attention: c.Int("attn"),
	})
	r.weights()

	src, lengths := c.Input("src"), c.Input("src_lengths").Ints()
	var ids []int
	for i, n := range lengths {
		ids = append(ids, src.Ints()[i*src.Shape[1]:][:n]...)
	}
	tgt := c.Input("tgt_in")
	whole := make([]int, tgt.Shape[0])
	for i := range whole {
		whole[i] = tgt.Shape[1]
	}
	logits, weights := s.Forward(r.Graph,
		verso.Tokens{IDs: r.ints("src", ids...), Lengths: r.ints("src.lengths", lengths...)},
		verso.Tokens{IDs: r.ints("tgt", tgt.Ints()...), Lengths: r.ints("tgt.lengths", whole...)})
	labels := r.ints("tgt_out", c.Input("tgt_out").Ints()...)
	loss := verso.CrossEntropy(r.Graph, logits, labels, verso.DefaultCrossEntropyConfig())
	require.Equal(t, []string{"loss"}, c.CotangentNames())
	factor := r.bind("cotangent", tensor.New(tensor.WithShape(1), tensor.WithBacking(golden.As[T](c.Cotangent("loss")))))
	require.NoError(t, r.Err())
	m, err := r.Compile(loss)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Run())

	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(precision, "logits"), elements[T](m, logits), tol, "logits")
	golden.Close(t, c.Output(precision, "loss"), []T{T(m.Scalar(loss))}, tol, "loss")
	maps, err := weights.Maps(m)
	require.NoError(t, err)
	flat, at := elements[T](m, weights.Values), 0
	var padded []T
	for i, of := range maps {
		require.Equal(t, [2]int{tgt.Shape[1], lengths[i]}, [2]int{of[0].Queries, of[0].Keys})
		for range of[0].Queries {
			padded = append(padded, flat[at:at+lengths[i]]...)
			padded = append(padded, make([]T, src.Shape[1]-lengths[i])...)
			at += lengths[i]
		}
	}
	golden.Close(t, c.Output(precision, "attention"), padded, tol, "attention")
	seed := elements[T](m, factor)[0]
	for _, name := range c.GradNames(precision) {
		p, found := ps.Get(strings.TrimPrefix(name, "weights/"))
		require.True(t, found, name)
		grad := verso.Gradient[T](m, r.Param(p))
		scaled := make([]T, len(grad))
		for i, x := range grad {
			scaled[i] = seed * x
		}
		golden.Close(t, c.Grad(precision, name), scaled, tol, "gradient of "+name)
	}
}

// The word vectors that the output layer reads pass through one dropout alone.
func TestSeq2SeqDropout(t *testing.T) {
	const dim, hidden = 200, 2
	ps := verso.NewParams(1)
	s := attention.NewSeq2Seq(ps, attention.Seq2SeqConfig{SourceWords: 1, TargetWords: dim, Dim: dim, Hidden: hidden, Attention: 1, Dropout: 0.5})
	require.NoError(t, ps.Err())
	out := s.Out.Weight.Float32s()
	clear(out)
	clear(s.Out.Bias.Float32s())
	for i := range dim { // logit i is number i of the word vector
		out[i*(3*hidden+dim)+3*hidden+i] = 1
	}
	for i := range s.Target.Weight.Float32s() {
		s.Target.Weight.Float32s()[i] = 1
	}
	g := verso.NewGraph(1)
	source, target := g.Tokens("source"), g.Tokens("target")
	logits, _ := s.Forward(g, source, target)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	g.SetTraining(true)
	require.NoError(t, m.FeedTokens(source, [][]int{{0}}))
	require.NoError(t, m.FeedTokens(target, [][]int{{0}}))
	require.NoError(t, m.Run())
	kept := 0
	for _, x := range m.Float32s(logits) {
		if x != 0 {
			require.Equal(t, float32(2), x)
			kept++
		}
	}
	require.InDelta(t, dim/2, kept, 5*math.Sqrt(dim)/2)
}
