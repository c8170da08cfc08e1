package glove

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/kernel"
)

func TestGoldenStep(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"glove_step"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "x_max", "alpha", "eta", "triples")
		t.Run(golden.Float64, func(t *testing.T) { goldenStep[float64](t, c, golden.Float64) })
		t.Run(golden.Float32, func(t *testing.T) { goldenStep[float32](t, c, golden.Float32) })
	})
}

func goldenStep[T kernel.Float](t *testing.T, c *golden.Case, precision string) {
	shape := c.Input("w").Shape
	cfg := DefaultConfig()
	cfg.XMax, cfg.Alpha, cfg.Rate, cfg.BiasRate = c.Float("x_max"), c.Float("alpha"), c.Float("eta"), c.Float("eta")
	cfg.Dim, cfg.Clip = shape[1], 0
	s := newStepper[T](numbered(t, shape[0]), &cfg)
	copy(s.words.v, golden.As[T](c.Input("w")))
	copy(s.words.b, golden.As[T](c.Input("bw")))
	copy(s.contexts.v, golden.As[T](c.Input("c")))
	copy(s.contexts.b, golden.As[T](c.Input("bc")))

	var triples [][]float64
	c.DecodeKey("triples", &triples)
	var costs []T
	for _, x := range triples {
		p := weigh[T](Cooccurrence{int32(x[0]), int32(x[1]), x[2]}, &cfg)
		costs = append(costs, T(s.step(&p)))
	}
	for name, got := range map[string][]T{
		"w": s.words.v, "bw": s.words.b, "gradsq_w": s.words.sqV, "gradsq_bw": s.words.sqB,
		"c": s.contexts.v, "bc": s.contexts.b, "gradsq_c": s.contexts.sqV, "gradsq_bc": s.contexts.sqB, "cost": costs,
	} {
		golden.Close(t, c.Output(golden.Float64, name), got, c.Tolerance(precision), name)
	}
}

// numbered is a vocabulary of n words.
func numbered(t testing.TB, n int) *vocab.Vocabulary {
	t.Helper()
	var counter vocab.Counter
	for i := range n {
		counter.Add(string(rune('一' + i)))
	}
	words, err := counter.Vocabulary(vocab.Config{})
	require.NoError(t, err)
	return words
}

func TestGoldenCooccurrence(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"glove_cooccurrence"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "sentences", "vocab", "counts", "window", "min_count")
		corpus := func(yield func([]string) bool) {
			for _, s := range c.Strings("sentences") {
				if !yield(strings.Fields(s)) {
					return
				}
			}
		}
		words, err := BuildVocabulary(t.Context(), corpus, int64(c.Int("min_count")), 0)
		require.NoError(t, err)
		require.Equal(t, c.Strings("vocab"), words.Words())
		for i, n := range c.Ints("counts") {
			require.Equal(t, int64(n), words.Count(i))
		}
		counts, err := Count(t.Context(), corpus, words, CountConfig{Window: c.Int("window"), Symmetric: true, Distance: true})
		require.NoError(t, err)
		var values []float64
		var rows, cols []int64
		for _, x := range counts {
			rows, cols, values = append(rows, int64(x.Word)), append(cols, int64(x.Context)), append(values, x.Value)
		}
		require.Equal(t, c.Output("", "row").I64, rows)
		require.Equal(t, c.Output("", "col").I64, cols)
		golden.Close(t, c.Output(golden.Float64, "value"), values, c.Tolerance(golden.Float64), "value")
	})
}
