package attention_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/internal/golden"
)

func TestGoldenAttention(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"attention"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "kind", "query", "keys", "attn")
		compare(t, c, scores[float64], scores[float32])
	})
}

func scores[T float32 | float64](r *reference[T]) map[string]*gorgonia.Node {
	kind, q, k := r.c.String("kind"), r.c.Int("query"), r.c.Int("keys")
	out := map[string]*gorgonia.Node{}
	var result attention.Result
	query, keys, mask := r.rows("query"), r.rows("keys"), attention.Mask{Keys: r.mask("mask", false)}
	if kind == "bahdanau" {
		a := attention.NewAdditive(r.params, q, k, r.c.Int("attn"))
		r.weights()
		result = a.Forward(r.Graph, query, keys, mask)
	} else {
		a := attention.NewLuong(r.params, attention.Score(strings.TrimPrefix(kind, "luong_")), q, k)
		r.weights()
		var h verso.Sequence
		h, result = a.Forward(r.Graph, query, keys, mask)
		out["attentional"] = h.Rows
	}
	out["scores_unmasked"], out["weights"], out["context"] = result.Scores, result.Weights.Values, result.Context.Rows
	return out
}

func TestGoldenScaledDotProduct(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"scaled_dot_product_attention"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "causal", "key_padding", "scale")
		compare(t, c, scaled[float64], scaled[float32])
	})
}

func scaled[T float32 | float64](r *reference[T]) map[string]*gorgonia.Node {
	q, k, v := r.heads("q"), r.heads("k"), r.heads("v")
	c := attention.DefaultDotConfig()
	c.Heads, c.Causal, c.Scale = r.c.Input("q").Shape[1], r.c.Bool("causal"), r.c.Float("scale", 0)
	mask := attention.Mask{Keys: r.mask("key_mask", false), Bias: r.bias("attn_mask", q, k)}
	r.order["y"] = permutation(r.c.Cotangent("y").Shape, 0, 2, 1, 3)
	return map[string]*gorgonia.Node{
		"y":       attention.ScaledDotProduct(r.Graph, q, k, v, mask, c).Rows,
		"weights": attention.ScaledDotProductWeights(r.Graph, q, k, mask, c).Values,
	}
}

func TestGoldenMultiHead(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"multi_head_attention"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "embed", "heads", "self_attention", "kdim", "vdim", "causal", "bias", "add_bias_kv", "add_zero_attn")
		compare(t, c, multiHead[float64], multiHead[float32])
	})
}

func multiHead[T float32 | float64](r *reference[T]) map[string]*gorgonia.Node {
	cfg := attention.DefaultMultiHeadConfig()
	cfg.KeyDim, cfg.ValueDim, cfg.Causal, cfg.Bias = r.c.Int("kdim"), r.c.Int("vdim"), r.c.Bool("causal"), r.c.Bool("bias")
	cfg.AddBiasKV, cfg.AddZeroAttn = r.c.Bool("add_bias_kv", false), r.c.Bool("add_zero_attn", false)
	a := attention.NewMultiHead(r.params, r.c.Int("embed"), r.c.Int("heads"), cfg)
	r.weights()
	query := r.rows("query")
	key, value := query, query
	if !r.c.Bool("self_attention") {
		key, value = r.rows("key"), r.rows("value")
	}
	mask := attention.Mask{Keys: r.mask("key_padding_mask", true), Bias: r.bias("attn_mask", query, key)}
	y, w := a.ForwardWeights(r.Graph, query, key, value, mask)
	r.order["weights"] = lastFirst(r.c.Cotangent("weights").Shape, cfg.AddBiasKV, cfg.AddZeroAttn)
	return map[string]*gorgonia.Node{"y": y.Rows, "weights": w.Values}
}

func TestGoldenSinusoid(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"sinusoidal_positions"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "length", "dim")
		golden.Close(t, c.Output(golden.Float64, "pe"), attention.Sinusoid(c.Int("length"), c.Int("dim")), c.Tolerance(golden.Float64), "pe")
		g := verso.NewGraph(1)
		x := g.Sequence("x", tensor.Float32, c.Int("dim"))
		y := attention.AddSinusoid(g, x)
		m, err := g.Compile(nil)
		require.NoError(t, err)
		require.NoError(t, m.FeedSequence(x, make([]float32, c.Int("length")*c.Int("dim")), []int{c.Int("length")}))
		require.NoError(t, m.Run())
		golden.Close(t, c.Output(golden.Float32, "pe"), m.Float32s(y.Rows), c.Tolerance(golden.Float32), "pe")
	})
}

func TestGoldenTransformer(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"transformer_encoder", "transformer_decoder"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "embed", "heads", "ff", "activation", "norm", "batch_first", "causal", "eps", "layers", "final_norm")
		if c.Op == "transformer_decoder" {
			compare(t, c, decoder[float64], decoder[float32])
		} else {
			compare(t, c, encoder[float64], encoder[float32])
		}
	})
}

func transformerConfig(c *golden.Case) attention.TransformerConfig {
	cfg := attention.DefaultTransformerConfig()
	cfg.Heads, cfg.FeedForward, cfg.Layers = c.Int("heads"), c.Int("ff"), c.Int("layers", 1)
	cfg.Activation, cfg.NormFirst, cfg.FinalNorm = verso.Activation(c.String("activation")), c.String("norm") == "pre", c.Bool("final_norm", false)
	cfg.Eps, cfg.Causal = c.Float("eps", cfg.Eps), c.Bool("causal")
	return cfg
}

func encoder[T float32 | float64](r *reference[T]) map[string]*gorgonia.Node {
	cfg, embed := transformerConfig(r.c), r.c.Int("embed")
	x := r.rows("x")
	mask := attention.Mask{Keys: r.mask("key_padding_mask", true), Bias: r.bias("src_mask", x, x)}
	r.order["y"] = r.order["x"]
	if !r.c.HasWeight("layers.0.norm1.weight") {
		layer := attention.NewEncoderLayer(r.params, embed, cfg)
		r.weights()
		return map[string]*gorgonia.Node{"y": layer.Forward(r.Graph, x, mask).Rows}
	}
	e := attention.NewEncoder(r.params, embed, cfg)
	r.weights()
	return map[string]*gorgonia.Node{"y": e.Forward(r.Graph, x, mask).Rows}
}

func decoder[T float32 | float64](r *reference[T]) map[string]*gorgonia.Node {
	cfg, embed := transformerConfig(r.c), r.c.Int("embed")
	x, memory := r.rows("x"), r.rows("memory")
	mask := attention.Mask{Keys: r.mask("tgt_key_padding_mask", true), Bias: r.bias("tgt_mask", x, x)}
	memoryMask := attention.Mask{Keys: r.mask("memory_key_padding_mask", true), Bias: r.bias("memory_mask", x, memory)}
	if !r.c.HasWeight("layers.0.norm1.weight") {
		layer := attention.NewDecoderLayer(r.params, embed, cfg)
		r.weights()
		return map[string]*gorgonia.Node{"y": layer.Forward(r.Graph, x, memory, mask, memoryMask).Rows}
	}
	d := attention.NewDecoder(r.params, embed, cfg)
	r.weights()
	return map[string]*gorgonia.Node{"y": d.Forward(r.Graph, x, memory, mask, memoryMask).Rows}
}
